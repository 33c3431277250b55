using System.Buffers;
using System.Buffers.Binary;
using System.Diagnostics;

namespace FastRtspProxy.Protocol.Rtsp;

/// <summary>`$`, channel, 16-bit big-endian length, payload (RFC 2326 section 10.12). A view of the input, valid as long as that is.</summary>
public readonly ref struct InterleavedFrame
{
    public const byte Magic = (byte)'$';

    public const int HeaderBytes = 4;

    public const int PayloadBytesMax = ushort.MaxValue;

    private InterleavedFrame(byte channel, ReadOnlySpan<byte> payload)
    {
        Channel = channel;
        Payload = payload;
    }

    public byte Channel { get; }

    public ReadOnlySpan<byte> Payload { get; }

    /// <summary>Malformed means that the first byte is not `$`: the caller knows what else it can be.</summary>
    public static ParseStatus TryParse(ReadOnlySpan<byte> input, out InterleavedFrame frame, out int consumed)
    {
        frame = default;
        consumed = 0;
        if (input.IsEmpty)
        {
            return ParseStatus.NeedMore;
        }

        if (input[0] != Magic)
        {
            return ParseStatus.Malformed;
        }

        if (input.Length < HeaderBytes)
        {
            return ParseStatus.NeedMore;
        }

        int length = BinaryPrimitives.ReadUInt16BigEndian(input[2..]);
        if (input.Length - HeaderBytes < length)
        {
            return ParseStatus.NeedMore;
        }

        frame = new InterleavedFrame(input[1], input.Slice(HeaderBytes, length));
        consumed = HeaderBytes + length;
        return ParseStatus.Complete;
    }

    /// <summary>Reads a frame and moves <paramref name="input"/> behind it. A payload that crosses segments is copied into
    /// <paramref name="scratch"/>, which must hold <see cref="PayloadBytesMax"/> or the largest payload that is to be accepted; a larger one
    /// that crosses segments is malformed.</summary>
    public static ParseStatus TryParse(ref ReadOnlySequence<byte> input, Span<byte> scratch, out InterleavedFrame frame)
    {
        ReadOnlySpan<byte> first = input.FirstSpan;
        ParseStatus status = TryParse(first, out frame, out int consumed);
        if (status == ParseStatus.Complete)
        {
            input = input.Slice(consumed);
            return status;
        }

        return input.IsSingleSegment || (status == ParseStatus.Malformed && !first.IsEmpty)
            ? status
            : TryParseAcrossSegments(ref input, scratch, out frame);
    }

    /// <summary>
    /// Writes the header that stands before <paramref name="payloadBytes"/> bytes of payload to the first four bytes of <paramref name="frame"/>.
    /// </summary>
    public static void Write(Span<byte> frame, byte channel, int payloadBytes)
    {
        Debug.Assert(payloadBytes is >= 0 and <= PayloadBytesMax, "a length of 16 bits");
        BinaryPrimitives.WriteUInt16BigEndian(frame[2..HeaderBytes], (ushort)payloadBytes);
        frame[0] = Magic;
        frame[1] = channel;
    }

    private static ParseStatus TryParseAcrossSegments(ref ReadOnlySequence<byte> input, Span<byte> scratch, out InterleavedFrame frame)
    {
        frame = default;
        Span<byte> header = stackalloc byte[HeaderBytes];
        int headerBytes = (int)long.Min(input.Length, HeaderBytes);
        input.Slice(0, headerBytes).CopyTo(header);
        if (headerBytes > 0 && header[0] != Magic)
        {
            return ParseStatus.Malformed;
        }

        if (headerBytes < HeaderBytes)
        {
            return ParseStatus.NeedMore;
        }

        int length = BinaryPrimitives.ReadUInt16BigEndian(header[2..]);
        if (length > scratch.Length)
        {
            return ParseStatus.Malformed;
        }

        if (input.Length - HeaderBytes < length)
        {
            return ParseStatus.NeedMore;
        }

        input.Slice(HeaderBytes, length).CopyTo(scratch);
        frame = new InterleavedFrame(header[1], scratch[..length]);
        input = input.Slice(HeaderBytes + length);
        return ParseStatus.Complete;
    }
}
