using System.Globalization;
using FastRtspProxy.EndToEndTests.Players;
using FastRtspProxy.EndToEndTests.Processes;
using Xunit.Abstractions;

namespace FastRtspProxy.EndToEndTests;

/// <summary>How far behind the camera real players are after an instant join, from the clock that the camera draws into its pictures.</summary>
public sealed class BehindLiveTests(ITestOutputHelper log) : EndToEndTest(log)
{
    /// <summary>Ten seconds: who was shown the past at the camera's pace would be that much behind, not by a little.</summary>
    private const int GroupFrames = 250;

    private const int CachedFrames = 100;

    /// <summary>Half of what is cached: who was shown the past is further behind, and a machine that has other work too does not make it up.</summary>
    private const int BehindMillisecondsMax = CachedFrames * 40 / 2;

    private const int StillMillisecondsMax = 700;

    /// <summary>
    /// A quiet machine measures 0.2 to 0.28 s, of which the players' own buffers are the larger part (perf-scripts/real-players.sh). The pictures are those of the group that are there, at least,
    /// before anybody joins: rtspsrc over TCP was seconds behind, after many, while their squeezed times ran ahead of their coming.
    /// </summary>
    [Theory]
    [InlineData("ffmpeg", "tcp")]
    [InlineData("ffmpeg", "udp")]
    [InlineData("appsink-200", "tcp")]
    [InlineData("appsink-200", "udp")]
    public async Task Join_Instant_IsNotBehindByTheCachedPast(string player, string transport)
    {
        int port = FreePorts.Next();
        ChildProcess camera = StartProgram(
            "clock camera", Prerequisites.Python,
            ClockJoin.CameraScript, "--port", port.ToString(CultureInfo.InvariantCulture), "--key-interval", GroupFrames.ToString(CultureInfo.InvariantCulture));
        OutputLine ready = await camera.WaitForLineAsync("a camera that listens", line => line.Text.StartsWith("ready ", StringComparison.Ordinal), Soon);
        ProxyProcess proxy = await StartServingProxyAsync("-t", "--always-on", ready.Text["ready ".Length..]);
        FfmpegPlayer first = StartFfmpeg(proxy.PlayUrl + "?start=instant", "tcp");
        await first.WaitForVideoFramesAsync(CachedFrames, Soon);

        ClockJoin join = await JoinAsync(player, proxy.PlayUrl + "?start=instant", transport, first);

        Log.WriteLine($"{join}");
        Assert.InRange(join.BehindMilliseconds ?? int.MaxValue, 0, BehindMillisecondsMax);
        Assert.Equal(0, join.DamagedPictures);
        Assert.DoesNotContain(join.Complaints, IsAboutMedia);
        // Waiting for the next key frame would have taken the rest of the group, and none of it would be shown.
        Assert.True(join.FirstMilliseconds < 3000 || join.BeforeMilliseconds > 0, $"the first picture came after {join.FirstMilliseconds} ms");
    }

    /// <summary>
    /// A join while the machine, the camera and the proxy do not stand still, as the measurement itself and another viewer see it: a join into a pause is as far behind as that lasts, wherever it
    /// begins.
    /// </summary>
    private async Task<ClockJoin> JoinAsync(string player, string url, string transport, FfmpegPlayer other)
    {
        for (int tries = 1; ; tries++)
        {
            TimeSpan begun = other.Process.Elapsed;
            ChildProcess process = StartProgram($"{player} {transport}", Prerequisites.Python, ClockJoin.Arguments(player, url, transport));
            Assert.Equal(0, await process.WaitForExitAsync(Soon));
            ClockJoin join = ClockJoin.Parse(process);
            double still = Math.Max(join.StillMilliseconds, other.LongestPauseSince(begun).TotalMilliseconds);
            if (still < StillMillisecondsMax || tries == 5)
            {
                return join;
            }

            Log.WriteLine($"once more: something stood still for {still:f0} ms");
        }
    }

    // ffmpeg guesses the times between squeezed pictures, and at times gives two of them the same: its output's complaint, not its decoder's.
    private static bool IsAboutMedia(string complaint) => !complaint.Contains("non monotonically increasing dts to muxer", StringComparison.Ordinal);
}
