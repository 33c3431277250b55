using FastRtspProxy.Engine.Frontend;
using FastRtspProxy.Protocol.Rtcp;

namespace FastRtspProxy.Fuzz.Targets;

/// <summary>RTCP compounds: reading ends, stays inside, and report blocks and names that are written read back. Nothing is allocated by reading.</summary>
internal sealed class RtcpTarget : FuzzTarget
{
    private readonly byte[] _written = new byte[2048];

    public override string Name => "rtcp";

    public override int FixedBytes => 0;

    public override int BytesPerInputByte => 0;

    public override void Parse(ReadOnlySpan<byte> input)
    {
        RtcpCompoundReader reader = new(input);
        while (reader.MoveNext(out RtcpPacketView packet))
        {
            Visit(packet);
        }

        _ = ClientRtcp.IsRtcp(input, out _);
        _ = ClientRtcp.Reports(input, 1);
    }

    public override void Check(ReadOnlySpan<byte> input)
    {
        RtcpCompoundReader reader = new(input);
        int bytes = 0;
        while (reader.MoveNext(out RtcpPacketView packet))
        {
            bytes += 4 + packet.Body.Length;
            CheckBlocks(packet);
            _ = packet.Reason;
            if (packet.TryGetCname(out uint ssrc, out ReadOnlySpan<byte> cname) && !cname.IsEmpty)
            {
                RtcpCompoundReader again = new(_written.AsSpan(0, RtcpWriter.WriteSdesCname(_written, ssrc, cname)));
                Property.Holds(again.MoveNext(out RtcpPacketView one) && one.TryGetCname(out uint other, out ReadOnlySpan<byte> name) && other == ssrc && name.SequenceEqual(cname), "a name reads back");
            }

            DateTimeOffset time = NtpTime.ToUnix(packet.Ntp);
            Property.Holds(time.Year is >= 1968 and <= 2104, "a clock is in its era");
        }

        Property.Holds(bytes <= input.Length, "packets are inside of the compound");
        Property.Equal(false, reader.MoveNext(out _));
    }

    private void CheckBlocks(in RtcpPacketView packet)
    {
        RtcpReportBlock[] blocks = new RtcpReportBlock[packet.ReportBlockCount];
        for (int i = 0; i < blocks.Length; i++)
        {
            blocks[i] = packet.ReportBlock(i);
        }

        int length = packet.Type == RtcpPacketType.SenderReport
            ? RtcpWriter.WriteSenderReport(_written, packet.Ssrc, packet.Ntp, packet.RtpTimestamp, packet.PacketCount, packet.OctetCount, blocks)
            : RtcpWriter.WriteReceiverReport(_written, packet.Ssrc, blocks);
        RtcpCompoundReader reader = new(_written.AsSpan(0, length));
        Property.Holds(reader.MoveNext(out RtcpPacketView again), "a report that was written is one");
        Property.Equal((packet.Ntp, packet.RtpTimestamp, packet.PacketCount, packet.OctetCount), (again.Ntp, again.RtpTimestamp, again.PacketCount, again.OctetCount));
        Property.Equal(blocks.Length, again.ReportBlockCount);
        for (int i = 0; i < blocks.Length; i++)
        {
            Property.Equal(blocks[i], again.ReportBlock(i));
        }
    }

    private static void Visit(in RtcpPacketView packet)
    {
        for (int i = 0; i < packet.ReportBlockCount; i++)
        {
            _ = packet.ReportBlock(i);
        }

        for (int i = 0; i < packet.SourceCount; i++)
        {
            _ = packet.Source(i);
        }

        _ = packet.ReasonBytes;
        _ = packet.TryGetCname(out _, out _);
    }
}
