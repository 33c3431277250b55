using System.Net;

namespace FastRtspProxy.SimulatedCamera.Replay;

/// <summary>How a recording is played.</summary>
internal sealed record ReplayOptions
{
    public IPAddress BindAddress { get; init; } = IPAddress.Loopback;

    /// <summary>The RTSP port, which takes HTTP tunnels too; 0: the kernel chooses.</summary>
    public int Port { get; init; }

    /// <summary>A second port for `rtsps`; 0: the kernel chooses; null: none.</summary>
    public int? TlsPort { get; init; }

    /// <summary>So many times as fast as it was recorded.</summary>
    public double Speed { get; init; } = 1;

    /// <summary>At the end it begins again, with numbers that go on.</summary>
    public bool Loops { get; init; } = true;

    public bool OffersUdp { get; init; } = true;

    public bool OffersTcp { get; init; } = true;

    /// <summary>Told of each request that was not recorded so, in one line. On the shard.</summary>
    public Action<string>? Said { get; init; }

    /// <summary>Told of each packet that goes to a client. On the shard.</summary>
    public Action<RecordedPacket>? Sent { get; init; }
}
