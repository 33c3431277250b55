namespace FastRtspProxy.Operations.Http;

/// <summary>Which kind of the server's addresses a connection came to.</summary>
internal sealed class HttpDoorway
{
    /// <summary>Only this machine can reach it.</summary>
    public static readonly HttpDoorway Local = new();

    /// <summary>Others can, and log in.</summary>
    public static readonly HttpDoorway Guarded = new();

    /// <summary>Metrics and health, for everybody.</summary>
    public static readonly HttpDoorway MetricsOnly = new();

    private HttpDoorway()
    {
    }
}
