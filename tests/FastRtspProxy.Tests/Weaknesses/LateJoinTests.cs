using FastRtspProxy.Engine;
using FastRtspProxy.Engine.Ingest;
using FastRtspProxy.Engine.Mounts;
using FastRtspProxy.Protocol.Rtp;
using FastRtspProxy.SimulatedCamera;
using FastRtspProxy.SimulatedCamera.Media;
using FastRtspProxy.TestPeers;
using FastRtspProxy.Tests.SimulatedCamera;

namespace FastRtspProxy.Tests.Weaknesses;

/// <summary>Viewers that join in the middle of a group of pictures, for each codec.</summary>
public sealed class LateJoinTests
{
    private const int GroupFrames = 10;

    [Theory]
    [InlineData(MediaCodec.Vp9, StartMode.Auto)]
    [InlineData(MediaCodec.Vp9, StartMode.Instant)]
    [InlineData(MediaCodec.Av1, StartMode.Auto)]
    [InlineData(MediaCodec.Mpeg4Video, StartMode.Auto)]
    [InlineData(MediaCodec.Mpeg4Video, StartMode.Instant)]
    [InlineData(MediaCodec.MpegVideo, StartMode.Auto)]
    [InlineData(MediaCodec.Mpeg2Ts, StartMode.Auto)]
    [InlineData(MediaCodec.Mpeg2Ts, StartMode.Instant)]
    [InlineData(MediaCodec.Jpeg2000, StartMode.Auto)]
    public async Task Join_InTheMiddleOfAGroup_BeginsWhereADecoderCan(MediaCodec codec, StartMode mode)
    {
        MarkedVideoTrack track = new(codec, new SyntheticVideo { BitsPerSecond = 2_000_000, GopFrames = GroupFrames });
        await using CameraFixture camera = await CameraFixture.StartAsync(options => options with { Streams = [new SimulatedCameraStreamOptions("live", [track])], StartsAtKeyFrame = false });
        await using ProxyHost host = await ProxyHost.StartAsync([ProxyHost.Stream("cam", camera.Url)], options => options with { Start = mode });
        using RtspTestClient first = (await host.WatchAsync()).Client;
        await ReadPicturesAsync(first, GroupFrames + 3);

        for (int join = 0; join < 3; join++)
        {
            using RtspTestClient late = (await host.WatchAsync()).Client;
            RandomAccessFinder finder = new(codec);
            byte[] packet = (await ProxyHost.ReadAsync(late)).Payload;
            AccessUnitHint hint = Classify(finder, packet);
            if ((hint & AccessUnitHint.RandomAccess) == 0)
            {
                Assert.NotEqual(AccessUnitHint.None, hint & AccessUnitHint.ParameterSets); // the program table in front of it
                hint = Classify(finder, (await ProxyHost.ReadAsync(late)).Payload);
            }

            Assert.NotEqual(AccessUnitHint.None, hint & AccessUnitHint.RandomAccess);
            await ReadPicturesAsync(first, 4); // another place in the group for the next one
        }
    }

    private static async Task ReadPicturesAsync(RtspTestClient client, int count)
    {
        uint? last = null;
        for (int pictures = 0; pictures <= count;)
        {
            byte[] payload = (await ProxyHost.ReadAsync(client)).Payload;
            Assert.True(RtpPacketView.TryParse(payload, out RtpPacketView packet, out _));
            pictures += packet.Timestamp == last ? 0 : 1;
            last = packet.Timestamp;
        }
    }

    private static AccessUnitHint Classify(RandomAccessFinder finder, byte[] payload)
    {
        Assert.True(RtpPacketView.TryParse(payload, out RtpPacketView packet, out _));
        return finder.Classify(packet, 0);
    }
}
