using System.Net;

namespace FastRtspProxy.Operations.Configuration.Model;

/// <summary>The HTTP server with health, metrics, API and page.</summary>
internal sealed record HttpConfig
{
    /// <summary>Where it listens when a configuration wants it and does not say where: only this machine can reach it.</summary>
    private static readonly ListenPoint s_own = new(IPAddress.Loopback, 9554);

    /// <summary>All of them are listened to. Empty: there is no HTTP server.</summary>
    public ValueList<ListenPoint> Listen { get; init; } = [];

    /// <summary>With the certificates of rtsps.</summary>
    public bool Tls { get; init; }

    /// <summary>Passwords and tokens may cross a network in the clear.</summary>
    public bool AllowPlain { get; init; }

    /// <summary>Serve the page.</summary>
    public bool Dashboard { get; init; } = true;

    public MetricsConfig Metrics { get; init; } = new();

    /// <summary>Whoever shows it may do everything; null: there is none.</summary>
    public Secret? Token { get; init; }

    /// <summary>Names under which the server is reached, beside its addresses and localhost.</summary>
    public ValueList<string> Hosts { get; init; } = [];

    /// <summary>Pages of other servers that may use the API (CORS).</summary>
    public ValueList<string> AllowOrigins { get; init; } = [];

    /// <summary>Whose X-Forwarded-For is believed.</summary>
    public ValueList<IPNetwork> TrustedProxies { get; init; } = [];

    /// <summary>True where there is an HTTP server.</summary>
    public bool IsOn => Listen.Count > 0 || Metrics.Listen is not null;

    /// <summary>True where somebody on another machine can reach the API.</summary>
    public bool IsReachedFromElsewhere => Listen.Any(static point => !IsLoopback(point));

    /// <summary>As it is where a configuration has the section, and says no address.</summary>
    public HttpConfig Wanted() => Listen.Count > 0 ? this : this with { Listen = [s_own] };

    /// <summary>True for an address that only this machine can reach.</summary>
    public static bool IsLoopback(ListenPoint point) => point.Address is { } address && IPAddress.IsLoopback(address);
}
