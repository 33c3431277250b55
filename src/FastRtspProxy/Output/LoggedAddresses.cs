namespace FastRtspProxy.Output;

/// <summary>How much of a viewer's address the log tells.</summary>
internal enum LoggedAddresses
{
    /// <summary>All of it; what fail2ban needs.</summary>
    Full,

    /// <summary>Its network: /24 for IPv4, /48 for IPv6.</summary>
    Network,

    /// <summary>Nothing.</summary>
    None,
}
