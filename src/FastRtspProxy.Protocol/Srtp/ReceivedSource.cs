namespace FastRtspProxy.Protocol.Srtp;

/// <summary>What a receiver knows of one source (RFC 3711 section 3.2.1); there is one only once a packet of it was genuine.</summary>
internal sealed class ReceivedSource(uint ssrc, uint rollovers, ushort highest)
{
    /// <summary>The source.</summary>
    public uint Ssrc => ssrc;

    /// <summary>Of <see cref="Highest"/>.</summary>
    public uint Rollovers { get; private set; } = rollovers;

    /// <summary>The highest sequence number that was genuine.</summary>
    public ushort Highest { get; private set; } = highest;

    /// <summary>Of packet indices, or of those of RTCP.</summary>
    public ReplayWindow Window { get; } = new();

    /// <summary>Packets that were not genuine since the last one that was.</summary>
    public int Failures { get; set; }

    /// <summary>When it was used last, by the count of its table.</summary>
    public long UsedAt { get; set; }

    /// <summary>The rollovers of a packet with that number, as near to the highest one as can be (RFC 3711 appendix A).</summary>
    public uint Guess(ushort sequenceNumber)
    {
        if (Highest < 0x8000)
        {
            return sequenceNumber - Highest > 0x8000 && Rollovers > 0 ? Rollovers - 1 : Rollovers;
        }

        return Highest - 0x8000 > sequenceNumber ? Rollovers + 1 : Rollovers;
    }

    /// <summary>A packet of that number was genuine with those rollovers.</summary>
    public void Take(uint rollovers, ushort sequenceNumber)
    {
        Failures = 0;
        ulong index = ((ulong)rollovers << 16) | sequenceNumber;
        if (index > (((ulong)Rollovers << 16) | Highest))
        {
            Rollovers = rollovers;
            Highest = sequenceNumber;
        }

        Window.Take(index);
    }
}
