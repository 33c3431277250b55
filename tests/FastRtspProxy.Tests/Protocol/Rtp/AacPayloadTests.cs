using FastRtspProxy.Protocol.Rtp;

namespace FastRtspProxy.Tests.Protocol.Rtp;

public class AacPayloadTests
{
    [Fact]
    public void Of_AacHbr_SaysWhatItsConfigurationSays()
    {
        AacPayload aac = AacPayload.Of("streamtype=5; profile-level-id=1; mode=AAC-hbr; config=1190; SizeLength=13; indexlength=3; indexdeltalength=3");

        Assert.Equal(("mp4a.40.2", 48_000, 2), (aac.Codec, aac.SampleRate, aac.Channels));
        Assert.Equal([0x11, 0x90], aac.Config.ToArray());
        Assert.Equal((13, 3, 3), (aac.SizeBits, aac.IndexBits, aac.IndexDeltaBits));
        Assert.Equal(0, AacPayload.Of("config=xyz").SampleRate);
        Assert.True(AacPayload.Of(null).Config.IsEmpty);
    }

    [Fact]
    public void TryUnit_TwoUnitsInAPacket_GivesBoth()
    {
        AacPayload aac = AacPayload.Of("sizelength=13;indexlength=3;indexdeltalength=3");
        byte[] payload = [0, 32, 0, 3 << 3, 0, 2 << 3, 1, 2, 3, 4, 5];

        int offset = 0;
        Assert.True(aac.TryUnit(payload, 0, ref offset, out ReadOnlySpan<byte> first));
        Assert.Equal([1, 2, 3], first.ToArray());
        Assert.True(aac.TryUnit(payload, 1, ref offset, out ReadOnlySpan<byte> second));
        Assert.Equal([4, 5], second.ToArray());
        Assert.False(aac.TryUnit(payload, 2, ref offset, out _));
    }

    [Fact]
    public void TryUnit_AnyBytes_NeverThrows()
    {
        Random random = new(5);
        for (int i = 0; i < 100_000; i++)
        {
            byte[] payload = new byte[random.Next(24)];
            random.NextBytes(payload);
            payload.AsSpan(0, Math.Min(1, payload.Length)).Clear();
            AacPayload aac = new(random.Next(17), random.Next(17), random.Next(17));
            int offset = 0;
            for (int unit = 0; unit < 20 && aac.TryUnit(payload, unit, ref offset, out _); unit++)
            {
            }
        }
    }
}
