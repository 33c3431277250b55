using FastRtspProxy.EndToEndTests.Players;
using FastRtspProxy.EndToEndTests.Processes;
using Xunit.Abstractions;

namespace FastRtspProxy.EndToEndTests;

/// <summary>Sound and picture stay together over reboots, measured by the players' own time stamps (perf-scripts/av-sync.sh does it ten times).</summary>
public sealed class AvSyncTests(ITestOutputHelper log) : EndToEndTest(log)
{
    private const int Reboots = 3;

    [Fact]
    public async Task Camera_RebootsThreeTimes_SoundAndPictureStayWithin20Milliseconds()
    {
        // The same bytes after each boot: no SEI. The jitter is that of a network.
        SimulatedCamera camera = await StartSimulatorAsync("--no-sei", "--fail", "reboot=500ms@6s/5s,jitter=10ms");
        ProxyProcess proxy = await StartServingProxyAsync("-t", camera.Urls[0]);
        FfmpegPlayer ffmpeg = StartHashingFfmpeg(proxy.PlayUrl, "tcp");
        RtspsrcPlayer rtspsrc = StartRtspsrc(proxy.PlayUrl, "udp", 120, hashes: true);

        await WaitUntilBootsAsync(ffmpeg.Process, ffmpeg.Units);
        await WaitUntilBootsAsync(rtspsrc.Process, rtspsrc.Units);

        AssertTogether("ffmpeg", AvOffsets.Measure(ffmpeg.Units()));
        AssertTogether("rtspsrc", AvOffsets.Measure(rtspsrc.Units()));
        ffmpeg.AssertNoComplaints(TimeSpan.Zero);
    }

    /// <summary>Three seconds of the last boot have come.</summary>
    private static Task WaitUntilBootsAsync(ChildProcess player, Func<IReadOnlyList<MediaUnit>> units) => player.WaitAsync(
        $"{Reboots} reboots", _ => AvOffsets.Boots(units(), video: true) is var boots && boots.Count > Reboots && boots[^1].Count > 75, TimeSpan.FromSeconds(90));

    private void AssertTogether(string player, IReadOnlyList<double> offsetsSeconds)
    {
        Log.WriteLine($"{player}: {string.Join(' ', offsetsSeconds.Select(offset => $"{1000 * offset:f1} ms"))}");
        Assert.True(offsetsSeconds.Count > Reboots, $"{player}: only {offsetsSeconds.Count} boots measured");
        Assert.All(offsetsSeconds, offset => Assert.InRange(1000 * (offset - offsetsSeconds[0]), -20, 20));
        Assert.All(offsetsSeconds, offset => Assert.InRange(1000 * offset, -40, 40));
    }
}
