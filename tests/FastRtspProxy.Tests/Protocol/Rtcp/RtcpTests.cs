using FastRtspProxy.Protocol.Rtcp;
using FastRtspProxy.TestPeers;

namespace FastRtspProxy.Tests.Protocol.Rtcp;

public class RtcpTests
{
    private static readonly RtcpReportBlock s_block = new(0xAABBCCDD, 64, -5, 0x1FFFE, 77, 0x12345678, 65536);

    [Fact]
    [Rule("R1")]
    public void Compound_WrittenAndReadBack_IsTheSame()
    {
        byte[] bytes = Compound();

        RtcpCompoundReader reader = new(bytes);
        Assert.True(reader.MoveNext(out RtcpPacketView report));
        Assert.Equal(
            (RtcpPacketType.SenderReport, 1u, 0x0102030405060708ul, 9u, 10u, 11u),
            (report.Type, report.Ssrc, report.Ntp, report.RtpTimestamp, report.PacketCount, report.OctetCount));
        Assert.Equal(2, report.ReportBlockCount);
        Assert.Equal(s_block, report.ReportBlock(0));
        Assert.Equal(0x7fffff, report.ReportBlock(1).CumulativeLost);
        Assert.True(reader.MoveNext(out RtcpPacketView receiver));
        Assert.Equal((RtcpPacketType.ReceiverReport, 2u, 1), (receiver.Type, receiver.Ssrc, receiver.ReportBlockCount));
        Assert.Equal(s_block, receiver.ReportBlock(0));
        Assert.True(reader.MoveNext(out RtcpPacketView names));
        Assert.Equal((RtcpPacketType.SourceDescription, 1u, "proxy@host"), (names.Type, names.Ssrc, names.Cname));
        Assert.True(reader.MoveNext(out RtcpPacketView bye));
        Assert.Equal((RtcpPacketType.Bye, 1, 1u, "camera gone"), (bye.Type, bye.SourceCount, bye.Source(0), bye.Reason));
        Assert.False(reader.MoveNext(out _));
        Assert.False(reader.Malformed);
    }

    [Theory]
    [InlineData(RtcpCompoundReader.PacketsMax, false)]
    [InlineData(RtcpCompoundReader.PacketsMax + 1, true)]
    [InlineData(5000, true)]
    public void MoveNext_MorePacketsThanAnyCompoundHas_StopsThere(int packets, bool isMalformed)
    {
        RtcpCompoundReader reader = new(Enumerable.Repeat(Convert.FromHexString("81CE0002" + "00000001" + "00000002"), packets).SelectMany(p => p).ToArray());
        int read = 0;
        while (reader.MoveNext(out _))
        {
            read++;
        }

        Assert.Equal((Math.Min(packets, RtcpCompoundReader.PacketsMax), isMalformed), (read, reader.Malformed));
    }

    [Fact]
    public void MoveNext_EachProperPrefix_StopsAtAPacketsEdge()
    {
        byte[] bytes = Compound();
        for (int length = 0; length < bytes.Length; length++)
        {
            RtcpCompoundReader reader = new(bytes.AsSpan(0, length));
            int read = 0;
            while (reader.MoveNext(out RtcpPacketView packet))
            {
                read += 4 + packet.Body.Length;
            }

            Assert.Equal(read != length, reader.Malformed);
        }
    }

    [Theory]
    [InlineData("81C80006" + "00000001")] // longer than the datagram
    [InlineData("81C80001" + "00000001")] // an SR without sender info
    [InlineData("81C90001" + "00000001")] // a block that is not there
    [InlineData("82CB0001" + "00000001")] // a source that is not there
    [InlineData("41C90001" + "00000001")] // version 1
    [InlineData("80600001" + "00000001")] // RTP, not RTCP
    [InlineData("A0C90001" + "00000000")] // padding of 0
    [InlineData("A0C90001" + "00000005")] // padding into the header
    [InlineData("80CE0001" + "00000001")] // feedback without a media source
    [InlineData("80C9")]
    public void MoveNext_BadPacket_IsMalformed(string hex)
    {
        RtcpCompoundReader reader = new(Convert.FromHexString(hex));

        Assert.False(reader.MoveNext(out _));
        Assert.True(reader.Malformed);
        Assert.False(reader.MoveNext(out _));
    }

    [Fact]
    public void MoveNext_Padding_IsTakenOff()
    {
        RtcpCompoundReader reader = new(Convert.FromHexString("A0C90002" + "00000001" + "00000004"));

        Assert.True(reader.MoveNext(out RtcpPacketView packet));
        Assert.Equal(4, packet.Body.Length);
    }

    [Fact]
    public void Cname_SecondChunkAfterOtherItems_IsFound()
    {
        RtcpCompoundReader reader = new(Convert.FromHexString("82CA0005" + "00000001" + "02014100" + "00000002" + "01026869" + "00000000"));

        Assert.True(reader.MoveNext(out RtcpPacketView packet));
        Assert.True(packet.TryGetCname(out uint ssrc, out ReadOnlySpan<byte> cname));
        Assert.Equal(2u, ssrc);
        Assert.Equal("hi"u8.ToArray(), cname.ToArray());
    }

