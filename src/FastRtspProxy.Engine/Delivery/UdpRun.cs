namespace FastRtspProxy.Engine.Delivery;

/// <summary>Packets of one track and one size, the last perhaps shorter: one message for each client.</summary>
internal struct UdpRun
{
    /// <summary>Of its first packet.</summary>
    public long FirstSequence;
    public int Track;
    public bool IsRtcp;
    public int FirstVector;
    public int VectorCount;

    /// <summary>Its packets have headers of their own: two vectors each.</summary>
    public bool IsMapped;
    public int PacketCount;
    public int SegmentBytes;
    public int TotalBytes;

    /// <summary>Its last packet is shorter: nothing can follow.</summary>
    public bool IsClosed;

    /// <summary>No RTP run of its track stands before it in the plan.</summary>
    public bool IsFirst;

    /// <summary>The plan's next RTP run of its track; 0: it is the last.</summary>
    public int Next;
}
