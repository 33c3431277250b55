using System.Buffers.Binary;
using FastRtspProxy.Protocol.Rtsp;

namespace FastRtspProxy.Protocol.WebSocket;

/// <summary>
/// Makes pieces of binary messages, and control frames, of what a client sends (RFC 6455 section 5). Every frame of a client is masked; fragments
/// come in order, with control frames between them at most. One for each connection.
/// </summary>
/// <param name="messageBytesMax">A longer message is refused as soon as a frame says how long it is.</param>
public sealed class WebSocketDecoder(long messageBytesMax)
{
    /// <summary>What is to come of the payload of a data frame; 0 between frames.</summary>
    private long _leftBytes;

    /// <summary>Of that frame: its mask, turned so that its first byte is for the next one of the payload.</summary>
    private uint _mask;

    /// <summary>A message has begun, and its last frame has not.</summary>
    private bool _isInMessage;

    /// <summary>Bytes that the frames of the message under way have said so far.</summary>
    private long _messageBytes;

    /// <summary>Why nothing more can be read; none: it can.</summary>
    public WebSocketCloseCode Fault { get; private set; }

    /// <summary>True where the next step can be one of data: what comes is not the beginning of a control frame.</summary>
    public bool IsDataNext(ReadOnlySpan<byte> bytes) => Fault == WebSocketCloseCode.None
        && (_leftBytes > 0 || (bytes.Length > 0 && !WebSocketFrameHeader.IsControlCode(bytes[0] & WebSocketFrameHeader.OpcodeBits)));

    /// <summary>Takes the next thing out of what has come. Never throws, whatever it is.</summary>
    /// <param name="bytes">What has come and was not consumed.</param>
    /// <param name="payload">Where the payload goes, unmasked; <see cref="WebSocketFrameHeader.ControlPayloadBytesMax"/> at least.</param>
    /// <param name="consumed">How much of <paramref name="bytes"/> is done with.</param>
    /// <param name="payloadBytes">How much of <paramref name="payload"/> was written.</param>
    public WebSocketStep Next(ReadOnlySpan<byte> bytes, Span<byte> payload, out int consumed, out int payloadBytes)
    {
        consumed = 0;
        payloadBytes = 0;
        if (Fault != WebSocketCloseCode.None)
        {
            return WebSocketStep.Malformed;
        }

        if (_leftBytes > 0)
        {
            return bytes.IsEmpty ? WebSocketStep.NeedMore : TakePiece(bytes, payload, ref consumed, out payloadBytes);
        }

        if (bytes.Length > 1 && (bytes[1] & WebSocketFrameHeader.MaskBit) == 0)
        {
            return Fail(WebSocketCloseCode.ProtocolError); // not masked (5.1)
        }

        switch (WebSocketFrameHeader.TryParse(bytes, out WebSocketFrameHeader header))
        {
            case ParseStatus.NeedMore:
                return WebSocketStep.NeedMore;
            case ParseStatus.Malformed:
                return Fail(WebSocketCloseCode.ProtocolError);
        }

        return header.IsControl
            ? TakeControl(header, bytes, payload, out consumed, out payloadBytes)
            : BeginData(header, bytes, payload, out consumed, out payloadBytes);
    }

    private WebSocketStep BeginData(
        in WebSocketFrameHeader header, ReadOnlySpan<byte> bytes, Span<byte> payload, out int consumed, out int payloadBytes)
    {
        consumed = 0;
        payloadBytes = 0;
        if (header.Opcode == WebSocketOpcode.Text)
        {
            return Fail(WebSocketCloseCode.UnsupportedData);
        }

        if ((header.Opcode == WebSocketOpcode.Continuation) != _isInMessage)
        {
            return Fail(WebSocketCloseCode.ProtocolError);
        }

        _messageBytes = _isInMessage ? _messageBytes : 0;
        if (header.PayloadBytes > messageBytesMax - _messageBytes)
        {
            return Fail(WebSocketCloseCode.MessageTooBig);
        }

        _messageBytes += header.PayloadBytes;
        _isInMessage = !header.IsFinal;
        _leftBytes = header.PayloadBytes;
        _mask = header.Mask;
        consumed = header.HeaderBytes;
        return TakePiece(bytes, payload, ref consumed, out payloadBytes);
    }

    private WebSocketStep TakePiece(ReadOnlySpan<byte> bytes, Span<byte> payload, ref int consumed, out int payloadBytes)
    {
        payloadBytes = (int)Math.Min(_leftBytes, Math.Min(bytes.Length - consumed, payload.Length));
        Unmask(bytes.Slice(consumed, payloadBytes), payload, _mask);
        consumed += payloadBytes;
        _leftBytes -= payloadBytes;
        _mask = uint.RotateLeft(_mask, payloadBytes % 4 * 8);
        return WebSocketStep.Data;
    }

    private WebSocketStep TakeControl(
        in WebSocketFrameHeader header, ReadOnlySpan<byte> bytes, Span<byte> payload, out int consumed, out int payloadBytes)
    {
        consumed = 0;
        payloadBytes = 0;
        int length = (int)header.PayloadBytes;
        if (bytes.Length < header.HeaderBytes + length)
        {
            return WebSocketStep.NeedMore;
        }

        Unmask(bytes.Slice(header.HeaderBytes, length), payload, header.Mask);
        if (header.Opcode == WebSocketOpcode.Close && length > 0 && (length == 1 || !IsSendable(BinaryPrimitives.ReadUInt16BigEndian(payload))))
        {
            return Fail(WebSocketCloseCode.ProtocolError);
        }

        consumed = header.HeaderBytes + length;
        payloadBytes = length;
        return header.Opcode switch
        {
            WebSocketOpcode.Ping => WebSocketStep.Ping,
            WebSocketOpcode.Pong => WebSocketStep.Pong,
            _ => WebSocketStep.Close,
        };
    }

    private WebSocketStep Fail(WebSocketCloseCode code)
    {
        Fault = code;
        return WebSocketStep.Malformed;
    }

    /// <summary>Codes that may stand in a frame: those that are registered, and those of applications (7.4).</summary>
    private static bool IsSendable(int code) => code is (>= 1000 and <= 1003) or (>= 1007 and <= 1014) or (>= 3000 and <= 4999);

    private static void Unmask(ReadOnlySpan<byte> masked, Span<byte> plain, uint mask)
    {
        Span<byte> key = stackalloc byte[sizeof(uint)];
        BinaryPrimitives.WriteUInt32BigEndian(key, mask);
        for (int i = 0; i < masked.Length; i++)
        {
            plain[i] = (byte)(masked[i] ^ key[i & 3]);
        }
    }
}
