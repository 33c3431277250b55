using FastRtspProxy.SimulatedCamera.Talk;
using FastRtspProxy.TestPeers;

namespace FastRtspProxy.Tests.SimulatedCamera.Talk;

/// <summary>What the simulated camera says of a tone that comes by its back channel.</summary>
public sealed class EarTests
{
    [Theory]
    [InlineData("PCMU", 400)]
    [InlineData("PCMA", 400)]
    [InlineData("PCMU", 1000)]
    public void Hear_ATone_ItsFrequencyIsTold(string name, int hertz)
    {
        List<HeardSecond> heard = [];
        BackChannel codec = BackChannel.Of(name)!;
        Ear ear = new(codec, heard.Add);

        for (int i = 0; i < 102; i++)
        {
            if (i != 70)
            {
                ear.Hear(Packet(codec, i, hertz, ssrc: 1));
            }
        }

        ear.Hear(ScriptedCamera.RtpBytes(99, 0, 0, 1, false, new byte[160])); // of another payload type
        Assert.Equal(2, heard.Count);
        Assert.InRange(heard[0].Hertz, hertz - 1, hertz);
        Assert.Equal((name, 0, 1), (heard[0].Codec, heard[0].MissingPackets, heard[0].NewSources));
        Assert.Equal((1, 0), (heard[1].MissingPackets, heard[1].NewSources));
    }

    [Fact]
    public void Codecs_EverySample_ComesBackNearly()
    {
        for (int sample = -32_000; sample <= 32_000; sample += 37)
        {
            foreach (BackChannel codec in (BackChannel[])[BackChannel.Pcmu, BackChannel.Pcma])
            {
                int back = codec.Decode(codec.Encode(sample));
                Assert.True(Math.Abs(back - sample) <= Math.Max(16, Math.Abs(sample) / 16), $"{codec.EncodingName}: {sample} came back as {back}");
            }
        }
    }

    private static byte[] Packet(BackChannel codec, int number, int hertz, uint ssrc)
    {
        byte[] samples = new byte[160];
        for (int i = 0; i < samples.Length; i++)
        {
            samples[i] = codec.Encode((int)(8000 * Math.Sin(2 * Math.PI * hertz * ((number * 160) + i) / 8000.0)));
        }

        return ScriptedCamera.RtpBytes(codec.PayloadType, (ushort)number, (uint)(number * 160), ssrc, false, samples);
    }
}
