namespace FastRtspProxy.Protocol.Rtp;

/// <summary>
/// The bits of a NAL unit's payload, without the bytes that keep start codes out of it (ITU-T H.264 section 7.4.1.1). Reading past the end gives
/// zeros and is remembered. Mutable, one owner.
/// </summary>
internal ref struct RawBits(ReadOnlySpan<byte> payload)
{
    private readonly ReadOnlySpan<byte> _payload = payload;
    private int _index;
    private int _bit;
    private int _zeros;

    /// <summary>More was read than there is: what was read last is of no meaning.</summary>
    public bool IsOver { get; private set; }

    /// <summary>One bit.</summary>
    public bool Flag() => Bits(1) != 0;

    /// <summary>So many bits, 32 at the most, the first one highest.</summary>
    public uint Bits(int count)
    {
        uint value = 0;
        for (int i = 0; i < count; i++)
        {
            value = (value << 1) | Next();
        }

        return value;
    }

    /// <summary>Passes over so many.</summary>
    public void Skip(int count)
    {
        for (int i = 0; i < count && !IsOver; i++)
        {
            _ = Next();
        }
    }

    /// <summary>An unsigned Exp-Golomb number (section 9.1).</summary>
    public uint Golomb()
    {
        int zeros = 0;
        while (Next() == 0)
        {
            if (++zeros > 31 || IsOver)
            {
                IsOver = true;
                return 0;
            }
        }

        return (1u << zeros) - 1 + Bits(zeros);
    }

    /// <summary>A signed one (section 9.1.1).</summary>
    public long SignedGolomb()
    {
        long value = Golomb();
        return (value & 1) == 0 ? -(value / 2) : (value + 1) / 2;
    }

    private uint Next()
    {
        if (_index >= _payload.Length)
        {
            IsOver = true;
            return 0;
        }

        if (_bit == 0 && _zeros >= 2 && _payload[_index] == 3)
        {
            _zeros = 0;
            _index++;
            return Next(); // a second one has no zeros before it
        }

        uint bit = (uint)(_payload[_index] >> (7 - _bit)) & 1;
        if (++_bit == 8)
        {
            _zeros = _payload[_index] == 0 ? _zeros + 1 : 0;
            _bit = 0;
            _index++;
        }

        return bit;
    }
}
