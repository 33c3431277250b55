namespace FastRtspProxy.Net;

/// <summary>How near an address is to this machine; the nearer, the less a stranger may make us connect to it. In rising order.</summary>
internal enum AddressScope
{
    /// <summary>Anywhere else, private and unique-local networks included: that is where cameras live.</summary>
    Elsewhere,

    /// <summary>The link of this machine, and the addresses at which clouds tell machines their secrets.</summary>
    Neighbourhood,

    /// <summary>This machine itself, or nobody in particular: loopback, unspecified, our own addresses, multicast, broadcast.</summary>
    ThisMachine,
}