    [Theory]
    [InlineData("81CA0002" + "00000001" + "01FF4142")] // a length beyond the packet
    [InlineData("81CA0001" + "00000001")]
    [InlineData("9FCA0000")]
    [InlineData("81CA0002" + "00000001" + "41424301")]
    public void Cname_Broken_IsNull(string hex)
    {
        RtcpCompoundReader reader = new(Convert.FromHexString(hex));

        Assert.True(reader.MoveNext(out RtcpPacketView packet));
        Assert.Null(packet.Cname);
    }

    [Fact]
    public void Bye_ReasonBeyondThePacket_IsCut()
    {
        RtcpCompoundReader reader = new(Convert.FromHexString("81CB0002" + "00000001" + "FF414243"));

        Assert.True(reader.MoveNext(out RtcpPacketView bye));
        Assert.Equal("ABC", bye.Reason);
    }

    [Fact]
    public void Writer_LongNamesAndEveryLength_EndAtAMultipleOfFour()
    {
        byte[] buffer = new byte[300];
        for (int length = 0; length <= 300; length += 3)
        {
            string name = new('n', length);
            int bytes = RtcpWriter.WriteSdesCname(buffer, 1, name);
            Assert.Equal(0, bytes % 4);
            RtcpCompoundReader reader = new(buffer.AsSpan(0, bytes));
            Assert.True(reader.MoveNext(out RtcpPacketView packet));
            Assert.Equal(name[..Math.Min(255, length)], packet.Cname);

            bytes = RtcpWriter.WriteBye(buffer, 1, name);
            reader = new RtcpCompoundReader(buffer.AsSpan(0, bytes));
            Assert.True(reader.MoveNext(out packet));
            Assert.Equal(name[..Math.Min(255, length)], packet.Reason);
        }
    }

    [Fact]
    public void Writer_NoRoom_Throws()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => RtcpWriter.WriteSenderReport(new byte[27], 1, 2, 3, 4, 5));
        Assert.Throws<ArgumentOutOfRangeException>(() => RtcpWriter.WriteReceiverReport(new byte[2000], 1, new RtcpReportBlock[32]));
    }

    [Fact]
    public void NtpTime_UnixEpochAndBack_AreExact()
    {
        Assert.Equal(0x83AA7E80_00000000ul, NtpTime.FromUnix(DateTimeOffset.UnixEpoch));
        Assert.Equal(0x83AA7E80_80000000ul, NtpTime.FromUnix(DateTimeOffset.UnixEpoch.AddSeconds(0.5)));
        Assert.Equal(0x83AA7E7F_80000000ul, NtpTime.FromUnix(DateTimeOffset.UnixEpoch.AddSeconds(-0.5)));
        foreach (int year in new[] { 1999, 2026, 2035, 2037, 2099 })
        {
            DateTimeOffset time = new(year, 11, 22, 10, 22, 9, 125, TimeSpan.Zero);
            Assert.Equal(time, NtpTime.ToUnix(NtpTime.FromUnix(time)));
        }
    }

    [Fact]
    public void NtpTime_MiddleAndDelay_AreInSixteenths()
    {
        Assert.Equal(0x56789ABCu, NtpTime.Middle(0x1234_5678_9ABC_DEF0));
        Assert.Equal(65536u * 3 / 2, NtpTime.Delay(TimeSpan.FromSeconds(1.5)));
        Assert.Equal(0u, NtpTime.Delay(TimeSpan.FromSeconds(-1)));
        Assert.Equal(65535u << 16, NtpTime.Delay(TimeSpan.FromDays(2)));
    }

    [Fact]
    public void ReadAndWrite_SteadyState_AllocateNothing()
    {
        byte[] bytes = Compound();
        byte[] output = new byte[256];
        int calls = 0;
        int packets = 0;

        long allocated = AllocationMeter.SteadyBytes(() =>
        {
            RtcpCompoundReader reader = new(bytes);
            while (reader.MoveNext(out RtcpPacketView packet))
            {
                packets += packet.TryGetCname(out _, out _) || packet.ReportBlockCount >= 0 ? 1 : 0;
            }

            int length = RtcpWriter.WriteSenderReport(output, 1, 2, 3, 4, 5, [s_block]);
            RtcpWriter.WriteSdesCname(output.AsSpan(length), 1, "name"u8);
            calls++;
        });

        Assert.Equal(4 * calls, packets);
        Assert.Equal(0, allocated);
    }

    private static byte[] Compound()
    {
        byte[] buffer = new byte[512];
        int length = RtcpWriter.WriteSenderReport(buffer, 1, 0x0102030405060708, 9, 10, 11, [s_block, s_block with { CumulativeLost = int.MaxValue }]);
        length += RtcpWriter.WriteReceiverReport(buffer.AsSpan(length), 2, [s_block]);
        length += RtcpWriter.WriteSdesCname(buffer.AsSpan(length), 1, "proxy@host");
        length += RtcpWriter.WriteBye(buffer.AsSpan(length), 1, "camera gone");
        return buffer[..length];
    }
}
