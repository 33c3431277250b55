using FastRtspProxy.EndToEndTests.Players;
using FastRtspProxy.EndToEndTests.Processes;
using Xunit.Abstractions;

namespace FastRtspProxy.EndToEndTests;

/// <summary>The same cameras and players without the proxy: when one of these fails, the others' failures are not the proxy's.</summary>
public sealed class CameraControlTests(ITestOutputHelper log) : EndToEndTest(log)
{
    private const double Seconds = 3;

    [Fact]
    public async Task Camera_PlayedDirectlyByFfmpeg_DecodesWithoutComplaint()
    {
        CameraProcess camera = await StartCameraAsync("h264,aac");
        IReadOnlyList<DecodedTrack> tracks = await StartFfmpeg(camera.Url, "udp", Seconds).FinishAsync(Soon);
        AssertVideo(tracks[0], Seconds);
        AssertAudio(tracks[1], Seconds);
        Assert.Equal(1, camera.SessionsOpened);
    }

    [Fact]
    public async Task Camera_PlayedDirectlyByRtspsrc_Decodes()
    {
        CameraProcess camera = await StartCameraAsync("h264,aac");
        (int frames, int video, int audio) = await StartRtspsrc(camera.Url, "tcp", Seconds).FinishAsync(Soon);
        AssertRtspsrc(frames, video, Seconds);
        Assert.InRange(audio, 1000 * (Seconds - 1.5), 1000 * (Seconds + 1.5));
    }
}
