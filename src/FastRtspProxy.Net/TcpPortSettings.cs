using FastRtspProxy.Net.Startup;

namespace FastRtspProxy.Net;

/// <summary>What the connections of a port have.</summary>
internal sealed record TcpPortSettings
{
    /// <summary>What a client is told when there is no descriptor for it; empty: nothing.</summary>
    public byte[] Refusal { get; init; } = [];

    /// <summary>What may wait unsent in the kernel for each (<see cref="UnsentMark"/>); 0: as much as its buffer holds.</summary>
    public int UnsentMarkBytes { get; init; }

    /// <summary>When a silent peer is found dead; null: never.</summary>
    public KeepAlive? KeepAlive { get; init; }

    /// <summary>Sockets that listen already, for whoever wants their addresses.</summary>
    public HeldSockets Held { get; init; } = HeldSockets.None;

    /// <summary>The class of all packets; null: as the system does.</summary>
    public int? Dscp { get; init; }
}
