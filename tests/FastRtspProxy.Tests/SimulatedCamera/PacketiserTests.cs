using FastRtspProxy.Protocol.Rtp;
using FastRtspProxy.SimulatedCamera;
using FastRtspProxy.SimulatedCamera.Media;
using FastRtspProxy.SimulatedCamera.Packetisers;
using FastRtspProxy.Simulator.Camera;

namespace FastRtspProxy.Tests.SimulatedCamera;

public class PacketiserTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(1399)]
    [InlineData(1400)]
    [InlineData(1401)]
    [InlineData(2797)]
    [InlineData(100_000)]
    public void H264Append_NalOfAnySize_ComesBackWhole(int bytes)
    {
        byte[] nal = Nal(bytes, 0x65);
        RtpBatch batch = new();
        H264Packetiser.Append(batch, 96, 1234, nal, [new NalRange(0, bytes)], default, true);

        Assert.Equal(nal, Assert.Single(Depacketiser.H264(batch)));
        AssertMarkerOnLastOnly(batch);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(1400)]
    [InlineData(1401)]
    [InlineData(100_000)]
    public void H265Append_NalOfAnySize_ComesBackWhole(int bytes)
    {
        byte[] nal = Nal(bytes, 20 << 1);
        nal[1] = 1;
        RtpBatch batch = new();
        H265Packetiser.Append(batch, 96, 1234, nal, [new NalRange(0, bytes)], default, true);

        Assert.Equal(nal, Assert.Single(Depacketiser.H265(batch)));
        AssertMarkerOnLastOnly(batch);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void H264Append_ParameterSetsAndSei_KeepTheirOrder(bool aggregate)
    {
        byte[] bytes = [0x67, 1, 2, 0x68, 3, 0x65, 9, 9, 9];
        byte[] sei = [6, 5, 1, 7, 0x80];
        RtpBatch batch = new();
        H264Packetiser.Append(batch, 96, 0, bytes, [new(0, 3), new(3, 2), new(5, 4)], sei, aggregate);

        Assert.Equal([0x67, 0x68, 6, 0x65], Depacketiser.H264(batch).Select(nal => (int)nal[0]));
        Assert.Equal(aggregate ? 2 : 4, batch.Count);
        AssertMarkerOnLastOnly(batch);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void ClipAppend_WholeRound_GivesTheClipsNalUnits(bool h265)
    {
        MediaTrack track = h265 ? H265Clip.Track() : DemoClip.H264();
        RtpBatch batch = new();
        long previous = -1;
        for (long unit = 0; unit < 200; unit++)
        {
            batch.Clear();
            track.Append(batch, unit, new UnitStamp(77, true, true));
            List<byte[]> nals = h265 ? Depacketiser.H265(batch) : Depacketiser.H264(batch);
            Assert.True(SimulatorSei.TryRead(Assert.Single(nals, nal => SimulatorSei.TryRead(nal, out _)), out SimulatorSei sei));
            uint crc = 0;
            int count = 0;
            foreach (byte[] nal in nals.Where(nal => SimulatorSei.IsVcl(h265, nal[0])))
            {
                crc = SimulatorSei.Crc(crc, nal);
                count++;
            }

            Assert.Equal(new SimulatorSei(previous + 1, 77, crc, count), sei);
            Assert.Equal(unit % 50 == 0, track.IsRandomAccess(unit));
            Assert.All(Enumerable.Range(0, batch.Count), i => Assert.InRange(batch.Packet(i).Length, 13, 1412));
            previous = unit;
        }
    }

    [Fact]
    public void AacAppend_Frame_HasItsSizeInTheHeader()
    {
        RtpBatch batch = new();
        AacPacketiser.Append(batch, 97, 1024, Nal(173, 0x01));

        Assert.True(RtpPacketView.TryParse(batch.Packet(0), out RtpPacketView packet, out _));
        Assert.Equal(1, batch.Count);
        Assert.True(packet.Marker);
        Assert.Equal(16, packet.Payload[0] << 8 | packet.Payload[1]);
        Assert.Equal(173, (packet.Payload[2] << 8 | packet.Payload[3]) >> 3);
        Assert.Equal(177, packet.Payload.Length);
    }

    [Fact]
    public void AacAppend_FrameAboveAPacket_IsCutWithTheWholeSizeInEachHeader()
    {
        RtpBatch batch = new();
        AacPacketiser.Append(batch, 97, 1024, Nal(3000, 0x01));

        Assert.Equal(3, batch.Count);
        AssertMarkerOnLastOnly(batch);
        for (int i = 0; i < 3; i++)
        {
            Assert.True(RtpPacketView.TryParse(batch.Packet(i), out RtpPacketView packet, out _));
            Assert.Equal(3000, (packet.Payload[2] << 8 | packet.Payload[3]) >> 3);
        }
    }

    [Fact]
    public void MjpegAppend_Scan_HasRunningOffsets()
    {
        RtpBatch batch = new();
        byte[] scan = Nal(5000, 0x12);
        MjpegPacketiser.Append(batch, 26, 0, scan, 50, 640, 368);

        List<byte> rebuilt = [];
        for (int i = 0; i < batch.Count; i++)
        {
            Assert.True(RtpPacketView.TryParse(batch.Packet(i), out RtpPacketView packet, out _));
            ReadOnlySpan<byte> payload = packet.Payload;
            Assert.Equal(rebuilt.Count, payload[1] << 16 | payload[2] << 8 | payload[3]);
            Assert.Equal([1, 50, 80, 46], payload[4..8].ToArray());
            rebuilt.AddRange(payload[8..]);
        }

        Assert.Equal(scan, rebuilt);
        AssertMarkerOnLastOnly(batch);
    }

    [Fact]
    public void Framed_SeveralPackets_IsOneContiguousRowOfInterleavedFrames()
    {
        RtpBatch batch = new();
        PlainPacketiser.Append(batch, 108, 5, Nal(3000, 1), true);

        int at = 0;
        for (int i = 0; i < batch.Count; i++)
        {
            Assert.Equal((byte)'$', batch.Framed[at]);
            Assert.Equal(batch.Packet(i).Length, batch.Framed[at + 2] << 8 | batch.Framed[at + 3]);
            at += 4 + batch.Packet(i).Length;
        }

        Assert.Equal(batch.Framed.Length, at);
        Assert.Equal(3000, batch.PayloadBytes);
    }

    private static byte[] Nal(int bytes, byte first)
    {
        byte[] nal = new byte[bytes];
        new Random(bytes).NextBytes(nal);
        nal[0] = first;
        return nal;
    }

    private static void AssertMarkerOnLastOnly(RtpBatch batch)
    {
        for (int i = 0; i < batch.Count; i++)
        {
            Assert.True(RtpPacketView.TryParse(batch.Packet(i), out RtpPacketView packet, out _));
            Assert.Equal(i == batch.Count - 1, packet.Marker);
        }
    }
}
