using FastRtspProxy.EndToEndTests.Players;
using FastRtspProxy.EndToEndTests.Processes;
using Xunit.Abstractions;

namespace FastRtspProxy.EndToEndTests;

/// <summary>Players other than ffmpeg itself: GStreamer's rtspsrc has an RTSP client of its own. (Debian's VLC is built without one.)</summary>
public sealed class OtherPlayersTests(ITestOutputHelper log) : EndToEndTest(log)
{
    private const int Seconds = 4;

    [Theory]
    [InlineData("udp", false)]
    [InlineData("tcp", false)]
    [InlineData("udp", true)]
    [InlineData("tcp", true)]
    public async Task Play_ByRtspsrc_DecodesTheChosenTracks(string protocols, bool videoOnly)
    {
        CameraProcess camera = await StartCameraAsync("h264,aac");
        ProxyProcess proxy = await StartServingProxyAsync(camera.Url);

        (int frames, int video, int audio) = await StartRtspsrc(proxy.PlayUrl, protocols, Seconds, videoOnly).FinishAsync(Soon);

        AssertRtspsrc(frames, video, Seconds);
        Assert.InRange(audio, videoOnly ? 0 : 1000 * (Seconds - 1.5), videoOnly ? 0 : 1000 * (Seconds + 1.5));
    }

    [Theory]
    [InlineData("udp")]
    [InlineData("tcp")]
    public async Task Probe_ByFfprobe_FindsEveryTrackWithItsParameters(string transport)
    {
        CameraProcess camera = await StartCameraAsync("h264,aac,pcma");
        ProxyProcess proxy = await StartServingProxyAsync(camera.Url);

        ChildProcess probe = StartProgram(
            "ffprobe", "/usr/bin/ffprobe", "-hide_banner", "-loglevel", "error", "-rtsp_transport", transport,
            "-show_entries", "stream=codec_name,width,height,sample_rate", "-of", "csv=p=0", proxy.PlayUrl);
        Assert.Equal(0, await probe.WaitForExitAsync(Soon));

        Assert.Equal(["h264,320,240", "aac,48000", "pcm_alaw,8000"], probe.Lines().Where(line => !line.IsError && line.Text.Length > 0).Select(line => line.Text));
    }

    [Theory]
    [InlineData("udp")]
    [InlineData("tcp")]
    public async Task Play_OverIpv6_DecodesEveryTrack(string transport)
    {
        CameraProcess camera = await StartCameraAsync("h264,aac");
        ProxyProcess proxy = await StartServingProxyAsync(camera.Url);

        IReadOnlyList<DecodedTrack> decoded = await StartFfmpeg($"rtsp://[::1]:{proxy.Port}/proxyStream", transport, 3).FinishAsync(Soon);

        AssertVideo(decoded[0], 3);
        AssertAudio(decoded[1], 3);
    }
}
