namespace FastRtspProxy.Protocol.Rtp;

/// <summary>MPEG-4 Part 2 in RTP (RFC 6416): the stream as it is, cut anywhere in a picture; headers stand at the beginning of a packet.</summary>
internal static class Mpeg4VideoPayload
{
    private const byte Picture = 0xb6;
    private const byte LastLayer = 0x2f;
    private const byte ObjectSequence = 0xb0;
    private const byte VisualObject = 0xb5;

    /// <summary>What stands in front of a picture: sequence, object, layer, their user data, group.</summary>
    private const int HeadersMax = 16;

    /// <summary>A picture (VOP) of type I can be joined, with the headers in front of it.</summary>
    public static AccessUnitHint Classify(ReadOnlySpan<byte> payload)
    {
        if (!StartCodes.IsAtStart(payload))
        {
            return AccessUnitHint.None;
        }

        AccessUnitHint sets = AccessUnitHint.None;
        for (int i = 0; i < HeadersMax && StartCodes.TryTake(ref payload, out byte code); i++)
        {
            if (code == Picture)
            {
                // vop_coding_type, two bits, 0 for I (ISO/IEC 14496-2 section 6.2.5).
                bool isIntra = !payload.IsEmpty && payload[0] >> 6 == 0;
                return AccessUnitHint.StartsFrame | (isIntra ? sets | AccessUnitHint.RandomAccess : AccessUnitHint.None);
            }

            sets |= code is <= LastLayer or ObjectSequence or VisualObject ? AccessUnitHint.ParameterSets : AccessUnitHint.None;
        }

        return sets | AccessUnitHint.NonVcl;
    }
}
