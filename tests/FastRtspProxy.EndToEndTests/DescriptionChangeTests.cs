using FastRtspProxy.EndToEndTests.Players;
using FastRtspProxy.EndToEndTests.Processes;
using FastRtspProxy.EndToEndTests.RawClient;
using Xunit.Abstractions;

namespace FastRtspProxy.EndToEndTests;

/// <summary>A camera that comes back as another one: its players are told the end, and whoever asks anew gets the new stream.</summary>
public sealed class DescriptionChangeTests(ITestOutputHelper log) : EndToEndTest(log)
{
    [Theory]
    [InlineData("--video", "clip-h265", "H265 MPEG4-GENERIC", true)]
    [InlineData("--audio", "none", "H264", false)]
    public async Task Camera_ChangesItsDescription_SessionsEndWithByeAndTheNewOneIsServed(string option, string value, string codecs, bool tcp)
    {
        SimulatedCamera camera = await StartSimulatorAsync();
        ProxyProcess proxy = await StartProxyAsync("-t", camera.Urls[0]);
        await using RawPlayer player = await RawPlayer.ConnectAsync(proxy.PlayUrl, tcp);
        await player.PlayAsync();
        Assert.Equal("H264 MPEG4-GENERIC", await CodecsAsync(player));
        await WaitUntilAsync("media", () => player.Tracks.All(track => track.Packets > 30));

        await ReplaceAsync(camera, option, value);
        await WaitUntilAsync("a BYE of each track", () => player.Tracks.All(track => track.SawBye));

        Assert.All(player.Tracks, track => Assert.True(track.Disorders == 0, track.FirstDisorder));
        Assert.False(player.Closed.IsCompleted);
        Assert.Equal(454, (await player.RequestAsync("GET_PARAMETER", player.Url)).Status);
        Assert.Equal(200, (await player.RequestAsync("TEARDOWN", player.Url)).Status);
        await using RawPlayer next = await RawPlayer.ConnectAsync(proxy.PlayUrl, tcp);
        Assert.Equal(codecs, await CodecsAsync(next));
        await next.PlayAsync();
        Assert.Equal(codecs.Split(' ').Length, next.Tracks.Count);
        await WaitUntilAsync("media", () => next.Tracks.All(track => track.Packets > 30));
        Assert.All(next.Tracks, track => Assert.True(track.Disorders == 0, track.FirstDisorder));
    }

    [Fact]
    public async Task Camera_ChangesItsCodec_PlayersSeeTheEndAndNewOnesPlay()
    {
        SimulatedCamera camera = await StartSimulatorAsync();
        ProxyProcess proxy = await StartServingProxyAsync("-t", camera.Urls[0]);
        FfmpegPlayer[] ffmpegs = [StartFfmpeg(proxy.PlayUrl, "tcp"), StartFfmpeg(proxy.PlayUrl, "udp")];
        RtspsrcPlayer[] rtspsrcs = [StartRtspsrc(proxy.PlayUrl, "tcp", 90, hashes: true), StartRtspsrc(proxy.PlayUrl, "udp", 90, hashes: true)];
        foreach (FfmpegPlayer player in ffmpegs)
        {
            await player.WaitForVideoFramesAsync(25, Soon);
        }

        foreach (RtspsrcPlayer player in rtspsrcs)
        {
            await player.Process.WaitAsync("pictures", _ => player.Units().Count(static unit => unit.IsVideo) > 25, Soon);
        }

        await ReplaceAsync(camera, "--video", "clip-h265");
        foreach (FfmpegPlayer player in ffmpegs)
        {
            Assert.Equal(2, (await player.FinishAsync(Soon)).Count);
        }

        foreach (RtspsrcPlayer player in rtspsrcs)
        {
            Assert.True(await player.FinishAtEndOfStreamAsync(Soon), player.Process.Transcript(20));
        }

        RtspsrcPlayer rtspsrc = StartRtspsrc(proxy.PlayUrl, "udp", 4);
        IReadOnlyList<DecodedTrack> decoded = await StartFfmpeg(proxy.PlayUrl + "?start=keyframe", "tcp", 3).FinishAsync(Soon);
        Assert.InRange(decoded[0].Frames, 15, 80);
        Assert.True((await rtspsrc.FinishAsync(Soon)).Frames > 10);
    }

    /// <summary>Parameter sets are not part of the description's shape: other pictures of the same codec are played on.</summary>
    [Fact]
    public async Task Camera_ChangesItsResolution_PlayersPlayOn()
    {
        SimulatedCamera camera = await StartSimulatorAsync("--fail", "sdp-change=size@5s");
        ProxyProcess proxy = await StartServingProxyAsync("-t", camera.Urls[0]);
        FfmpegPlayer ffmpeg = StartFfmpeg(proxy.PlayUrl, "tcp", null, "-timeout", "30000000");
        RtspsrcPlayer rtspsrc = StartRtspsrc(proxy.PlayUrl, "udp", 9);

        (int frames, int milliseconds, _) = await rtspsrc.FinishAsync(Soon);
        Assert.InRange(frames, (milliseconds / 40) - 100, (milliseconds / 40) + 5);

        // Its nine seconds begin with the first sound, its pictures with a key frame, two seconds later at most.
        Assert.True(milliseconds > 5500, $"{milliseconds} ms");
        ffmpeg.AssertNoComplaints(TimeSpan.FromSeconds(1.5));
        ffmpeg.AssertKeepsTime(TimeSpan.FromSeconds(1.5));
    }

    /// <summary>The camera ends, and another one stands in its place.</summary>
    private async Task ReplaceAsync(SimulatedCamera camera, params string[] arguments)
    {
        camera.Process.Signal(ChildProcess.SigKill);
        _ = await camera.Process.WaitForExitAsync(Soon);
        _ = await StartSimulatorAtAsync(camera.Port, arguments);
    }

    private static async Task<string> CodecsAsync(RawPlayer player) => string.Join(' ', (await DescribeAsync(player)).Split('\n')
        .Where(line => line.StartsWith("a=rtpmap:", StringComparison.Ordinal)).Select(line => line.Split([' ', '/'])[1]));

    private static async Task<string> DescribeAsync(RawPlayer player)
    {
        RtspReply reply = await player.RequestAsync("DESCRIBE", player.Url, "Accept: application/sdp");
        Assert.Equal(200, reply.Status);
        return reply.Body;
    }
}
