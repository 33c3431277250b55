using System.Buffers.Binary;
using System.Text;

namespace FastRtspProxy.Protocol.Rtcp;

/// <summary>Writes RTCP packets; a compound is made by calls one after the other. Each returns the bytes written and throws when the room is too
/// small, which is the caller's mistake.</summary>
public static class RtcpWriter
{
    /// <summary>The five-bit count of report blocks.</summary>
    public const int BlocksMax = 31;

    /// <summary>Text items have an 8-bit length.</summary>
    public const int TextBytesMax = 255;

    public static int SenderReportBytes(int blocks) =>
        RtcpPacketView.HeadBytes + RtcpPacketView.SenderInfoBytes + (blocks * RtcpPacketView.BlockBytes);

    public static int ReceiverReportBytes(int blocks) => RtcpPacketView.HeadBytes + (blocks * RtcpPacketView.BlockBytes);

    /// <summary>Section 6.4.1.</summary>
    public static int WriteSenderReport(
        Span<byte> output, uint ssrc, ulong ntp, uint rtpTime, uint packets, uint octets, ReadOnlySpan<RtcpReportBlock> blocks = default)
    {
        int bytes = SenderReportBytes(blocks.Length);
        WriteHeader(output, RtcpPacketType.SenderReport, blocks.Length, bytes);
        BinaryPrimitives.WriteUInt32BigEndian(output[RtcpPacketView.HeaderBytes..], ssrc);
        BinaryPrimitives.WriteUInt64BigEndian(output[RtcpPacketView.HeadBytes..], ntp);
        BinaryPrimitives.WriteUInt32BigEndian(output[16..], rtpTime);
        BinaryPrimitives.WriteUInt32BigEndian(output[20..], packets);
        BinaryPrimitives.WriteUInt32BigEndian(output[24..], octets);
        WriteBlocks(output[SenderReportBytes(0)..bytes], blocks);
        return bytes;
    }

    /// <summary>Section 6.4.2.</summary>
    public static int WriteReceiverReport(Span<byte> output, uint ssrc, ReadOnlySpan<RtcpReportBlock> blocks = default)
    {
        int bytes = ReceiverReportBytes(blocks.Length);
        WriteHeader(output, RtcpPacketType.ReceiverReport, blocks.Length, bytes);
        BinaryPrimitives.WriteUInt32BigEndian(output[RtcpPacketView.HeaderBytes..], ssrc);
        WriteBlocks(output[RtcpPacketView.HeadBytes..bytes], blocks);
        return bytes;
    }

    /// <summary>One chunk with one CNAME (section 6.5.1); a longer name is cut at 255 bytes.</summary>
    public static int WriteSdesCname(Span<byte> output, uint ssrc, string cname)
    {
        ArgumentNullException.ThrowIfNull(cname);
        Span<byte> text = stackalloc byte[TextBytesMax];
        Encoding.UTF8.GetEncoder().Convert(cname, text, flush: true, out _, out int textBytes, out _);
        return WriteSdesCname(output, ssrc, text[..textBytes]);
    }

    /// <summary>The same from bytes; allocates nothing.</summary>
    public static int WriteSdesCname(Span<byte> output, uint ssrc, ReadOnlySpan<byte> cname)
    {
        cname = cname[..int.Min(cname.Length, TextBytesMax)];
        int bytes = RoundUp(RtcpPacketView.HeadBytes + 2 + cname.Length + 1);
        WriteHeader(output, RtcpPacketType.SourceDescription, 1, bytes);
        BinaryPrimitives.WriteUInt32BigEndian(output[RtcpPacketView.HeaderBytes..], ssrc);
        output[8] = 1;
        output[9] = (byte)cname.Length;
        cname.CopyTo(output[10..]);
        output[(10 + cname.Length)..bytes].Clear();
        return bytes;
    }

