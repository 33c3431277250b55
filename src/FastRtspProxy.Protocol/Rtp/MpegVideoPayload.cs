namespace FastRtspProxy.Protocol.Rtp;

/// <summary>
/// MPEG-1 and MPEG-2 video in RTP (RFC 2250 section 3.4). Header: MBZ T TR AN N S B E P FBV BFC FFV FFC, and four bytes more with T.
/// </summary>
internal static class MpegVideoPayload
{
    private const int HeaderBytes = 4;
    private const int ExtensionBytes = 4;
    private const byte HasExtension = 0x04;
    private const byte HasSequenceHeader = 0x20;
    private const byte IntraType = 1;
    private const byte PictureCode = 0x00;
    private const byte LastSliceCode = 0xaf;
    private const byte SequenceCode = 0xb3;
    private const byte GroupCode = 0xb8;

    /// <summary>Sequence header, its extensions and user data, group, picture.</summary>
    private const int HeadersMax = 16;

    /// <summary>A decoder starts at a sequence header. A picture of type I without one is only told (<see cref="AccessUnitHint.Intra"/>).</summary>
    public static AccessUnitHint Classify(ReadOnlySpan<byte> payload)
    {
        if (payload.Length < HeaderBytes)
        {
            return AccessUnitHint.None;
        }

        bool hasSequence = (payload[2] & HasSequenceHeader) != 0;
        bool isIntra = (payload[2] & 7) == IntraType;
        bool starts = false;
        ReadOnlySpan<byte> video = payload[int.Min(HeaderBytes + ((payload[0] & HasExtension) != 0 ? ExtensionBytes : 0), payload.Length)..];

        // Quirk (GStreamer's rtpmpvpay): the header is all zeros, so the video behind it is read too; headers stand at the beginning of a packet.
        if (StartCodes.IsAtStart(video))
        {
            for (int i = 0; i < HeadersMax && StartCodes.TryTake(ref video, out byte code) && code is PictureCode or > LastSliceCode; i++)
            {
                starts |= code is PictureCode or SequenceCode or GroupCode;
                hasSequence |= code == SequenceCode;
                if (code == PictureCode)
                {
                    // temporal_reference, ten bits, then three of picture_coding_type (ISO/IEC 13818-2 section 6.2.3).
                    isIntra |= video.Length > 1 && ((video[1] >> 3) & 7) == IntraType;
                    break;
                }
            }
        }

        AccessUnitHint hint = hasSequence ? AccessUnitHint.RandomAccess | AccessUnitHint.StartsFrame : AccessUnitHint.None;
        return hint | (isIntra ? AccessUnitHint.Intra : AccessUnitHint.None) | (starts ? AccessUnitHint.StartsFrame : AccessUnitHint.None);
    }
}
