using FastRtspProxy.SimulatedCamera.Packetisers;

namespace FastRtspProxy.SimulatedCamera.Media;

/// <summary>Plain bytes under a codec name of nobody's, at any bit rate: what a proxy must pass on without knowing it.</summary>
internal sealed class OpaqueTrack(SyntheticVideo video) : EvenTrack(90_000, video.FramesPerSecond)
{
    public override string MediaType => "application";

    public override string EncodingName => "X-OPAQUE";

    public override byte PayloadType => 108;

    public override int ClockRate => 90_000;

    public override int BandwidthKilobits => (int)(video.BitsPerSecond / 1000);

    public override void Append(RtpBatch batch, long unit, in UnitStamp stamp)
    {
        Span<byte> bytes = batch.Scratch(video.FrameBytes(unit));
        Noise.Fill(bytes, Hash64.Of(video.Seed, (ulong)unit));
        PlainPacketiser.Append(batch, PayloadType, (uint)UnitTicks(unit), bytes, true);
    }
}
