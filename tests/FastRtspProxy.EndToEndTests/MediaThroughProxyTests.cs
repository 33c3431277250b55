using FastRtspProxy.EndToEndTests.Players;
using FastRtspProxy.EndToEndTests.Processes;
using Xunit.Abstractions;

namespace FastRtspProxy.EndToEndTests;

/// <summary>Every codec and number of tracks, over both of a player's transports, decoded by ffmpeg.</summary>
public sealed class MediaThroughProxyTests(ITestOutputHelper log) : EndToEndTest(log)
{
    private const double Seconds = 4;

    [Theory]
    [InlineData("h264,aac", "udp")]
    [InlineData("h264,aac", "tcp")]
    [InlineData("h265", "udp")]
    [InlineData("h265", "tcp")]
    [InlineData("mjpeg,pcmu", "udp")]
    [InlineData("mjpeg,pcmu", "tcp")]
    [InlineData("h264,aac,pcma", "udp")]
    [InlineData("h264,aac,pcma", "tcp")]
    public async Task Play_ByFfmpeg_DecodesEveryTrack(string tracks, string transport)
    {
        CameraProcess camera = await StartCameraAsync(tracks);
        ProxyProcess proxy = await StartServingProxyAsync(camera.Url);

        IReadOnlyList<DecodedTrack> decoded = await StartFfmpeg(proxy.PlayUrl, transport, Seconds).FinishAsync(Soon);

        Assert.Equal(tracks.Split(',').Length, decoded.Count);
        AssertVideo(decoded[0], Seconds);
        foreach (DecodedTrack audio in decoded.Skip(1))
        {
            AssertAudio(audio, Seconds);
        }

        camera.AssertReadOnce();
    }
}
