namespace FastRtspProxy.Engine.Counters;

/// <summary>
/// The places of a stream's figures in a row of numbers, which is how they are added up and told. Where there are several of a kind, the first one;
/// the others follow in the order of their enum.
/// </summary>
internal static class StreamFigure
{
    /// <summary>By the state of the mount; how many of them stand there.</summary>
    public const int State = 0;
    public const int States = 10;
    public const int Up = State + States;
    public const int Held = Up + 1;

    /// <summary>Of viewers with a recorder.</summary>
    public const int ReplaySessions = Held + 1;

    public const int KeptBytes = ReplaySessions + 1;

    /// <summary>By <see cref="ViewerWay"/>.</summary>
    public const int Viewers = KeptBytes + 1;
    public const int SentBytes = Viewers + ViewerWays.Count;
    public const int SentPackets = SentBytes + ViewerWays.Count;

    /// <summary>By <see cref="DropCause"/>.</summary>
    public const int Dropped = SentPackets + ViewerWays.Count;
    public const int DroppedForMemory = Dropped + (int)DropCause.NotKeyFrame + 1;
    public const int ReportedLost = DroppedForMemory + 1;
    public const int IngestBytes = ReportedLost + 1;

    /// <summary>By <see cref="MediaKind"/>.</summary>
    public const int IngestPackets = IngestBytes + 1;
    public const int LostInNetwork = IngestPackets + MediaKinds.Count;
    public const int LostInKernel = LostInNetwork + 1;
    public const int Reordered = LostInKernel + 1;

    /// <summary>Of cameras that encrypt: packets of other keys, and those that had come before.</summary>
    public const int Unauthentic = Reordered + 1;
    public const int Replayed = Unauthentic + 1;

    /// <summary>Packets of talkers: those that went to the camera, and those that did not.</summary>
    public const int Talked = Replayed + 1;
    public const int TalkDropped = Talked + 1;

    /// <summary>By <see cref="CameraFailure"/>.</summary>
    public const int Failures = TalkDropped + 1;

    /// <summary>By <see cref="SourceCause"/>.</summary>
    public const int SourceSwitches = Failures + CameraFailures.Count;

    /// <summary>From here on not the sum of several streams is told, but the largest.</summary>
    public const int Largest = SourceSwitches + SourceCauses.Count;

    /// <summary>By <see cref="MediaKind"/>, in microseconds.</summary>
    public const int Jitter = Largest;

    /// <summary>In microseconds.</summary>
    public const int Latency = Jitter + MediaKinds.Count;

    /// <inheritdoc cref="Latency"/>
    public const int KeyFrameInterval = Latency + 1;

    /// <summary>In microseconds since 1970.</summary>
    public const int NewestPacket = KeyFrameInterval + 1;

    /// <inheritdoc cref="NewestPacket"/>
    public const int NewestKeyFrame = NewestPacket + 1;

    /// <summary>In microseconds, of the stream that keeps most.</summary>
    public const int Kept = NewestKeyFrame + 1;

    /// <summary>Of a stream with several sources, from 1.</summary>
    public const int SourceInUse = Kept + 1;

    /// <inheritdoc cref="NewestPacket"/>
    public const int SourceSince = SourceInUse + 1;

    /// <summary>How many there are.</summary>
    public const int Count = SourceSince + 1;

    /// <summary>True for what stands at a moment, and is nobody's any more when its stream has gone.</summary>
    public static bool IsOfTheMoment(int figure) => figure is < SentBytes or >= Largest;
}
