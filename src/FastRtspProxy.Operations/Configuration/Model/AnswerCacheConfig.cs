namespace FastRtspProxy.Operations.Configuration.Model;

/// <summary>For how long an answer holds.</summary>
internal sealed record AnswerCacheConfig
{
    public TimeSpan Allow { get; init; } = TimeSpan.FromSeconds(60);

    public TimeSpan Deny { get; init; } = TimeSpan.FromSeconds(5);
}
