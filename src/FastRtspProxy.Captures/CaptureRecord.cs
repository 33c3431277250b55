namespace FastRtspProxy.Captures;

/// <summary>One record of a capture.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Side">Who sent it.</param>
/// <param name="Micros">Microseconds since the capture began; 0 or more.</param>
internal sealed record CaptureRecord(CaptureKind Kind, CaptureSide Side, long Micros)
{
    /// <summary>The connection, from 1; 0: a datagram, or none.</summary>
    public int Connection { get; init; }

    /// <summary>The channel of an interleaved frame; -1: it is none.</summary>
    public int Channel { get; init; } = -1;

    /// <summary>The track, from 0, in the order in which tracks were first set up; -1: not known.</summary>
    public int Track { get; init; } = -1;

    /// <summary>The message or packet; empty for an event.</summary>
    public byte[] Bytes { get; init; } = [];

    /// <summary>What an event says; empty for messages and packets.</summary>
    public string Text { get; init; } = string.Empty;

    /// <summary>RTP, RTCP, or what came in their place.</summary>
    public bool IsPacket => Kind is CaptureKind.Rtp or CaptureKind.Rtcp or CaptureKind.Data;
}
