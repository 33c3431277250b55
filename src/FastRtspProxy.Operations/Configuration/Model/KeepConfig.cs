namespace FastRtspProxy.Operations.Configuration.Model;

/// <summary>The most that is kept of a stream from its last key frame on.</summary>
internal sealed record KeepConfig
{
    public long Bytes { get; init; } = 8 << 20;

    public TimeSpan Time { get; init; } = TimeSpan.FromSeconds(12);
}
