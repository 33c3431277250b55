using System.Net;

namespace FastRtspProxy.Engine.Net;

/// <summary>Where a connection goes.</summary>
/// <param name="Host">A name or an address.</param>
/// <param name="Port">The port.</param>
internal sealed record ConnectTarget(string Host, int Port)
{
    /// <summary>Addresses that must not be connected to, asked for what the name resolves to now; null: none. It may take its time.</summary>
    public Func<IPAddress, bool>? Refuses { get; init; }

    /// <summary>The address of the last connection to this host, for when its name takes long; null: none is known.</summary>
    public IPAddress? LastAddress { get; init; }
}
