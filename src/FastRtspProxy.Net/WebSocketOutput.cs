using System.Buffers.Binary;
using FastRtspProxy.Net.Linux;
using FastRtspProxy.Protocol.Rtsp;
using FastRtspProxy.Protocol.WebSocket;

namespace FastRtspProxy.Net;

/// <summary>
/// What goes out at a <see cref="ControlStream"/> that is a WebSocket: each answer in a binary message of its own, media in messages of whole `$`
/// frames, a header in front of each and nothing copied. A message goes out whole or not at all, so what the kernel does not take of one is parked.
/// On the stream's shard.
/// </summary>
/// <param name="stream">Where it goes out.</param>
/// <param name="backlog">Its own.</param>
/// <param name="inner">What the stream sent by before: in the clear, or by TLS.</param>
internal sealed unsafe class WebSocketOutput(ControlStream stream, StreamBacklog backlog, StreamOutput inner) : StreamOutput(stream, backlog)
{
    /// <summary>Media in a message, unless one frame is longer; with its header that is a TLS record. So much may be parked.</summary>
    private const int MessageBytesMax = (16 * 1024) - WebSocketFrameHeader.BytesMax;

    /// <summary>Pieces of a message, with its header; a frame has two at the most.</summary>
    private const int VectorsMax = 64;

    /// <summary>We have said that nothing follows; nothing does.</summary>
    private bool _isClosed;

    /// <summary>What is said when the stream is closed.</summary>
    public WebSocketCloseCode CloseCode { get; set; } = WebSocketCloseCode.Normal;

    /// <summary>
    /// Bytes of a gathered list of whole `$` frames that were taken: sent, or parked; nothing more is taken once something is parked. -1: broken.
    /// </summary>
    public override int TrySend(IoVector* vectors, int count)
    {
        if (_isClosed)
        {
            return -1;
        }

        FrameWalk walk = new(vectors, count);
        IoVector* message = stackalloc IoVector[VectorsMax];
        byte* header = stackalloc byte[WebSocketFrameHeader.BytesMax];
        int taken = 0;
        while (!Stream.IsParked)
        {
            int pieces = 1;
            int bytes = 0;
            int roomBytes = int.MaxValue; // for the first one
            while (pieces + 2 <= VectorsMax && walk.TryTake(message, ref pieces, VectorsMax, roomBytes, out int frameBytes))
            {
                bytes += frameBytes;
                roomBytes = MessageBytesMax - bytes;
            }

            if (bytes == 0)
            {
                break;
            }

            int headerBytes = WebSocketFrameHeader.Write(new Span<byte>(header, WebSocketFrameHeader.BytesMax), WebSocketOpcode.Binary, bytes);
            message[0] = new IoVector { Base = header, Length = headerBytes };
            int sent = inner.TrySend(message, pieces);
            if (sent <= 0)
            {
                return sent < 0 ? -1 : taken;
            }

            if (sent < headerBytes + bytes && !TryPark(message, pieces, sent))
            {
                return -1;
            }

            taken += bytes;
        }

        return taken;
    }

    /// <inheritdoc cref="TrySend(IoVector*, int)"/>
    public override int TrySend(ReadOnlySpan<byte> bytes)
    {
        fixed (byte* data = bytes)
        {
            IoVector vector = new() { Base = data, Length = bytes.Length };
            return TrySend(&vector, 1);
        }
    }

    /// <inheritdoc/>
    public override bool SendAll(ReadOnlySpan<byte> bytes, bool isAnswer) => SendMessage(WebSocketOpcode.Binary, bytes, isAnswer);

    /// <inheritdoc/>
    public override bool Park(ReadOnlySpan<byte> bytes) => bytes.IsEmpty || SendMessage(WebSocketOpcode.Binary, bytes, isAnswer: false);

    /// <summary>A ping, or the answer to one, behind what is parked. False: closed, or broken.</summary>
    public bool SendControl(WebSocketOpcode opcode, ReadOnlySpan<byte> payload) =>
        !Stream.IsClosed && !Stream.IsBroken && SendMessage(opcode, payload, isAnswer: true);

    /// <summary>Says that we close, and why, behind what is parked. Once; nothing follows.</summary>
    public void SendClose(WebSocketCloseCode code)
    {
        Span<byte> payload = stackalloc byte[sizeof(ushort)];
        BinaryPrimitives.WriteUInt16BigEndian(payload, (ushort)code);
        _ = SendControl(WebSocketOpcode.Close, payload);
        _isClosed = true;
    }

