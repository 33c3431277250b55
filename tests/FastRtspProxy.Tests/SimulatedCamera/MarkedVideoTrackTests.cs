using FastRtspProxy.Engine.Ingest;
using FastRtspProxy.Engine.Mounts;
using FastRtspProxy.Protocol.Rtp;
using FastRtspProxy.SimulatedCamera;
using FastRtspProxy.SimulatedCamera.Media;

namespace FastRtspProxy.Tests.SimulatedCamera;

public sealed class MarkedVideoTrackTests
{
    private const int GroupFrames = 10;

    public static TheoryData<MediaCodec> Codecs => [MediaCodec.Vp9, MediaCodec.Av1, MediaCodec.Mpeg4Video, MediaCodec.MpegVideo, MediaCodec.Mpeg2Ts, MediaCodec.Jpeg2000];

    [Theory]
    [MemberData(nameof(Codecs))]
    public void Append_TwoGroups_OnePlaceToStartInEachRandomAccessUnitAndNoneElsewhere(MediaCodec codec)
    {
        MarkedVideoTrack track = new(codec, new SyntheticVideo { BitsPerSecond = 2_000_000, GopFrames = GroupFrames });
        RandomAccessFinder finder = new(MediaCodecs.FromEncodingName(track.EncodingName));
        for (int unit = 0; unit < 2 * GroupFrames; unit++)
        {
            RtpBatch batch = new();
            track.Append(batch, unit, default);
            int points = 0;
            for (int i = 0; i < batch.Count; i++)
            {
                Assert.True(RtpPacketView.TryParse(batch.Packet(i), out RtpPacketView packet, out _));
                bool isPoint = (finder.Classify(packet, unit * 40_000) & AccessUnitHint.RandomAccess) != 0;
                Assert.True(!isPoint || i == 0, $"unit {unit}: packet {i} is a place to start");
                points += isPoint ? 1 : 0;
            }

            Assert.True(batch.Count > 1, "a picture of one packet shows nothing about the others");
            Assert.Equal(track.IsRandomAccess(unit) ? 1 : 0, points);
        }
    }
}
