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
    public async Task Rtspsrc_SeeksForwards_HasTheRecordersTimes(string protocols)
    {
        using MediaFile film = await MediaFile.MakeAsync("h264", FilmSeconds, 25);
        ChildProcess recorder = await StartRecorderAsync(film);
        using ConfigFile config = ConfigOf(recorder);
        ProxyProcess proxy = await StartProxyAsync("--config", config.Path);

        ChildProcess viewer = await ViewAsync(proxy, "--protocols", protocols, "--seek", "12,1", "--seek", "18,1", "--until", "19.5");

        // From the beginning, from 12 s, and from 18 s to the end; what still came of the run before a seek is not the next one's.
        double[][] runs = RunsOf(viewer);
        Assert.Equal(3, runs.Length);
        Assert.Equal([0.0, 12, 18], runs.Zip((double[])[0, 12, 18], static (run, from) => Math.Floor(run.First(time => time >= from))));
        Assert.InRange(runs[2][^1], FilmSeconds - 0.5, FilmSeconds);
        Assert.DoesNotContain(viewer.Lines(), static line => line.Text == "plain");
        Assert.Contains(recorder.Lines(), static line => line.Text.StartsWith("request PLAY onvif-replay clock=19000101T000012Z", StringComparison.Ordinal));
        await recorder.WaitForLineAsync("a TEARDOWN", static line => line.Text.StartsWith("request TEARDOWN", StringComparison.Ordinal), Soon);
        await recorder.WaitForLineAsync("nobody", static line => line.Text == "clients 0", Soon);
    }

    /// <summary>Backwards, as fast as it goes: group by group, the last one first.</summary>
    [Fact]
    public async Task Rtspsrc_PlaysBackwardsWithoutRateControl_HasGroupBeforeGroup()
    {
        using MediaFile film = await MediaFile.MakeAsync("h264", FilmSeconds, 25);
        ChildProcess recorder = await StartRecorderAsync(film);
        using ConfigFile config = ConfigOf(recorder);
        ProxyProcess proxy = await StartProxyAsync("--config", config.Path);

        ChildProcess viewer = await ViewAsync(proxy, "--no-rate-control", "--seek", "12,-1", "--until", "0");

        // D marks a discontinuity, which the first packet of each group is when they come in that order.
        double[] begins = [.. viewer.Lines().SkipWhile(static line => !line.Text.StartsWith("seek ", StringComparison.Ordinal))
            .Select(static line => line.Text.Split(' ')).Where(static words => words[0] == "packet" && words[2].Contains('D', StringComparison.Ordinal)).Select(TimeOf)];
        Assert.True(begins.Length >= 8 && begins.Zip(begins.Skip(1), static (one, next) => next < one).All(static goesBack => goesBack), string.Join(' ', begins));
        Assert.Contains(0, begins);
        Assert.Contains(recorder.Lines(), static line => line.Text == "request PLAY onvif-replay clock=19000101T000012Z-19000101T000000Z no - -1");
    }

    /// <summary>Two of ffmpeg's, who know nothing of ONVIF: each has the recording from its beginning, whole.</summary>
    [Fact]
    public async Task Ffmpeg_TwoAtOnce_EachHasTheWholeRecording()
    {
        const int Seconds = 25; // so long that, on a busy machine too, the second one is there before the first one's end
        using MediaFile film = await MediaFile.MakeAsync("h264", Seconds, 25);
        ChildProcess recorder = await StartRecorderAsync(film);
        using ConfigFile config = ConfigOf(recorder);
        ProxyProcess proxy = await StartProxyAsync("--config", config.Path);

        ChildProcess[] players = [.. Enumerable.Range(0, 2).Select(_ => StartProgram(
            "ffmpeg", "/usr/bin/ffmpeg", "-hide_banner", "-nostdin", "-loglevel", "error", "-rtsp_transport", "tcp", "-i", proxy.PlayUrl, "-map", "0:v", "-c", "copy", "-f", "framehash", "-"))];
        foreach (ChildProcess player in players)
        {
            Assert.True(await player.WaitForExitAsync(s_limit) == 0, player.Transcript(40));
            Assert.Equal(Seconds * 25, HashesOf(player).Count());
        }

        Assert.Equal(HashesOf(players[0]), HashesOf(players[1]));
        Assert.Contains(recorder.Lines(), static line => line.Text == "clients 2");
    }

    private static IEnumerable<string> HashesOf(ChildProcess player) =>
        player.Lines().Where(static line => !line.IsError && !line.Text.StartsWith('#')).Select(static line => line.Text.Split(',')[5].Trim());

    private async Task<ChildProcess> ViewAsync(ProxyProcess proxy, params string[] arguments)
    {
        ChildProcess viewer = StartProgram(
            "VMS", Prerequisites.Python, [Path.Combine(AppContext.BaseDirectory, "Players", "replay_viewer.py"), proxy.PlayUrl, .. arguments]);
        Assert.True(await viewer.WaitForExitAsync(s_limit) == 0, viewer.Transcript(40));
        Assert.DoesNotContain(viewer.Lines(), static line => line.Text.StartsWith("error ", StringComparison.Ordinal));
        return viewer;
    }

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

    private static double TimeOf(string[] words) => double.Parse(words[1], CultureInfo.InvariantCulture);

    /// <summary>The times of the packets, from one seek to the next.</summary>
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
                runs[^1].Add(TimeOf(line.Text.Split(' ')));
            }
        }

        return [.. runs.Select(static run => run.ToArray())];
    }
}
