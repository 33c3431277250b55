namespace FastRtspProxy.Protocol.Srtp;

/// <summary>Takes fields of a MIKEY message one after the other, none past the end. Mutable.</summary>
internal ref struct MikeyReader(ReadOnlySpan<byte> bytes)
{
    private ReadOnlySpan<byte> _rest = bytes;

    public bool TryTake(int count, out ReadOnlySpan<byte> taken)
    {
        if (count > _rest.Length)
        {
            taken = [];
            return false;
        }

        taken = _rest[..count];
        _rest = _rest[count..];
        return true;
    }

    public bool TryByte(out byte value)
    {
        bool isThere = TryTake(1, out ReadOnlySpan<byte> one);
        value = isThere ? one[0] : (byte)0;
        return isThere;
    }

    /// <summary>A length of one byte, and so many.</summary>
    public bool TryShort(out ReadOnlySpan<byte> taken)
    {
        taken = [];
        return TryByte(out byte length) && TryTake(length, out taken);
    }

    /// <summary>A length of two bytes, and so many.</summary>
    public bool TryLong(out ReadOnlySpan<byte> taken)
    {
        taken = [];
        return TryTake(2, out ReadOnlySpan<byte> length) && TryTake((length[0] << 8) | length[1], out taken);
    }
}
