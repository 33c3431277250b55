namespace FastRtspProxy.Protocol.Rtsp;

/// <summary>What one message may cost at most. A message above a limit is malformed, never truncated.</summary>
public sealed class RtspLimits
{
    /// <summary>Start line and headers with their line ends, and blank lines in front. The largest request we meet is a SETUP with a
    /// SHA-512-256 Digest header, about 1,100 bytes; seven times that.</summary>
    public int HeadBytes { get; init; } = 8192;

    /// <summary>Header lines; players send at most 12, cameras at most 20.</summary>
    public int HeaderLines { get; init; } = 128;

    /// <summary>The largest SDP seen in the field is below 20 KB (LIVE555's limit); an ANNOUNCE or SET_PARAMETER is smaller.</summary>
    public int BodyBytes { get; init; } = 1024 * 1024;

    /// <summary>For what players send to us: bodies of players are parameter lists.</summary>
    public static RtspLimits Server { get; } = new() { BodyBytes = 64 * 1024 };

    /// <summary>For what cameras send to us: a description of ten times the largest one seen.</summary>
    public static RtspLimits Client { get; } = new() { HeadBytes = 16384, BodyBytes = 256 * 1024 };
}
