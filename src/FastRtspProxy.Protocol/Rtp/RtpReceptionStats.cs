namespace FastRtspProxy.Protocol.Rtp;

/// <summary>
/// What a receiver counts for its reports: RFC 3550 appendix A.1 (sequence), A.3 (loss) and A.8 (jitter), for one source. Mutable, one owner,
/// no allocation.
/// </summary>
public sealed class RtpReceptionStats
{
    /// <summary>A.1: a step forward above this is a jump, not loss.</summary>
    private const int DropoutMax = 3000;

    /// <summary>A.1: a packet this late is still counted as out of order.</summary>
    private const int MisorderMax = 100;

    /// <summary>Sequence numbers that are remembered to tell a duplicate from a late packet.</summary>
    private const int HistoryBits = 128;

    private bool _hasFirst;
    private ushort _highest;
    /// <summary>
    /// The numbers that wrapped so far, a multiple of 65,536. 64 bits: at 2,000 packets a second 2^32 numbers are used up after 25 days.
    /// </summary>
    private long _cycles;
    private long _base;
    private int _badSequence;
    private long _expectedPrior;
    private long _receivedPrior;

    /// <summary>The newest numbers, the highest in the lowest bit: those that came.</summary>
    private ulong _seenLow;
    private ulong _seenHigh;
    private uint _lastTransit;
    private bool _hasTransit;

    /// <summary>Sixteen times the jitter, so that its sixteenth can be taken in whole numbers (A.8).</summary>
    private long _jitter16;
    private long _lostBefore;

    /// <summary>Packets received, duplicates included (A.3 counts them, so that late ones and duplicates weigh against loss).</summary>
    public long Received { get; private set; }

    public long Duplicates { get; private set; }

    public long OutOfOrder { get; private set; }

    /// <summary>Jumps after which counting began anew (a source that restarted).</summary>
    public long Restarts { get; private set; }

    /// <summary>
    /// Wraps in the upper 16 bits, highest sequence number in the lower; itself wraps, as the field of a report does (RFC 3550 section 6.4.1).
    /// </summary>
    public uint ExtendedHighest => unchecked((uint)(_cycles + _highest));

    /// <summary>Numbers from the first packet to the highest, since the last restart; never wraps.</summary>
    public long Expected => _hasFirst ? _cycles + _highest - _base + 1 : 0;

    /// <summary>Expected minus received since the last restart; negative with duplicates (RFC 3550 section 6.4.1).</summary>
    public long Lost => Expected - Received;

    /// <summary>Packets that were lost before the last restart, and by the sources before this one.</summary>
    public long LostBefore { get => _lostBefore; init => _lostBefore = value; }

    /// <summary>Packets that were lost in all; since the last restart, where duplicates outnumber them, none.</summary>
    public long LostOfAll => LostBefore + Math.Max(0, Lost);

    /// <summary>Interarrival jitter in RTP ticks.</summary>
    public uint Jitter => (uint)(_jitter16 >> 4);

    /// <summary>Counts a packet.</summary>
    /// <param name="sequenceNumber">The packet's 16-bit number.</param>
    /// <param name="rtpTimestamp">The packet's time stamp.</param>
    /// <param name="arrivalInClockTicks">The time of arrival in units of the track's clock rate; any origin, wraps.</param>
    public void Update(ushort sequenceNumber, uint rtpTimestamp, uint arrivalInClockTicks)
    {
        if (!CountSequence(sequenceNumber))
        {
            return;
        }

        Received++;
        UpdateJitter(rtpTimestamp, arrivalInClockTicks);
    }

    /// <summary>Counts a packet of the source that its receiver does not use: it is not lost, and tells nothing of the jitter.</summary>
    /// <param name="sequenceNumber">The packet's 16-bit number.</param>
    public void UpdateUnused(ushort sequenceNumber) => Received += CountSequence(sequenceNumber) ? 1 : 0;

    /// <summary>The share lost since the last call in 1/256, for the next report (A.3).</summary>
    public byte FractionLostAndReset()
    {
        long expected = Expected - _expectedPrior;
        long lost = expected - (Received - _receivedPrior);
        _expectedPrior = Expected;
        _receivedPrior = Received;
        return expected <= 0 || lost <= 0 ? (byte)0 : (byte)long.Min(255, (lost << 8) / expected);
    }

    private bool CountSequence(ushort sequence)
    {
        if (!_hasFirst)
        {
            Restart(sequence);
            return true;
        }

        ushort forward = unchecked((ushort)(sequence - _highest));
        if (forward == 1 && sequence != 0)
        {
            _highest = sequence;
            _seenHigh = (_seenHigh << 1) | (_seenLow >> 63);
            _seenLow = (_seenLow << 1) | 1;
            return true;
        }

        if (forward is > 0 and < DropoutMax)
        {
            if (sequence < _highest)
            {
                _cycles += 1 << 16;
            }

            _highest = sequence;
            See(forward >= HistoryBits ? UInt128.One : (Seen << forward) | UInt128.One);
            return true;
        }

        int behind = unchecked((ushort)(_highest - sequence));
        if (behind <= MisorderMax)
        {
            CountLate(behind);
            return true;
        }

        // A jump: two packets in a row on the new place mean that the source has restarted, one alone is a stray.
        if (sequence == _badSequence)
        {
            Restart(sequence);
            Restarts++;
            return true;
        }

        _badSequence = unchecked((ushort)(sequence + 1));
        return false;
    }

    private void CountLate(int behind)
    {
        UInt128 bit = UInt128.One << behind;
        if ((Seen & bit) != 0)
        {
            Duplicates++;
            return;
        }

        See(Seen | bit);
        OutOfOrder++;
    }

    private void Restart(ushort sequence)
    {
        _lostBefore = LostOfAll;
        _hasFirst = true;
        _highest = sequence;
        _base = sequence;
        _cycles = 0;
        _badSequence = -1;
        See(UInt128.One);
        Received = 0;
        _expectedPrior = 0;
        _receivedPrior = 0;
        _hasTransit = false;
    }

    private UInt128 Seen => new(_seenHigh, _seenLow);

    private void See(UInt128 seen) => (_seenHigh, _seenLow) = ((ulong)(seen >> 64), (ulong)seen);

    // A.8, in whole numbers as there. Packets of one frame share a time stamp, which adds their spacing to the jitter; the RFC accepts that.
    private void UpdateJitter(uint rtpTimestamp, uint arrival)
    {
        uint transit = unchecked(arrival - rtpTimestamp);
        if (_hasTransit)
        {
            int difference = unchecked((int)(transit - _lastTransit));
            _jitter16 += Math.Abs((long)difference) - ((_jitter16 + 8) >> 4);
        }

        _lastTransit = transit;
        _hasTransit = true;
    }
}
