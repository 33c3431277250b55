using System.Buffers.Binary;
using FastRtspProxy.Protocol.Rtp;

namespace FastRtspProxy.SimulatedCamera.Packetisers;

/// <summary>
/// Noise into RTP, with the payload headers of a codec and the first bytes of its pictures: RFC 9628 (VP9), the Alliance's specification (AV1), RFC
/// 6416, RFC 2250, RFC 5371.
/// </summary>
internal static class MarkedPacketiser
{
    /// <summary>The longest of the headers below.</summary>
    private const int MarksMax = 24;

    public static void Append(RtpBatch batch, byte payloadType, uint ticks, ReadOnlySpan<byte> picture, MediaCodec codec, bool isKey)
    {
        Span<byte> marks = stackalloc byte[MarksMax];
        int offset = 0;
        do
        {
            int take = Math.Min(picture.Length - offset, RtpBatch.PayloadBytesMax - MarksMax);
            bool isLast = offset + take == picture.Length;
            int bytes = Write(marks, codec, isKey, offset, isLast);
            Span<byte> payload = batch.Append(payloadType, isLast, ticks, bytes + take);
            marks[..bytes].CopyTo(payload);
            picture.Slice(offset, take).CopyTo(payload[bytes..]);
            offset += take;
        }
        while (offset < picture.Length);
    }

    private static int Write(Span<byte> marks, MediaCodec codec, bool isKey, int offset, bool isLast)
    {
        bool isFirst = offset == 0;
        ReadOnlySpan<byte> written;
        switch (codec)
        {
            case MediaCodec.Vp9:
                // P, B, E; then the frame's own header.
                marks[0] = (byte)((isKey ? 0 : 0x40) | (isFirst ? 0x08 : 0) | (isLast ? 0x04 : 0));
                marks[1] = isKey ? (byte)0x82 : (byte)0x86;
                return isFirst ? 2 : 1;
            case MediaCodec.Av1:
                // Z, Y, one element, N; then a sequence header or a frame.
                marks[0] = (byte)((isFirst ? 0 : 0x80) | (isLast ? 0 : 0x40) | 0x10 | (isFirst && isKey ? 0x08 : 0));
                marks[1] = isKey ? (byte)0x0a : (byte)0x32;
                return isFirst ? 2 : 1;
            case MediaCodec.Mpeg4Video:
                // A group header before an I-VOP.
                written = !isFirst ? default : isKey ? [0, 0, 1, 0xb3, 0x11, 0x12, 0x13, 0, 0, 1, 0xb6, 0x10] : [0, 0, 1, 0xb6, 0x50];
                break;
            case MediaCodec.MpegVideo:
                marks[..4].Clear();
                marks[2] = (byte)((isFirst && isKey ? 0x20 : 0) | (isLast ? 0x08 : 0) | (isKey ? 1 : 2));
                written = !isFirst ? default : isKey ? [0, 0, 1, 0xb3, 0x14, 0x11, 0xf0, 0x13, 0, 0, 1, 0, 0x11, 0x0f] : [0, 0, 1, 0, 0x11, 0x17];
                written.CopyTo(marks[4..]);
                return 4 + written.Length;
            default:
                // JPEG 2000: the fragment offset in the last three of eight bytes.
                marks[..4].Clear();
                BinaryPrimitives.WriteUInt32BigEndian(marks[4..], (uint)offset);
                return 8;
        }

        written.CopyTo(marks);
        return written.Length;
    }
}