    /// <summary>Section 6.6.</summary>
    public static int WriteBye(Span<byte> output, uint ssrc, string? reason = null)
    {
        Span<byte> text = stackalloc byte[TextBytesMax];
        int textBytes = 0;
        if (!string.IsNullOrEmpty(reason))
        {
            Encoding.UTF8.GetEncoder().Convert(reason, text, flush: true, out _, out textBytes, out _);
        }

        int bytes = textBytes == 0 ? RtcpPacketView.HeadBytes : RoundUp(RtcpPacketView.HeadBytes + 1 + textBytes);
        WriteHeader(output, RtcpPacketType.Bye, 1, bytes);
        BinaryPrimitives.WriteUInt32BigEndian(output[RtcpPacketView.HeaderBytes..], ssrc);
        if (textBytes > 0)
        {
            output[8] = (byte)textBytes;
            text[..textBytes].CopyTo(output[9..]);
            output[(9 + textBytes)..bytes].Clear();
        }

        return bytes;
    }

    /// <summary>PLI, RFC 4585 section 6.3.1: a picture was lost, a new one that stands alone is asked for.</summary>
    public static int WritePictureLoss(Span<byte> output, uint sender, uint source)
    {
        const int Bytes = RtcpPacketView.HeadBytes + RtcpPacketView.SsrcBytes;
        WriteHeader(output, RtcpPacketType.PayloadFeedback, RtcpPacketView.PictureLossFormat, Bytes);
        BinaryPrimitives.WriteUInt32BigEndian(output[RtcpPacketView.HeaderBytes..], sender);
        BinaryPrimitives.WriteUInt32BigEndian(output[RtcpPacketView.HeadBytes..], source);
        return Bytes;
    }

    /// <summary>FIR, RFC 5104 section 4.3.1; a repeated request has the number of the first.</summary>
    public static int WriteFullIntra(Span<byte> output, uint sender, uint source, byte number)
    {
        const int Bytes = RtcpPacketView.HeadBytes + RtcpPacketView.SsrcBytes + RtcpPacketView.FullIntraEntryBytes;
        WriteHeader(output, RtcpPacketType.PayloadFeedback, RtcpPacketView.FullIntraFormat, Bytes);
        BinaryPrimitives.WriteUInt32BigEndian(output[RtcpPacketView.HeaderBytes..], sender);
        BinaryPrimitives.WriteUInt32BigEndian(output[RtcpPacketView.HeadBytes..], 0);
        BinaryPrimitives.WriteUInt32BigEndian(output[12..], source);
        BinaryPrimitives.WriteUInt32BigEndian(output[16..], (uint)number << 24);
        return Bytes;
    }

    private static void WriteBlocks(Span<byte> output, ReadOnlySpan<RtcpReportBlock> blocks)
    {
        foreach (ref readonly RtcpReportBlock block in blocks)
        {
            // 24 bits signed: a sum beyond them stays at the end of the range (appendix A.3).
            int lost = int.Clamp(block.CumulativeLost, -0x800000, 0x7fffff);
            BinaryPrimitives.WriteUInt32BigEndian(output, block.Ssrc);
            BinaryPrimitives.WriteUInt32BigEndian(output[4..], ((uint)block.FractionLost << 24) | ((uint)lost & 0xffffff));
            BinaryPrimitives.WriteUInt32BigEndian(output[8..], block.ExtendedHighest);
            BinaryPrimitives.WriteUInt32BigEndian(output[12..], block.Jitter);
            BinaryPrimitives.WriteUInt32BigEndian(output[16..], block.LastSenderReport);
            BinaryPrimitives.WriteUInt32BigEndian(output[20..], block.DelaySinceLastSenderReport);
            output = output[RtcpPacketView.BlockBytes..];
        }
    }

    private static void WriteHeader(Span<byte> output, RtcpPacketType type, int count, int bytes)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, BlocksMax);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(bytes, output.Length, nameof(output));
        output[0] = (byte)(0x80 | count);
        output[1] = (byte)type;
        BinaryPrimitives.WriteUInt16BigEndian(output[2..], (ushort)((bytes / 4) - 1));
    }

    private static int RoundUp(int bytes) => (bytes + 3) & ~3;
}
