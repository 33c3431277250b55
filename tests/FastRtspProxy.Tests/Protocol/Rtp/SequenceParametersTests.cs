using FastRtspProxy.Protocol.Rtp;
using FastRtspProxy.SimulatedCamera.Media;

namespace FastRtspProxy.Tests.Protocol.Rtp;

public class SequenceParametersTests
{
    [Fact]
    public void TryRead_CroppedHighProfile_GivesSizeRateAndName()
    {
        Assert.True(SequenceParameters.TryRead(MediaCodec.H264, Convert.FromBase64String("Z2QAKKzZQHgCJ+XARAAAAwAEAAADAMg8YMZY"), out SequenceParameters read));

        Assert.Equal(new SequenceParameters("avc1.640028", 1920, 1080) { FramesPerSecond = 25 }, read);
    }

    [Fact]
    public void TryRead_SetsOfTheClips_GiveTheirSize()
    {
        byte[] h265 = DemoClip.Load(typeof(FastRtspProxy.Simulator.ExitCode).Assembly, "demo.h265");
        ParameterSetCollector sets = new(MediaCodec.H265);
        AnnexB.NalUnits(h265).ForEach(nal => sets.OfferUnit(nal.In(h265)));

        Assert.True(SequenceParameters.TryRead(MediaCodec.H265, sets.Sps.Span, out SequenceParameters read));
        Assert.Equal((640, 360), (read.Width, read.Height));
        Assert.Matches(@"^hev1\.1\.6\.L\d+(\.[0-9A-F]+)*$", read.Codec);

        foreach ((int width, int height) in new[] { (640, 360), (1920, 1080), (1280, 720), (704, 576) })
        {
            SyntheticH264Track track = new(new SyntheticVideo { WidthPixels = width, HeightPixels = height, FramesPerSecond = 25, BitsPerSecond = 1_000_000, GopFrames = 25 });
            byte[] sps = Convert.FromBase64String(track.Fmtp!.Split("sprop-parameter-sets=")[1].Split(',')[0]);
            Assert.True(SequenceParameters.TryRead(MediaCodec.H264, sps, out read));
            Assert.Equal((width, height), (read.Width, read.Height));
        }
    }

    /// <summary>Each prefix, and any bytes, are refused or read, and nothing else.</summary>
    [Fact]
    public void TryRead_DamagedSets_NeverThrows()
    {
        byte[] sps = Convert.FromBase64String("Z2QAKKzZQHgCJ+XARAAAAwAEAAADAMg8YMZY");
        Random random = new(3);
        for (int i = 0; i < 100_000; i++)
        {
            byte[] damaged = sps[..random.Next(sps.Length)];
            random.NextBytes(damaged.AsSpan(Math.Min(damaged.Length, random.Next(damaged.Length + 1))));
            _ = SequenceParameters.TryRead(MediaCodec.H264, damaged, out _);
            damaged = [0x42, 1, .. damaged, .. damaged];
            _ = SequenceParameters.TryRead(MediaCodec.H265, damaged, out _);
        }
    }
}
