namespace FastRtspProxy.Operations.Configuration.Model;

/// <summary>What may be sent to viewers, in bits a second; null: no limit. A PLAY that would exceed one is refused with 453.</summary>
internal sealed record EgressConfig
{
    public long? PerViewerBits { get; init; }

    public long? PerStreamBits { get; init; }

    public long? TotalBits { get; init; }
}