    /// <inheritdoc/>
    public override void SayEnd()
    {
        SendClose(CloseCode);
        inner.SayEnd();
    }

    /// <inheritdoc/>
    public override void Release() => inner.Release();

    private bool SendMessage(WebSocketOpcode opcode, ReadOnlySpan<byte> payload, bool isAnswer)
    {
        if (_isClosed)
        {
            return false;
        }

        byte* header = stackalloc byte[WebSocketFrameHeader.BytesMax];
        int headerBytes = WebSocketFrameHeader.Write(new Span<byte>(header, WebSocketFrameHeader.BytesMax), opcode, payload.Length);
        fixed (byte* data = payload)
        {
            IoVector* message = stackalloc IoVector[2];
            message[0] = new IoVector { Base = header, Length = headerBytes };
            message[1] = new IoVector { Base = data, Length = payload.Length };
            int sent = Stream.IsParked ? 0 : inner.TrySend(message, payload.IsEmpty ? 1 : 2);
            if (sent < 0)
            {
                return false;
            }

            int ofHeader = Math.Min(sent, headerBytes);
            ReadOnlySpan<byte> restOfHeader = new(header + ofHeader, headerBytes - ofHeader);
            ReadOnlySpan<byte> rest = payload[(sent - ofHeader)..];
            bool isTaken = (restOfHeader.IsEmpty || inner.SendAll(restOfHeader, isAnswer)) && (rest.IsEmpty || inner.SendAll(rest, isAnswer));
            return isTaken || Fail();
        }
    }

    /// <summary>Parks what was not sent of a message.</summary>
    private bool TryPark(IoVector* message, int pieces, int sentBytes)
    {
        for (int i = 0; i < pieces; i++)
        {
            int done = (int)Math.Min(sentBytes, message[i].Length);
            sentBytes -= done;
            int rest = (int)message[i].Length - done;
            if (rest > 0 && !inner.Park(new ReadOnlySpan<byte>(message[i].Base + done, rest)))
            {
                return Fail();
            }
        }

        return true;
    }

    /// <summary>A message that is neither sent nor parked whole: nothing after it would be in order.</summary>
    private bool Fail()
    {
        Stream.Break(LinuxConstants.ErrorNoBuffers);
        return false;
    }

    /// <summary>Goes through a gathered list from `$` frame to `$` frame. Mutable; a local of a send.</summary>
    private ref struct FrameWalk(IoVector* vectors, int count)
    {
        private int _at;
        private nint _offset;

        /// <summary>
        /// Puts the next frame behind the pieces of a message; false: there is none, or it is longer than it may be. What is no frame goes as it is.
        /// </summary>
        public bool TryTake(IoVector* message, ref int pieces, int piecesMax, int bytesMax, out int frameBytes)
        {
            frameBytes = 0;
            while (_at < count && _offset == vectors[_at].Length)
            {
                _at++; // an empty piece, as a writer of other lists is free to have
                _offset = 0;
            }

            if (_at == count)
            {
                return false;
            }

            ReadOnlySpan<byte> piece = new(vectors[_at].Base + _offset, (int)(vectors[_at].Length - _offset));
            frameBytes = piece.Length < InterleavedFrame.HeaderBytes || piece[0] != InterleavedFrame.Magic
                ? piece.Length
                : InterleavedFrame.HeaderBytes + BinaryPrimitives.ReadUInt16BigEndian(piece[2..]);
            if (frameBytes > bytesMax)
            {
                frameBytes = 0;
                return false;
            }

            int left = frameBytes;
            while (left > 0 && _at < count && pieces < piecesMax)
            {
                int part = (int)Math.Min(left, vectors[_at].Length - _offset);
                byte* from = vectors[_at].Base + _offset;
                ref IoVector last = ref message[pieces - 1];
                if (pieces > 1 && last.Base + last.Length == from)
                {
                    last.Length += part;
                }
                else
                {
                    message[pieces++] = new IoVector { Base = from, Length = part };
                }

                left -= part;
                _offset += part;
                if (_offset == vectors[_at].Length)
                {
                    _at++;
                    _offset = 0;
                }
            }

            frameBytes -= left;
            return true;
        }
    }
}
