namespace FastRtspProxy.Operations.Configuration.Model;

/// <summary>The DSCP of what is sent, 0 to 63 (RFC 2474 section 3); null: the system's.</summary>
internal sealed record DscpConfig
{
    public int? Viewers { get; init; }

    /// <summary>Of streams that have none of their own.</summary>
    public int? Cameras { get; init; }
}
