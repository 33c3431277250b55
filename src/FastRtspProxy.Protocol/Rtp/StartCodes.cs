namespace FastRtspProxy.Protocol.Rtp;

/// <summary>
/// The start codes of MPEG video: 00 00 01 and a byte that says what follows. Nothing else in such a stream looks like one.
/// </summary>
internal static class StartCodes
{
    /// <summary>Moves behind the next start code; false: there is none with a whole code.</summary>
    public static bool TryTake(ref ReadOnlySpan<byte> data, out byte code)
    {
        int at = data.IndexOf("\0\0\u0001"u8);
        if (at < 0 || at + 3 >= data.Length)
        {
            code = 0;
            return false;
        }

        code = data[at + 3];
        data = data[(at + 4)..];
        return true;
    }

    /// <summary>Cuts the data at its first start code. False: there is none, and all of it stands in front.</summary>
    public static bool TryCut(ReadOnlySpan<byte> data, out ReadOnlySpan<byte> front, out ReadOnlySpan<byte> behind)
    {
        int at = data.IndexOf("\0\0\u0001"u8);
        front = at < 0 ? data : data[..at];
        behind = at < 0 ? default : data[(at + 3)..];
        return at >= 0;
    }

    /// <summary>True when the data begins with a start code.</summary>
    public static bool IsAtStart(ReadOnlySpan<byte> data) => data.Length >= 4 && data[0] == 0 && data[1] == 0 && data[2] == 1;

    /// <summary>A unit without the start code of the byte stream format (H.264 and H.265, Annex B) that stands before it, if one does.</summary>
    public static ReadOnlySpan<byte> Without(ReadOnlySpan<byte> unit)
    {
        if (unit.StartsWith("\0\0\0\u0001"u8))
        {
            return unit[4..];
        }

        return unit.StartsWith("\0\0\u0001"u8) ? unit[3..] : unit;
    }
}
