namespace FastRtspProxy.Operations.Reload;

/// <summary>What came of a reload, or of a change by a request; the last reload is kept for whoever asks.</summary>
internal sealed record ReloadResult(ReloadCause Cause, DateTimeOffset At)
{
    public TimeSpan Took { get; init; }

    /// <summary>Why nothing was changed, each with its place; empty: the configuration was taken.</summary>
    public IReadOnlyList<string> Errors { get; init; } = [];

    /// <summary>What is as it was said, and may not be as it was meant.</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];

    /// <summary>What was changed.</summary>
    public IReadOnlyList<string> Applied { get; init; } = [];

    /// <summary>What needs a restart, and was left as it is.</summary>
    public IReadOnlyList<string> Refused { get; init; } = [];

    /// <summary>What could not be changed after all; everything else was.</summary>
    public IReadOnlyList<string> Failed { get; init; } = [];

    /// <summary>The streams of <see cref="Failed"/>.</summary>
    public IReadOnlyList<string> FailedStreams { get; init; } = [];

    /// <summary>Nothing was done: it says what would be.</summary>
    public bool IsDryRun { get; init; }

    /// <summary>An error of ours: the log has it.</summary>
    public bool IsBroken { get; init; }

    /// <summary>The proxy stopped meanwhile: nothing is to be said of it.</summary>
    public bool IsCutShort { get; init; }

    public bool IsTaken => Errors.Count == 0;
}
