namespace FastRtspProxy.Engine.Frontend;

/// <summary>What a client asks for with its PLAY. A value: the mount may belong to another shard, which must not read what is the client's.</summary>
/// <param name="Start">How it wants to start; null: as the mount does.</param>
/// <param name="TrackMask">The tracks that it has set up, a bit each.</param>
/// <param name="Resumes">It was paused. It begins at the live edge, and is told so: GStreamer's players, whose flush seek is a PAUSE and a PLAY, show
/// nothing until RTP-Info gives them the new times.</param>
internal readonly record struct PlayWish(StartMode? Start, uint TrackMask, bool Resumes)
{
    /// <summary>It wants what came at that moment of the shards' clock, and what came since; null: it names none.</summary>
    public long? FromMicros { get; init; }

    /// <summary>It wants nothing that comes after that moment; null: there is no end.</summary>
    public long? ToMicros { get; init; }

    /// <summary>True: the past is to come as slowly as it came; false: in haste; null: as suits the player.</summary>
    public bool? IsRateControlled { get; init; }

    /// <summary>The <see cref="MountDescription.Shape"/> that it has set up by; 0: it takes any.</summary>
    public int Shape { get; init; }

    /// <summary>What the client is, as far as it says.</summary>
    public PlayerKind Player { get; init; }

    /// <summary>All tracks, for the first time, as the mount starts.</summary>
    public static PlayWish Everything => new(null, uint.MaxValue, Resumes: false);
}
