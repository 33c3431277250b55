namespace FastRtspProxy.Operations.Configuration.Model;

/// <summary>How much of a viewer's address is written to the log.</summary>
internal enum AddressDetail
{
    Full,

    /// <summary>Its network: /24 of IPv4, /48 of IPv6, which is what a provider hands to one household or office.</summary>
    Network,

    None,
}
