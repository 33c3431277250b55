using FastRtspProxy.SimulatedCamera.Packetisers;
using FastRtspProxy.SimulatedCamera.Talk;

namespace FastRtspProxy.SimulatedCamera.Media;

/// <summary>G.711 µ-law (RFC 3551 section 4.5.14): a tone of 400 Hz for a tenth of each second, 20 ms a packet.</summary>
internal sealed class PcmuTrack() : EvenTrack(PacketSamples, 1)
{
    private const int PacketSamples = 160;
    private const int SampleRate = 8000;

    private static readonly byte[] s_second = MakeSecond();

    public override string MediaType => "audio";

    public override string EncodingName => "PCMU";

    public override byte PayloadType => 0;

    public override int ClockRate => SampleRate;

    public override int BandwidthKilobits => 64;

    public override void Append(RtpBatch batch, long unit, in UnitStamp stamp) =>
        PlainPacketiser.Append(batch, PayloadType, (uint)UnitTicks(unit), Samples(unit), false);

    private static ReadOnlySpan<byte> Samples(long unit) =>
        s_second.AsSpan((int)(unit % (SampleRate / PacketSamples)) * PacketSamples, PacketSamples);

    private static byte[] MakeSecond()
    {
        byte[] samples = new byte[SampleRate];
        for (int i = 0; i < samples.Length; i++)
        {
            samples[i] = G711.EncodeMuLaw(i < SampleRate / 10 ? (int)(8000 * Math.Sin(2 * Math.PI * 400 * i / SampleRate)) : 0);
        }

        return samples;
    }
}
