namespace FastRtspProxy.Simulator.Receive;

/// <summary>What was received, added up over clients. Owned by one shard; others read copies.</summary>
internal struct ReceiveCounters
{
    public long Packets;
    public long Bytes;
    public long RtcpPackets;
    public long SenderReports;
    public long Lost;
    public long Duplicated;
    public long Reordered;
    public long Restarts;

    /// <summary>Not RTP, or cut so short that its own header says more.</summary>
    public long Malformed;

    /// <summary>Of a payload type or source that was not announced; ignored, RFC 3550 section 5.1.</summary>
    public long Foreign;

    /// <summary>Of <see cref="Packets"/>: malformed or foreign ones, in which there is no media of the stream.</summary>
    public long Unusable;
    public long Frames;
    public long KeyFrames;
    public long CatchUpFrames;
    public long UnitsStamped;
    public long UnitsVerified;
    public long UnitsIncomplete;
    public long UnitsTruncated;
    public long UnitsCorrupt;

    /// <summary>Datagrams that the kernel threw away because we were too slow to read them (SO_RXQ_OVFL).</summary>
    public long KernelDrops;

    /// <summary>Of <see cref="Lost"/>: explained by <see cref="KernelDrops"/> of the same socket.</summary>
    public long LostByTool;

    /// <summary>Of <see cref="Lost"/>: over TCP, or from this machine, where nothing else can lose a packet.</summary>
    public long LostByServer;

    /// <summary>Adds another's.</summary>
    public void Add(in ReceiveCounters other)
    {
        Packets += other.Packets;
        Bytes += other.Bytes;
        RtcpPackets += other.RtcpPackets;
        SenderReports += other.SenderReports;
        Lost += other.Lost;
        Duplicated += other.Duplicated;
        Reordered += other.Reordered;
        Restarts += other.Restarts;
        Malformed += other.Malformed;
        Foreign += other.Foreign;
        Unusable += other.Unusable;
        Frames += other.Frames;
        KeyFrames += other.KeyFrames;
        CatchUpFrames += other.CatchUpFrames;
        UnitsStamped += other.UnitsStamped;
        UnitsVerified += other.UnitsVerified;
        UnitsIncomplete += other.UnitsIncomplete;
        UnitsTruncated += other.UnitsTruncated;
        UnitsCorrupt += other.UnitsCorrupt;
        KernelDrops += other.KernelDrops;
        LostByTool += other.LostByTool;
        LostByServer += other.LostByServer;
    }
}
