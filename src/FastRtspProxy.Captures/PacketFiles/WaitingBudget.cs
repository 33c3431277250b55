namespace FastRtspProxy.Captures.PacketFiles;

/// <summary>What may wait behind gaps, of all connections of a packet capture together.</summary>
internal sealed class WaitingBudget
{
    private const long BytesMax = 64L << 20;

    public long Bytes { get; set; }

    public bool IsSpent => Bytes > BytesMax;
}
