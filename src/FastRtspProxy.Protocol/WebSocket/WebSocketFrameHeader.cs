using System.Buffers.Binary;
using FastRtspProxy.Protocol.Rtsp;

namespace FastRtspProxy.Protocol.WebSocket;

/// <summary>What stands in front of a frame's payload (RFC 6455 section 5.2). Without extensions, which nobody negotiates here.</summary>
/// <param name="Opcode">What the frame is.</param>
/// <param name="IsFinal">It is the last of its message.</param>
/// <param name="IsMasked">Its payload is masked by <paramref name="Mask"/>.</param>
/// <param name="Mask">The key, its first byte the highest.</param>
/// <param name="PayloadBytes">0 to 2^63 - 1.</param>
/// <param name="HeaderBytes">Of the header itself: 2 to 14.</param>
public readonly record struct WebSocketFrameHeader(
    WebSocketOpcode Opcode, bool IsFinal, bool IsMasked, uint Mask, long PayloadBytes, int HeaderBytes)
{
    /// <summary>The longest header that <see cref="Write"/> makes.</summary>
    public const int BytesMax = 10;

    /// <summary>The longest payload of a control frame.</summary>
    public const int ControlPayloadBytesMax = 125;

    /// <summary>Of the first byte.</summary>
    internal const int OpcodeBits = 0x0F;

    /// <summary>Of the second byte.</summary>
    internal const int MaskBit = 0x80;

    private const int MaskBytes = 4;
    private const int FinalBit = 0x80;
    private const int ReservedBits = 0x70;
    private const int LengthIn16Bits = 126;
    private const int LengthIn64Bits = 127;

    /// <summary>True for close, ping and pong, which may stand between the frames of a message.</summary>
    public bool IsControl => IsControlCode((int)Opcode);

    /// <summary>
    /// Reads a header. Malformed as soon as the first bytes say so: reserved bits, unknown kinds, control frames that are cut or too long, a length
    /// that is longer than it needs to be.
    /// </summary>
    public static ParseStatus TryParse(ReadOnlySpan<byte> bytes, out WebSocketFrameHeader header)
    {
        header = default;
        if (bytes.Length < 1)
        {
            return ParseStatus.NeedMore;
        }

        int code = bytes[0] & OpcodeBits;
        bool isFinal = (bytes[0] & FinalBit) != 0;
        bool isKnown = code is <= (int)WebSocketOpcode.Binary or (>= (int)WebSocketOpcode.Close and <= (int)WebSocketOpcode.Pong);
        if ((bytes[0] & ReservedBits) != 0 || !isKnown)
        {
            return ParseStatus.Malformed;
        }

        if (bytes.Length < 2)
        {
            return ParseStatus.NeedMore;
        }

        int length = bytes[1] & ~MaskBit;
        if (IsControlCode(code) && (!isFinal || length > ControlPayloadBytesMax))
        {
            return ParseStatus.Malformed;
        }

        bool isMasked = (bytes[1] & MaskBit) != 0;
        int lengthBytes = length switch { LengthIn16Bits => 2, LengthIn64Bits => 8, _ => 0 };
        int headerBytes = 2 + lengthBytes + (isMasked ? MaskBytes : 0);
        if (bytes.Length < headerBytes)
        {
            return ParseStatus.NeedMore;
        }

        long payloadBytes = lengthBytes switch
        {
            2 => BinaryPrimitives.ReadUInt16BigEndian(bytes[2..]),
            8 => BinaryPrimitives.ReadInt64BigEndian(bytes[2..]),
            _ => length,
        };
        if ((lengthBytes == 2 && payloadBytes < LengthIn16Bits) || (lengthBytes == 8 && payloadBytes <= ushort.MaxValue))
        {
            return ParseStatus.Malformed;
        }

        uint mask = isMasked ? BinaryPrimitives.ReadUInt32BigEndian(bytes[(headerBytes - MaskBytes)..]) : 0;
        header = new WebSocketFrameHeader((WebSocketOpcode)code, isFinal, isMasked, mask, payloadBytes, headerBytes);
        return ParseStatus.Complete;
    }

    /// <summary>Writes the header of a whole message without a mask, as servers send it. Its bytes, at most <see cref="BytesMax"/>.</summary>
    public static int Write(Span<byte> destination, WebSocketOpcode opcode, int payloadBytes)
    {
        destination[0] = (byte)(FinalBit | (int)opcode);
        if (payloadBytes < LengthIn16Bits)
        {
            destination[1] = (byte)payloadBytes;
            return 2;
        }

        if (payloadBytes <= ushort.MaxValue)
        {
            destination[1] = LengthIn16Bits;
            BinaryPrimitives.WriteUInt16BigEndian(destination[2..], (ushort)payloadBytes);
            return 4;
        }

        destination[1] = LengthIn64Bits;
        BinaryPrimitives.WriteInt64BigEndian(destination[2..], payloadBytes);
        return BytesMax;
    }

    internal static bool IsControlCode(int code) => code >= (int)WebSocketOpcode.Close;
}
