using FastRtspProxy.Protocol.Rtsp;

namespace FastRtspProxy.SimulatedCamera.Replay;

/// <summary>A request of the capture and what the camera answered.</summary>
/// <param name="Index">Its place among the exchanges.</param>
/// <param name="Method">As it was sent.</param>
/// <param name="Uri">As it was sent.</param>
internal sealed record RecordedExchange(int Index, string Method, string Uri)
{
    /// <summary>When it was sent, in microseconds of the capture.</summary>
    public required long RequestMicros { get; init; }

    /// <summary>It showed credentials.</summary>
    public bool HasLogIn { get; init; }

    /// <summary>Of a SETUP.</summary>
    public RecordedWay Way { get; init; }

    /// <summary>Of a SETUP: its track, from 0; -1: none.</summary>
    public int Track { get; init; } = -1;

    /// <summary>The answer as it stood; null: there was none.</summary>
    public byte[]? Answer { get; set; }

    /// <summary>How much of its end is the body.</summary>
    public int AnswerBodyBytes { get; set; }

    /// <summary>0: there was no answer.</summary>
    public int Status { get; set; }

    /// <summary>From the request to the answer.</summary>
    public long DelayMicros { get; set; }

    /// <summary>The camera closed the connection with, or instead of, the answer.</summary>
    public bool Closes { get; set; }

    /// <summary>What stands behind the host in a URL.</summary>
    public static string PathOf(string uri)
    {
        int scheme = uri.IndexOf("://", StringComparison.Ordinal);
        int slash = scheme < 0 ? -1 : uri.IndexOf('/', scheme + 3);
        return scheme < 0 ? uri : slash < 0 ? "/" : uri[slash..];
    }

    /// <summary>Scheme, host and port of a URL; empty for one that has none.</summary>
    public static string AuthorityOf(string uri)
    {
        int scheme = uri.IndexOf("://", StringComparison.Ordinal);
        int slash = scheme < 0 ? -1 : uri.IndexOf('/', scheme + 3);
        return scheme < 0 ? string.Empty : slash < 0 ? uri : uri[..slash];
    }

    /// <summary>What a SETUP asks for.</summary>
    public static RecordedWay WayOf(string? transport) =>
        TransportHeader.Parse(transport ?? "") is not [{ } spec, ..] ? RecordedWay.None
        : spec.Tcp ? RecordedWay.Tcp
        : spec.Multicast ? RecordedWay.Multicast
        : RecordedWay.Udp;
}
