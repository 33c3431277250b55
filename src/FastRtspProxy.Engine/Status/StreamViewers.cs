namespace FastRtspProxy.Engine.Status;

/// <summary>Who watches a stream now, by the way the media takes; and what they got and lacked since the stream was made.</summary>
public sealed record StreamViewers
{
    public int Total => Udp + Tcp + Http + Tls + WebSocket + Live + Multicast;

    public int Udp { get; init; }

    /// <summary>Interleaved in an RTSP connection in the clear.</summary>
    public int Tcp { get; init; }

    /// <summary>In an HTTP tunnel.</summary>
    public int Http { get; init; }

    /// <summary>Interleaved in a connection with TLS, or in a tunnel or a WebSocket in one.</summary>
    public int Tls { get; init; }

    /// <summary>In a WebSocket in the clear.</summary>
    public int WebSocket { get; init; }

    /// <summary>Pages that show the live picture.</summary>
    public int Live { get; init; }

    /// <summary>Who listens to the stream's multicast group, and has a session.</summary>
    public int Multicast { get; init; }

    /// <summary>Of all these, who waits for a lost camera.</summary>
    public int Held { get; init; }

    public long SentBytes { get; init; }

    public long SentPackets { get; init; }

    /// <summary>Left out by us because viewers, or their ways, were too slow.</summary>
    public long DroppedPackets { get; init; }

    /// <summary>What viewers reported that they lack.</summary>
    public long ReportedLostPackets { get; init; }
}
