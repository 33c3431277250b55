namespace FastRtspProxy.Operations.Configuration.Model;

/// <summary>What happens between SIGTERM and the end.</summary>
internal sealed record ShutdownConfig
{
    /// <summary>For so long nobody new is let in, and those who watch go on; zero: the end begins at once.</summary>
    public TimeSpan Drain { get; init; }
}
