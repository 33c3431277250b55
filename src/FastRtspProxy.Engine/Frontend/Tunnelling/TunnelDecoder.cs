namespace FastRtspProxy.Engine.Frontend;

/// <summary>
/// The base64 of a tunnel's POST, decoded as it comes: split anywhere, with line ends or blanks between, each request encoded on its own and so with
/// padding in the middle of the stream (Apple QTSS Programming Guide, chapter 2). One for each POST.
/// </summary>
internal struct TunnelDecoder
{
    // A mutable struct on purpose: a local variable of the loop that feeds it.
    private uint _bits;
    private int _digits;
    private int _padding;

    /// <summary>
    /// The most bytes that so many characters can become: three for each four, counting the up to three characters that the last text left over.
    /// </summary>
    public static int MaxBytesOf(int characters) => (characters + 3) / 4 * 3;

    /// <summary>
    /// Decodes what can be decoded and keeps the rest. False: a character that base64 does not have, or padding where there can be none.
    /// </summary>
    /// <param name="text">As it was posted.</param>
    /// <param name="output">As long as <see cref="MaxBytesOf"/> says.</param>
    /// <param name="written">Bytes decoded.</param>
    public bool TryDecode(ReadOnlySpan<byte> text, Span<byte> output, out int written)
    {
        written = 0;
        foreach (byte character in text)
        {
            int value = ValueOf(character);
            if (value == Blank)
            {
                continue;
            }

            if (value < 0 || !TryTake(value, output, ref written))
            {
                return false;
            }
        }

        return true;
    }

    private const int Blank = 65;
    private const int Pad = 64;

    private bool TryTake(int value, Span<byte> output, ref int written)
    {
        if (value == Pad)
        {
            if (_digits < 2)
            {
                return false;
            }

            _padding++;
            value = 0;
        }
        else if (_padding > 0)
        {
            return false;
        }

        _bits = (_bits << 6) | (uint)value;
        if (++_digits < 4)
        {
            return true;
        }

        Span<byte> group = output.Slice(written, 3);
        group[0] = (byte)(_bits >> 16);
        group[1] = (byte)(_bits >> 8);
        group[2] = (byte)_bits;
        written += 3 - _padding;
        this = default;
        return true;
    }

    private static int ValueOf(byte character) => character switch
    {
        >= (byte)'A' and <= (byte)'Z' => character - 'A',
        >= (byte)'a' and <= (byte)'z' => character - 'a' + 26,
        >= (byte)'0' and <= (byte)'9' => character - '0' + 52,
        (byte)'+' => 62,
        (byte)'/' => 63,
        (byte)'=' => Pad,
        (byte)'\r' or (byte)'\n' or (byte)' ' or (byte)'\t' => Blank,
        _ => -1,
    };
}
