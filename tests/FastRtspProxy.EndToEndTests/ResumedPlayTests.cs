using FastRtspProxy.EndToEndTests.Processes;
using Xunit.Abstractions;

namespace FastRtspProxy.EndToEndTests;

/// <summary>Players that are paused and go on, in the default start mode.</summary>
public sealed class ResumedPlayTests(ITestOutputHelper log) : EndToEndTest(log)
{
    /// <summary>A flush seek is a PAUSE and a PLAY; what rtspsrc shows after it hangs on the times in the answer.</summary>
    [Theory]
    [InlineData("seek", "udp")]
    [InlineData("seek", "tcp")]
    [InlineData("seek", "http")]
    [InlineData("pause", "udp")]
    [InlineData("pause", "tcp")]
    [InlineData("pause", "http")]
    public async Task Rtspsrc_SeeksOrPauses_PicturesAndSoundGoOn(string hand, string protocols)
    {
        CameraProcess camera = await StartCameraAsync("h264,aac");
        ProxyProcess proxy = await StartServingProxyAsync(camera.Url);

        (int frames, int videoMilliseconds, int audioMilliseconds) = await StartRtspsrc(proxy.PlayUrl, protocols, 5, hand: hand).FinishAsync(Soon);

        Log.WriteLine($"after {hand} by {protocols}: {frames} frames in {videoMilliseconds} ms, {audioMilliseconds} ms of sound");

        // It resumes somewhere in a group of pictures, and can show nothing before the next one.
        Assert.InRange(videoMilliseconds, 2000, 7000);
        Assert.True(frames > 40);
        Assert.True(audioMilliseconds > 1000);
    }
}
