namespace FastRtspProxy.Protocol.Rtp;

/// <summary>
/// AV1 in RTP (the Alliance's specification, section 4.4). Aggregation header: Z Y W W N, then elements, each an OBU or a part of one.
/// </summary>
internal static class Av1Payload
{
    private const int Continues = 0x80;
    private const int BeginsSequence = 0x08;
    private const int SequenceHeaderType = 1;
    private const int TemporalDelimiterType = 2;

    /// <summary>A coded video sequence can be joined where it begins: N, or a sequence header in front.</summary>
    public static AccessUnitHint Classify(ReadOnlySpan<byte> payload)
    {
        byte header = payload[0];
        if ((header & Continues) != 0)
        {
            return AccessUnitHint.None;
        }

        return (header & BeginsSequence) != 0 || StartsWithSequenceHeader(payload[1..], (header >> 4) & 3)
            ? AccessUnitHint.StartsFrame | AccessUnitHint.RandomAccess
            : AccessUnitHint.StartsFrame;
    }

    // The last of W elements has no length; with W = 0 each has one. A temporal delimiter should not be sent, and some do.
    private static bool StartsWithSequenceHeader(ReadOnlySpan<byte> elements, int count)
    {
        for (int i = 1; i <= 2 && !elements.IsEmpty; i++)
        {
            int length = elements.Length;
            if (i != count && !TryTakeLength(ref elements, out length))
            {
                return false;
            }

            if (elements.IsEmpty || length == 0)
            {
                return false;
            }

            int type = (elements[0] >> 3) & 0x0f;
            if (type != TemporalDelimiterType)
            {
                return type == SequenceHeaderType;
            }

            elements = elements[int.Min(length, elements.Length)..];
        }

        return false;
    }

    // leb128, of which two bytes are enough for a packet.
    private static bool TryTakeLength(ref ReadOnlySpan<byte> elements, out int length)
    {
        length = elements[0] & 0x7f;
        int bytes = 1;
        if ((elements[0] & 0x80) != 0)
        {
            if (elements.Length < 2)
            {
                return false;
            }

            length |= (elements[1] & 0x7f) << 7;
            bytes = 2;
        }

        elements = elements[bytes..];
        return true;
    }
}
