namespace FastRtspProxy.Engine.Status;

/// <summary>One of a stream's back-ends as it is at a moment. No credentials are in it.</summary>
public sealed record SourceStatus
{
    /// <summary>Without a user part.</summary>
    public required string Url { get; init; }

    /// <summary>It is the one whose pictures viewers have, or had last.</summary>
    public bool IsInUse { get; init; }

    /// <summary>A session looks whether it delivers; nobody sees that.</summary>
    public bool IsProbed { get; init; }

    /// <summary>Since when that session delivers; null: it does not, or there is none.</summary>
    public DateTimeOffset? DeliversSince { get; init; }

    /// <summary>Why it could not be had, or was lost, the last time; null: it was not.</summary>
    public StreamFailure? LastError { get; init; }
}
