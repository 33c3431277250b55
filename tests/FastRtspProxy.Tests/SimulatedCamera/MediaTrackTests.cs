using FastRtspProxy.Protocol.Rtp;
using FastRtspProxy.SimulatedCamera;
using FastRtspProxy.SimulatedCamera.Faults;
using FastRtspProxy.SimulatedCamera.Media;
using FastRtspProxy.Simulator.Camera;

namespace FastRtspProxy.Tests.SimulatedCamera;

public class MediaTrackTests
{
    [Fact]
    public void Clips_OfTheProxy_AreTheDemoOnly()
    {
        string[] shipped = [.. typeof(DemoClip).Assembly.GetManifestResourceNames().Where(static name => name.StartsWith("Clips.", StringComparison.Ordinal)).Order()];
        string[] simulators = typeof(H265Clip).Assembly.GetManifestResourceNames();

        Assert.Equal(["Clips.demo.aac", "Clips.demo.h264"], shipped);
        Assert.Contains("Clips.demo.h265", simulators);
    }

    [Theory]
    [InlineData(nameof(TimedFaultKind.OtherCodec), "H265", "H264")]
    [InlineData(nameof(TimedFaultKind.OtherSize), "H264", "H265")]
    public void Changed_WithTheClipAsH265_IsAnother(string kind, string fromH264, string fromH265)
    {
        TimedFaultKind change = Enum.Parse<TimedFaultKind>(kind);
        SimulatedCameraStreamOptions h264 = new("a", [DemoClip.H264()]) { H265Clip = H265Clip.Bytes };
        SimulatedCameraStreamOptions h265 = new("b", [H265Clip.Track()]) { H265Clip = H265Clip.Bytes };

        MediaTrack[] after = [h264.Changed(change).Tracks[0], h265.Changed(change).Tracks[0]];

        Assert.Equal([fromH264, fromH265], after.Select(static track => track.EncodingName));
        Assert.NotSame(h264.Tracks[0], after[0]);
        Assert.NotSame(h265.Tracks[0], after[1]);
    }

    [Fact]
    public void DemoClip_BothTracks_WrapAtTheSameInstant()
    {
        ClipVideoTrack video = Assert.IsType<ClipVideoTrack>(DemoClip.H264());
        ClipAudioTrack audio = Assert.IsType<ClipAudioTrack>(DemoClip.Aac());

        Assert.Equal(8 * 90_000, video.UnitTicks(video.ClipUnits));
        Assert.Equal(8 * 48_000, audio.UnitTicks(audio.ClipUnits));
        Assert.Equal(48_000, audio.ClockRate);
        Assert.Equal(1, audio.Channels);
        Assert.EndsWith("config=1188", audio.Fmtp, StringComparison.Ordinal);
        Assert.Contains("sprop-parameter-sets=", video.Fmtp, StringComparison.Ordinal);
    }

    [Fact]
    public void Append_OverTheLoopsEnd_TimeStampsRunOnAndBytesRepeat()
    {
        MediaTrack video = DemoClip.H264();
        RtpBatch first = new();
        RtpBatch second = new();
        video.Append(first, 0, default);
        video.Append(second, 200, default);

        Assert.Equal(first.Count, second.Count);
        for (int i = 0; i < first.Count; i++)
        {
            Assert.True(RtpPacketView.TryParse(first.Packet(i), out RtpPacketView before, out _));
            Assert.True(RtpPacketView.TryParse(second.Packet(i), out RtpPacketView after, out _));
            Assert.True(before.Payload.SequenceEqual(after.Payload));
            Assert.Equal(720_000u, after.Timestamp - before.Timestamp);
        }
    }

    [Theory]
    [InlineData(100_000)]
    [InlineData(4_000_000)]
    [InlineData(20_000_000)]
    public void FrameBytes_OneGroup_SumsToTheBitRate(long bitsPerSecond)
    {
        SyntheticVideo video = new() { BitsPerSecond = bitsPerSecond, Seed = 5 };
        long bytes = Enumerable.Range(0, 50).Sum(unit => (long)video.FrameBytes(unit));

        Assert.InRange(bytes, bitsPerSecond / 8 * 2 * 0.98, bitsPerSecond / 8 * 2 * 1.02);
        Assert.True(video.FrameBytes(0) > 5 * video.FrameBytes(1));
        Assert.NotEqual(video.FrameBytes(1), video.FrameBytes(3));
    }

