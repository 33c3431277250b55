using System.Net;

namespace FastRtspProxy.Engine.Status;

/// <summary>Somebody who watches.</summary>
public sealed record ViewerStatus
{
    /// <summary>For whoever ends it; not the RTSP session's id, which is a secret of the viewer.</summary>
    public required string Id { get; init; }

    public required string Stream { get; init; }

    public required IPAddress Address { get; init; }

    /// <summary>As it named itself, 200 characters at the most; null: it has not.</summary>
    public string? Agent { get; init; }

    /// <summary>Who logged in; null: nobody.</summary>
    public string? User { get; init; }

    /// <summary>udp, tcp, http, tls, live.</summary>
    public required string Way { get; init; }

    /// <summary>False: it has set up, or paused.</summary>
    public bool IsPlaying { get; init; }

    public DateTimeOffset Since { get; init; }

    public long SentBytes { get; init; }

    public long SentPackets { get; init; }

    /// <summary>Bits a second.</summary>
    public long Bitrate { get; init; }

    /// <summary>How far behind the camera it is, in seconds of media; null: in step, or it does not play.</summary>
    public double? Lag { get; init; }

    public long DroppedPackets { get; init; }

    public long ReportedLostPackets { get; init; }

    /// <summary>Seconds, from TCP_INFO; null: no TCP.</summary>
    public double? RoundTrip { get; init; }
}
