using FastRtspProxy.Engine.Frontend;
using FastRtspProxy.Engine.Relay;

namespace FastRtspProxy.Engine.Mounts;

/// <summary>What counts for where a client begins.</summary>
internal readonly record struct JoinSituation
{
    /// <summary>What the client asks for, else what the mount does.</summary>
    public required StartMode Mode { get; init; }

    /// <summary>Who asks.</summary>
    public PlayerKind Player { get; init; }

    /// <inheritdoc cref="StreamSettings.RecordersGetPast"/>
    public bool RecordersGetPast { get; init; }

    /// <inheritdoc cref="PlayWish.IsRateControlled"/>
    public bool? IsRateControlled { get; init; }

    /// <summary>It names the moment from which on it wants what came.</summary>
    public bool NamesMoment { get; init; }

    /// <summary>The client was paused.</summary>
    public bool Resumes { get; init; }

    /// <summary>It has set up a track whose random access points can be told.</summary>
    public bool HasVideo { get; init; }

    /// <summary>It has set up more than pictures.</summary>
    public bool HasOthers { get; init; }

    /// <summary>The distance of the camera's random access points.</summary>
    public long GroupMicros { get; init; }

    /// <inheritdoc cref="AccessUnits.ProbedMicros"/>
    public long ProbedMicros { get; init; }

    /// <summary>Since the newest random access point, or since the camera was asked to play.</summary>
    public long GroupAgeMicros { get; init; }

    /// <summary>The camera sends no pictures now: it lost its sessions for want of them, or has sent none for as long as a joiner waits.</summary>
    public bool PicturesStayAway { get; init; }
}
