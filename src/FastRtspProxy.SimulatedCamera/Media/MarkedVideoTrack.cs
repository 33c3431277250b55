using FastRtspProxy.Protocol.Rtp;
using FastRtspProxy.SimulatedCamera.Packetisers;

namespace FastRtspProxy.SimulatedCamera.Media;

/// <summary>
/// Noise with the marks of a codec around it: where its pictures begin, and which of them a decoder could start from. It shows whether a proxy reads
/// these marks, at any bit rate; no player shows it.
/// </summary>
internal sealed class MarkedVideoTrack : EvenTrack
{
    private readonly SyntheticVideo _video;
    private readonly MediaCodec _codec;

    /// <param name="codec">VP9, AV1, MPEG-4 Part 2, MPEG-2, a transport stream, or JPEG 2000.</param>
    /// <param name="video">Its rate, and how often it can be joined.</param>
    public MarkedVideoTrack(MediaCodec codec, SyntheticVideo video)
        : base(90_000, video.FramesPerSecond)
    {
        _codec = codec;
        _video = video;
        (EncodingName, PayloadType) = codec switch
        {
            MediaCodec.Vp9 => ("VP9", (byte)102),
            MediaCodec.Av1 => ("AV1", (byte)103),
            MediaCodec.Mpeg4Video => ("MP4V-ES", (byte)104),
            MediaCodec.Jpeg2000 => ("jpeg2000", (byte)105),
            MediaCodec.MpegVideo => ("MPV", (byte)32),
            MediaCodec.Mpeg2Ts => ("MP2T", (byte)33),
            _ => throw new ArgumentException("no marks are known of " + codec, nameof(codec)),
        };
    }

    public override string MediaType => "video";

    public override string EncodingName { get; }

    public override byte PayloadType { get; }

    public override int ClockRate => 90_000;

    public override int BandwidthKilobits => (int)(_video.BitsPerSecond / 1000);

    public override bool HasRandomAccessPoints => _codec != MediaCodec.Jpeg2000;

    public override bool IsRandomAccess(long unit) => !HasRandomAccessPoints || unit % _video.GopFrames == 0;

    public override void Append(RtpBatch batch, long unit, in UnitStamp stamp)
    {
        Span<byte> picture = batch.Scratch(_video.FrameBytes(unit));
        Noise.Fill(picture, Hash64.Of(_video.Seed, (ulong)unit));
        uint ticks = (uint)UnitTicks(unit);
        if (_codec == MediaCodec.Mpeg2Ts)
        {
            TransportPacketiser.Append(batch, PayloadType, ticks, picture, IsRandomAccess(unit), unit);
        }
        else
        {
            MarkedPacketiser.Append(batch, PayloadType, ticks, picture, _codec, IsRandomAccess(unit));
        }
    }
}
