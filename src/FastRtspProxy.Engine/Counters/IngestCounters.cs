namespace FastRtspProxy.Engine.Counters;

/// <summary>
/// What came from a mount's camera since the mount was made, over all sessions. Plain fields: the mount's shard writes them, and any thread reads
/// each as a figure on its own. Those without "last" or "newest" never go back.
/// </summary>
internal sealed class IngestCounters
{
    /// <summary>Of RTP packets, headers included.</summary>
    public long Bytes;

    /// <summary>By <see cref="MediaKind"/>.</summary>
    public readonly long[] Packets = new long[MediaKinds.Count];

    /// <summary>Numbers that never came, but for those that the kernel dropped.</summary>
    public long LostInNetwork;

    /// <summary>Datagrams that the kernel dropped for want of buffer.</summary>
    public long LostInKernel;

    /// <summary>Packets that came behind a later one.</summary>
    public long Reordered;

    /// <summary>Packets of a camera that encrypts (SRTP) which were dropped because they have other keys than were agreed on.</summary>
    public long Unauthentic;

    /// <summary>Packets of such a camera which were dropped because they had come before.</summary>
    public long Replayed;

    /// <summary>Packets that found no memory.</summary>
    public long DroppedForMemory;

    /// <summary>By <see cref="CameraFailure"/>: attempts that failed, and sessions that were lost.</summary>
    public readonly long[] Failures = new long[CameraFailures.Count];

    /// <summary>Of a stream with several sources: the place of the one in use, from 1; 0: none is, or there is one alone.</summary>
    public long SourceInUse;

    /// <summary>Since when it is in use, in microseconds since 1970; 0: none is.</summary>
    public long SourceSinceMicros;

    /// <summary>By <see cref="SourceCause"/>: how often another source came to be in use.</summary>
    public readonly long[] SourceSwitches = new long[SourceCauses.Count];

    /// <summary>The newest packet's arrival on the shard's clock; 0: none has come.</summary>
    public long NewestPacketMicros;

    /// <summary>The newest random access point's arrival on the shard's clock; 0: none has come.</summary>
    public long NewestKeyFrameMicros;

    /// <summary>Media time between the last two random access points; 0: not known.</summary>
    public long LastKeyFrameIntervalMicros;

    /// <summary>
    /// Of all pictures together (of a stream without any: of sound), how long after they were due by the camera's timestamps they were whole here.
    /// Due is what comes as fast as the fastest of the last ten to twenty seconds.
    /// </summary>
    public long LatencyMicros;

    /// <summary>So many pictures are in <see cref="LatencyMicros"/>.</summary>
    public long LatencyCount;

    /// <summary>The worst of the last ten to twenty seconds; 0 where nothing comes.</summary>
    public long LastLatencyMicros;

    /// <summary>By <see cref="MediaKind"/>, of the worst track, as last looked at (RFC 3550 section 6.4.1).</summary>
    public readonly long[] LastJitterMicros = new long[MediaKinds.Count];
}
