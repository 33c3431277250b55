using System.Globalization;
using FastRtspProxy.EndToEndTests.Configuration;
using FastRtspProxy.EndToEndTests.Processes;
using Xunit.Abstractions;

namespace FastRtspProxy.EndToEndTests;

/// <summary>GStreamer's ONVIF replay server as the recorder, with a log-in of its own, and players that others wrote: seeking, backwards, as fast as it goes, and plainly.</summary>
public sealed class ReplayTests(ITestOutputHelper log) : EndToEndTest(log)
{
    private const int FilmSeconds = 20;

    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(60);

    /// <summary>By rtspsrc's onvif-mode: what it asks comes to the recorder, and what it gets has the recorder's times in ONVIF's header extension.</summary>
    [Theory]
    [InlineData("tcp")]
    [InlineData("udp")]
    public async Task Rtspsrc_SeeksInARecording_ByOnvifsReplay(string protocols)
    {
        using MediaFile film = await MediaFile.MakeAsync("h264", FilmSeconds, 25);
        ChildProcess recorder = await StartRecorderAsync(film);
        using ConfigFile config = ConfigOf(recorder);
        ProxyProcess proxy = await StartProxyAsync("--config", config.Path);

        ChildProcess viewer = StartProgram(
            "VMS", Prerequisites.Python, [Player("replay_viewer.py"), proxy.PlayUrl, "--protocols", protocols, "--no-rate-control", "--seek", "12,1", "--seek", "6,1"]);
        Assert.True(await viewer.WaitForExitAsync(s_limit) == 0, viewer.Transcript(40));

        // From the beginning, from 12 s, and from 6 s to the end; each from the key frame of that second on.
        double[][] runs = RunsOf(viewer);
        Assert.Equal(3, runs.Length);
        Assert.Equal([0.0, 12, 6], runs.Select(static run => Math.Floor(run[0])));
        Assert.InRange(runs[2][^1], FilmSeconds - 0.5, FilmSeconds);
        Assert.DoesNotContain(viewer.Lines(), static line => line.Text == "plain");
        Assert.Contains(recorder.Lines(), static line => line.Text.StartsWith("request PLAY onvif-replay clock=19000101T000012", StringComparison.Ordinal) && line.Text.Contains(" no ", StringComparison.Ordinal));
        await recorder.WaitForLineAsync("a TEARDOWN", static line => line.Text.StartsWith("request TEARDOWN", StringComparison.Ordinal), Soon);
        await recorder.WaitForLineAsync("nobody", static line => line.Text == "clients 0", Soon);
    }

    /// <summary>Two of ffmpeg's, who know nothing of ONVIF: each has the recording from its beginning, whole.</summary>
    [Fact]
    public async Task Ffmpeg_TwoAtOnce_EachHasTheWholeRecording()
    {
        using MediaFile film = await MediaFile.MakeAsync("h264", 6, 25);
        ChildProcess recorder = await StartRecorderAsync(film);
        using ConfigFile config = ConfigOf(recorder);
        ProxyProcess proxy = await StartProxyAsync("--config", config.Path);

        ChildProcess[] players = [.. Enumerable.Range(0, 2).Select(_ => StartProgram(
            "ffmpeg", "/usr/bin/ffmpeg", "-hide_banner", "-nostdin", "-loglevel", "error", "-rtsp_transport", "tcp", "-i", proxy.PlayUrl, "-map", "0:v", "-c", "copy", "-f", "framehash", "-"))];
        foreach (ChildProcess player in players)
        {
            Assert.True(await player.WaitForExitAsync(s_limit) == 0, player.Transcript(40));
            Assert.Equal(6 * 25, player.Lines().Count(static line => !line.IsError && !line.Text.StartsWith('#')));
        }

        Assert.Contains(recorder.Lines(), static line => line.Text == "clients 2");
        Assert.Equal(players[0].Lines().Where(static line => !line.IsError).Select(HashOf), players[1].Lines().Where(static line => !line.IsError).Select(HashOf));
    }

    private static string HashOf(OutputLine line) => line.Text.Split(',')[^1].Trim();

    private static string Player(string name) => Path.Combine(AppContext.BaseDirectory, "Players", name);

    private async Task<ChildProcess> StartRecorderAsync(MediaFile film)
    {
        ChildProcess recorder = StartProgram(
            "recorder", Prerequisites.Python, Path.Combine(AppContext.BaseDirectory, "Cameras", "replay_recorder.py"), film.Path, "--user", "recorder", "--password", "theirs");
        await recorder.WaitForLineAsync("a recorder that listens", static line => line.Text.StartsWith("ready ", StringComparison.Ordinal), Soon);
        return recorder;
    }

    private static ConfigFile ConfigOf(ChildProcess recorder)
    {
        string url = recorder.Lines().First(static line => line.Text.StartsWith("ready ", StringComparison.Ordinal)).Text["ready ".Length..];
        return new ConfigFile($"streams:\n  gate: {{source: \"{url}\", username: recorder, password: theirs, replay: true, maxViewers: 4}}\n");
    }

    /// <summary>The times of the packets, from one seek to the next; what still came of the run before a seek is that run's.</summary>
    private static double[][] RunsOf(ChildProcess viewer)
    {
        List<List<double>> runs = [[]];
        foreach (OutputLine line in viewer.Lines())
        {
            if (line.Text.StartsWith("seek ", StringComparison.Ordinal))
            {
                runs.Add([]);
            }
            else if (line.Text.StartsWith("packet ", StringComparison.Ordinal))
            {
                runs[^1].Add(double.Parse(line.Text.Split(' ')[1], CultureInfo.InvariantCulture));
            }
        }

        return [.. runs.Select(static run => run.ToArray())];
    }
}
