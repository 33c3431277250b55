namespace FastRtspProxy.Simulator.Receive;

/// <summary>
/// Sequence numbers of one source: what is missing, late, twice. Exact as long as a late packet is at most 127 packets late; an older one counts as a
/// duplicate, because nothing tells the two apart any more. A step of more than 3,000 (RFC 3550 A.1, MAX_DROPOUT) is a sender that began anew and no
/// loss. Mutable, one owner, no allocation.
/// </summary>
internal struct SequenceTracker
{
    private const int DropoutMax = 3000;

    private UInt128 _seen;
    private ulong _highest;
    private ulong _first;
    private bool _started;

    /// <summary>The highest sequence number with its cycles in the upper bits.</summary>
    public readonly ulong Highest => _highest;

    /// <summary>How many numbers were due since the first packet (or restart).</summary>
    public readonly long Expected => _started ? (long)(_highest - _first) + 1 : 0;

    /// <summary>Takes a packet's number. <paramref name="missing"/>: how many numbers before it are missing for now (after a gap only).</summary>
    public SequenceVerdict Take(ushort number, out int missing)
    {
        missing = 0;
        if (!_started)
        {
            Start(number);
            return SequenceVerdict.InOrder;
        }

        int step = (short)(number - (ushort)_highest);
        if (step == 1)
        {
            _highest++;
            _seen = (_seen << 1) | 1;
            return SequenceVerdict.InOrder;
        }

        return TakeSlow(number, step, out missing);
    }

    private SequenceVerdict TakeSlow(ushort number, int step, out int missing)
    {
        missing = 0;
        if (step > 1 && step <= DropoutMax)
        {
            _highest += (ulong)step;
            _seen = step >= 128 ? 1 : (_seen << step) | 1;
            missing = step - 1;
            return SequenceVerdict.AfterGap;
        }

        if (step <= 0 && step > -DropoutMax)
        {
            if (-step >= 128 || (ulong)-step > _highest - _first)
            {
                return SequenceVerdict.Duplicate;
            }

            UInt128 bit = UInt128.One << -step;
            if ((_seen & bit) != 0)
            {
                return SequenceVerdict.Duplicate;
            }

            _seen |= bit;
            return SequenceVerdict.Late;
        }

        Start(number);
        return SequenceVerdict.Restart;
    }

    private void Start(ushort number)
    {
        _started = true;
        _highest = _first = 0x1_0000UL + number;
        _seen = 1;
    }
}
