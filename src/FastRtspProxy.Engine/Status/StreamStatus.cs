namespace FastRtspProxy.Engine.Status;

/// <summary>One stream as it is at a moment. No credentials are in it.</summary>
public sealed record StreamStatus
{
    /// <summary>The path, without a leading slash.</summary>
    public required string Name { get; init; }

    public StreamOrigin Origin { get; init; }

    public StreamState State { get; init; }

    /// <summary>When it came to stand there.</summary>
    public DateTimeOffset Since { get; init; }

    /// <summary>The camera is known to be there: it was described, and nothing has failed since.</summary>
    public bool IsUp { get; init; }

    /// <summary>The URL of the back-end in use, without a user part.</summary>
    public required string Source { get; init; }

    /// <summary>The place of that one among <see cref="Sources"/>, from 0.</summary>
    public int SourceIndex { get; init; }

    /// <summary>Since when the source is in use that is; null: none has been so far.</summary>
    public DateTimeOffset? SourceSince { get; init; }

    /// <summary>Why it is, in a word: first, lost (another one), better, changed; null: none has been so far.</summary>
    public string? SourceCause { get; init; }

    /// <summary>The same for people; without credentials.</summary>
    public string? SourceReason { get; init; }

    /// <summary>All back-ends, the best first.</summary>
    public IReadOnlyList<SourceStatus> Sources { get; init; } = [];

    /// <summary>The address and port of the camera; null: there is no connection.</summary>
    public string? Peer { get; init; }

    /// <summary>udp, tcp, multicast, http; null: not settled.</summary>
    public string? Way { get; init; }

    /// <summary>Why that way, for people.</summary>
    public string? WayReason { get; init; }

    /// <summary>Null: none since the stream was made.</summary>
    public StreamFailure? LastError { get; init; }

    /// <summary>Attempts in a row that failed; 0 while it is up.</summary>
    public int Attempts { get; init; }

    /// <summary>Null: none is waited for.</summary>
    public DateTimeOffset? NextAttempt { get; init; }

    /// <summary>Sessions with the camera that were lost since the stream was made.</summary>
    public long Reconnects { get; init; }

    public IReadOnlyList<TrackStatus> Tracks { get; init; } = [];

    public IngestStatus Ingest { get; init; } = new();

    /// <summary>Memory that what is kept of it takes, the part that nothing lies in yet included.</summary>
    public long KeptBytes { get; init; }

    /// <summary>How far back what is kept goes.</summary>
    public double KeptSeconds { get; init; }

    public StreamViewers Viewers { get; init; } = new();

    /// <summary>Sessions that its viewers have with the recorder that it stands for; null: it is no recorder.</summary>
    public long? ReplaySessions { get; init; }

    /// <summary>Null: the camera is not asked for one.</summary>
    public BackChannelStatus? BackChannel { get; init; }
}
