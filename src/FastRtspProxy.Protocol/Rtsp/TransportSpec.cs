namespace FastRtspProxy.Protocol.Rtsp;

/// <summary>One alternative of a Transport header (RFC 2326 section 12.39). What was not said is null.</summary>
public sealed record TransportSpec
{
    /// <summary>`RTP/AVP`, `RTP/SAVP`, … without the lower transport; `RAW/RAW/UDP` and `MP2T/H2221/UDP` as they are.</summary>
    public string Profile { get; init; } = "RTP/AVP";

    /// <summary>Interleaved in the RTSP connection.</summary>
    public bool Tcp { get; init; }

    public bool Multicast { get; init; }

    public PortPair? ClientPort { get; init; }

    public PortPair? ServerPort { get; init; }

    /// <summary>The ports of a multicast group.</summary>
    public PortPair? Port { get; init; }

    public ChannelPair? Interleaved { get; init; }

    public string? Source { get; init; }

    public string? Destination { get; init; }

    public uint? Ssrc { get; init; }

    public int? Ttl { get; init; }

    /// <summary>Without its quotation marks, as sent: `PLAY`, `play`, `RECORD`.</summary>
    public string? Mode { get; init; }
}