    [Fact]
    public void SyntheticH264_AnyUnit_IsAFunctionOfItsNumber()
    {
        SyntheticH264Track track = new(new SyntheticVideo { BitsPerSecond = 2_000_000, WidthPixels = 640, HeightPixels = 360 });
        SyntheticH264Track twin = new(new SyntheticVideo { BitsPerSecond = 2_000_000, WidthPixels = 640, HeightPixels = 360 });
        foreach (long unit in new long[] { 0, 1, 49, 50, 51, 1_000_000 })
        {
            RtpBatch one = new();
            RtpBatch other = new();
            track.Append(one, unit, new UnitStamp(1, true, true));
            twin.Append(other, unit, new UnitStamp(1, true, true));
            Assert.True(one.Framed.SequenceEqual(other.Framed));
            List<byte[]> nals = Depacketiser.H264(one);
            Assert.Equal(unit % 50 == 0 ? [7, 8, 6, 5] : new[] { 6, 1 }, nals.Select(nal => nal[0] & 0x1F));
            Assert.True(nals.TrueForAll(nal => nal.AsSpan().IndexOf("\0\0\u0001"u8) < 0 && nal.AsSpan().IndexOf("\0\0\0"u8) < 0));
        }
    }

    [Fact]
    public void SyntheticH265_KeyPicture_BeginsWithParameterSets()
    {
        SyntheticH265Track track = new(new SyntheticVideo { BitsPerSecond = 2_000_000 }, H265Clip.Bytes);
        RtpBatch batch = new();
        track.Append(batch, 50, new UnitStamp(1, true, true));

        Assert.Equal([32, 33, 34, 39, 20], Depacketiser.H265(batch).Select(nal => nal[0] >> 1 & 0x3F));
        Assert.Contains("sprop-vps=", track.Fmtp, StringComparison.Ordinal);
    }

    [Fact]
    public void FirstUnitAt_AnyTicks_IsTheFirstNotBelow()
    {
        foreach (MediaTrack track in new[] { DemoClip.H264(), DemoClip.Aac(), new PcmuTrack(), new OnvifMetadataTrack() })
        {
            for (long ticks = 0; ticks < 1_000_000; ticks += 997)
            {
                long unit = track.FirstUnitAt(ticks);
                Assert.True(track.UnitTicks(unit) >= ticks);
                Assert.True(unit == 0 || track.UnitTicks(unit - 1) < ticks);
            }
        }
    }

    [Fact]
    public void AnnexBAccessUnits_SeveralSlicesAndSuffixes_BelongToOneUnit()
    {
        byte[] stream =
        [
            0, 0, 0, 1, 9, 0x10, 0, 0, 0, 1, 0x67, 1, 0, 0, 1, 0x68, 2, 0, 0, 1, 0x65, 0x80, 3, 0, 0, 1, 0x65, 0x40, 4, 0, 0, 1, 12, 0xFF, 0x80,
            0, 0, 1, 0x41, 0x80, 5, 0, 0, 0,
        ];
        AccessUnit[] units = AnnexB.AccessUnits(false, stream);

        Assert.Equal(2, units.Length);
        Assert.Equal(4, units[0].Nals.Length);
        Assert.Equal(2, units[0].VclCount);
        Assert.True(units[0].IsRandomAccess);
        Assert.Equal(3, Assert.Single(units[1].Nals).Length);
    }

    [Theory]
    [InlineData("")]
    [InlineData("FFF14C40")]
    [InlineData("FFF14C4000FFFC00")]
    [InlineData("00112233445566778899")]
    public void AdtsTryParse_Damaged_IsRefused(string hex) => Assert.False(Adts.TryParse(Convert.FromHexString(hex), out _));

    [Theory]
    [InlineData(0, 0, 0u, 0)]
    [InlineData(long.MaxValue, 1_800_000_000_000_000, uint.MaxValue, 5)]
    public void SimulatorSei_WrittenAndReadBack_IsTheSame(long unit, long sent, uint crc, int count)
    {
        SimulatorSei sei = new(unit, sent, crc, count);
        byte[] nal = new byte[SimulatorSei.H265NalBytes];

        Assert.Equal(SimulatorSei.H264NalBytes, sei.WriteH264(nal));
        Assert.True(SimulatorSei.TryRead(nal.AsSpan(0, SimulatorSei.H264NalBytes), out SimulatorSei fromH264));
        Assert.DoesNotContain((byte)0, nal.AsSpan(0, SimulatorSei.H264NalBytes).ToArray());
        Assert.Equal(SimulatorSei.H265NalBytes, sei.WriteH265(nal));
        Assert.True(SimulatorSei.TryRead(nal, out SimulatorSei fromH265));
        Assert.Equal(sei, fromH264);
        Assert.Equal(sei, fromH265);
        for (int length = 0; length < nal.Length - 1; length++)
        {
            Assert.False(SimulatorSei.TryRead(nal.AsSpan(0, length), out _));
        }
    }
}
