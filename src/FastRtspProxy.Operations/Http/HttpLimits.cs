namespace FastRtspProxy.Operations.Http;

/// <summary>How much strangers may have of the HTTP server: enough for pages and scrapers, and nothing that media would miss.</summary>
internal static class HttpLimits
{
    /// <summary>Open at once, all addresses together.</summary>
    public const int Connections = 512;

    /// <summary>Open at once from one address (IPv6: one /64); one of this machine may be a proxy for all.</summary>
    public const int ConnectionsPerAddress = 128;

    /// <summary>Of the connections, for this machine.</summary>
    public const int ConnectionsKept = 64;

    /// <summary>Open at once at the address of metrics alone.</summary>
    public const int MetricsConnections = 64;

    /// <inheritdoc cref="MetricsConnections"/>
    public const int MetricsConnectionsPerAddress = 16;

    /// <summary>What is kept of the process's descriptors: the connections, those that are being refused, the listeners.</summary>
    public const int Descriptors = Connections + MetricsConnections + 32;

    /// <summary>The longest body that a request may have.</summary>
    public const int BodyBytes = 64 << 10;

    /// <summary>The longest request line; the longest name of a stream, percent-encoded, fits.</summary>
    public const int LineBytes = 8 << 10;

    /// <summary>All header lines of a request.</summary>
    public const int HeaderBytes = 16 << 10;

    public const int HeaderCount = 64;

    /// <summary>Bytes a second that a reader takes at least, while something waits for it.</summary>
    public const double ReaderBytesMin = 16 << 10;

    /// <summary>A reader may be slower for so long.</summary>
    public static readonly TimeSpan ReaderGrace = TimeSpan.FromSeconds(10);

    /// <summary>A request's head has to be there after so long.</summary>
    public static readonly TimeSpan Head = TimeSpan.FromSeconds(10);

    /// <summary>An open connection without a request is kept so long.</summary>
    public static readonly TimeSpan KeepAlive = TimeSpan.FromSeconds(60);

    /// <summary>A stop waits so long for requests under way.</summary>
    public static readonly TimeSpan Stop = TimeSpan.FromMilliseconds(300);

    /// <summary>Where the server alone is taken away, what was asked for before ends by then.</summary>
    public static readonly TimeSpan Removed = TimeSpan.FromSeconds(5);
}
