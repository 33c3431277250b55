namespace FastRtspProxy.Operations.Configuration.Model;

/// <summary>How much of a viewer's address is written to the log.</summary>
internal enum AddressDetail
{
    Full,

    /// <summary>Its network: /24 of IPv4, /64 of IPv6.</summary>
    Network,

    None,
}
