namespace FastRtspProxy.Protocol.Rtp;

/// <summary>
/// Reads the bits of a NAL unit's payload without its emulation prevention bytes (H.264 section 7.3.1, H.265 section 7.3.1.1). What lies behind the
/// end reads as zeros and is remembered. Mutable: kept in a local and passed by reference.
/// </summary>
internal ref struct RbspReader(ReadOnlySpan<byte> bytes)
{
    private readonly ReadOnlySpan<byte> _bytes = bytes;
    private int _next;
    private int _zeros;
    private int _current;
    private int _bitsLeft;

    /// <summary>More was read than there is.</summary>
    public bool IsOver { get; private set; }

    /// <summary>u(1).</summary>
    public bool Flag() => Bits(1) != 0;

    /// <summary>u(n), at most 32.</summary>
    public uint Bits(int count)
    {
        uint value = 0;
        for (; count > 0; count--)
        {
            value = (value << 1) | Bit();
        }

        return value;
    }

    /// <summary>Passes over so many bits.</summary>
    public void Skip(int count)
    {
        for (; count > 0 && !IsOver; count--)
        {
            Bit();
        }
    }

    /// <summary>ue(v): the unsigned Exp-Golomb code (H.264 section 9.1).</summary>
    public uint Ue()
    {
        int zeros = 0;
        while (Bit() == 0)
        {
            if (++zeros > 31 || IsOver)
            {
                IsOver = true;
                return 0;
            }
        }

        return (1u << zeros) - 1 + Bits(zeros);
    }

    /// <summary>se(v).</summary>
    public int Se()
    {
        uint code = Ue();
        return (code & 1) != 0 ? (int)((code >> 1) + 1) : -(int)(code >> 1);
    }

    private uint Bit()
    {
        if (_bitsLeft == 0)
        {
            if (_zeros >= 2 && _next < _bytes.Length && _bytes[_next] == 3)
            {
                _next++;
                _zeros = 0;
            }

            if (_next >= _bytes.Length)
            {
                IsOver = true;
                return 0;
            }

            _current = _bytes[_next++];
            _zeros = _current == 0 ? _zeros + 1 : 0;
            _bitsLeft = 8;
        }

        _bitsLeft--;
        return (uint)(_current >> _bitsLeft) & 1;
    }
}
