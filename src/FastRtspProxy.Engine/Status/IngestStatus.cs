namespace FastRtspProxy.Engine.Status;

/// <summary>What came from the camera since the stream was made, over all its sessions; no count ever goes back.</summary>
public sealed record IngestStatus
{
    public long Bytes { get; init; }

    public long Packets { get; init; }

    /// <summary>Numbers that never came.</summary>
    public long LostInNetwork { get; init; }

    /// <summary>Datagrams that the kernel dropped before we read them.</summary>
    public long LostInKernel { get; init; }

    /// <summary>Packets that we dropped ourselves: the memory was used up.</summary>
    public long DroppedByUs { get; init; }

    /// <summary>Packets that came behind a later one and were put in order.</summary>
    public long Reordered { get; init; }

    /// <summary>Packets of a camera that encrypts (SRTP) which were dropped because they have other keys than were agreed on.</summary>
    public long Unauthentic { get; init; }

    /// <summary>Packets of such a camera which were dropped because they had come before.</summary>
    public long Replayed { get; init; }

    /// <summary>Bits a second.</summary>
    public long Bitrate { get; init; }

    /// <summary>When the last packet came; null: none has.</summary>
    public DateTimeOffset? LastPacket { get; init; }

    /// <summary>
    /// In microseconds, of all pictures together (of a stream without any: of sound): how long after they were due by the camera's own timestamps
    /// they were whole here, the fastest of ten to twenty seconds being due when it came. What that one takes cannot be seen.
    /// </summary>
    public long LatencyMicros { get; init; }

    /// <summary>So many pictures are in <see cref="LatencyMicros"/>.</summary>
    public long LatencyCount { get; init; }

    /// <summary>In seconds, that of the worst picture of the last ten to twenty seconds; null: none comes.</summary>
    public double? LatencyMax { get; init; }

    /// <summary>The camera's clock minus ours, in seconds, from its sender reports; null: it sends none.</summary>
    public double? ClockOffset { get; init; }
}
