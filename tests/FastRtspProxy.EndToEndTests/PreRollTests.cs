using System.Globalization;
using FastRtspProxy.EndToEndTests.Configuration;
using FastRtspProxy.EndToEndTests.Players;
using FastRtspProxy.EndToEndTests.Processes;
using Xunit.Abstractions;

namespace FastRtspProxy.EndToEndTests;

/// <summary>A recorder that is started by an event has the ten seconds before it, and no seam where they end.</summary>
public sealed class PreRollTests(ITestOutputHelper log) : EndToEndTest(log), IDisposable
{
    private const int BackSeconds = 10;
    private const int GroupSeconds = 2;
    private const int Seconds = 14;
    private const int Pictures = Seconds * 25;

    /// <summary>As the configuration says.</summary>
    private const int KeptSeconds = 13;

    /// <summary>What is recorded of GStreamer's server, and what others have had of it before.</summary>
    private const int ServerSeconds = 11;
    private const int LiveSeconds = 13;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("frp-preroll-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory]
    [InlineData("tcp")]
    [InlineData("udp")]
    public async Task Record_FromTenSecondsAgo_HasEveryPictureFromThereIntoThePresent(string transport)
    {
        SimulatedCamera camera = await StartSimulatorAsync();
        using ConfigFile config = ConfigOf(camera.Urls[0]);
        ProxyProcess proxy = await StartProxyAsync("-v", "--config", config.Path);
        await WaitForThePastAsync(proxy);
        string url = proxy.PlayUrl + $"?start=-{BackSeconds}s";
        DateTime begun = DateTime.UtcNow;

        ChildProcess ffmpeg = StartProgram(
            "ffmpeg records", "/usr/bin/ffmpeg", "-hide_banner", "-nostdin", "-loglevel", "level+warning", "-rtsp_transport", transport, "-buffer_size", "8388608", "-i", url,
            "-map", "0:v", "-c", "copy", "-t", $"{Seconds}", "-f", "h264", At("ffmpeg.h264"), "-map", "0", "-c", "copy", "-t", $"{Seconds}", At("ffmpeg.mp4"));
        ChildProcess rtspsrc = StartProgram(
            "rtspsrc records", GstLaunch.Program, ["-e", .. GstLaunch.Source(url, transport), "!", "rtph264depay", "!", "h264parse", "!",
                "video/x-h264,stream-format=byte-stream,alignment=au", "!", "identity", $"eos-after={Pictures}", "!", "filesink", "location=" + At("rtspsrc.h264")]);
        await proxy.Process.WaitAsync("two players", static lines => lines.Count(static line => line.Text.Contains(" plays ", StringComparison.Ordinal)) >= 2, Soon);
        DateTime played = DateTime.UtcNow;
        Assert.True(await ffmpeg.WaitForExitAsync(Soon + Soon) == 0, ffmpeg.Transcript(40));
        await GstLaunch.AssertPlaysToTheEndAsync(rtspsrc, Soon + Soon);

        foreach (string file in (string[])["ffmpeg.h264", "rtspsrc.h264"])
        {
            IReadOnlyList<RecordedUnit> units = RecordedUnit.AllOf(At(file));
            RecordedUnit.AssertWithoutASeam(units, Pictures - 15); // on a busy machine times are told that are some pictures off
            Assert.InRange(units[0].Sent, begun.AddSeconds(-BackSeconds - GroupSeconds - 1), played.AddSeconds(-BackSeconds));
        }

        // rtspsrc gets the past as slowly as it came: ten seconds of it are ten seconds.
        Assert.True(rtspsrc.Elapsed > TimeSpan.FromSeconds(BackSeconds));
        double[] lengths = await LengthsAsync(At("ffmpeg.mp4"));
        Assert.Equal(2, lengths.Length);
        Assert.All(lengths, static length => Assert.InRange(length, Seconds - 0.5, Seconds + 0.5));
    }

    /// <summary>
    /// GStreamer's server says nothing in its pictures: those that a recorder begins with are old because a player of the same kind had them before the recorder was started.
    /// </summary>
    [Fact]
    public async Task Record_GStreamersServerFromTenSecondsAgo_HasAsMuchSoundAsPictures()
    {
        CameraProcess camera = await StartCameraAsync("h264,aac");
        using ConfigFile config = ConfigOf(camera.Url, "transport: tcp, "); // a busy machine loses datagrams
        ProxyProcess proxy = await StartServingProxyAsync("-v", "--config", config.Path);
        FfmpegPlayer liveFfmpeg = StartHashingFfmpeg(proxy.PlayUrl + "?start=live", "tcp");
        RtspsrcPlayer liveRtspsrc = StartRtspsrc(proxy.PlayUrl + "?start=live", "tcp", 120, hashes: true);
        await liveFfmpeg.WaitForVideoFramesAsync(LiveSeconds * 25, Soon);
        await liveRtspsrc.Process.WaitAsync("as much", static lines => CountOf(lines, "unit video ") > LiveSeconds * 25, Soon);
        await WaitForThePastAsync(proxy);
        HashSet<string> hadFfmpeg = PicturesOf(liveFfmpeg.Units());
        HashSet<string> hadRtspsrc = PicturesOf(liveRtspsrc.Units());

        string url = proxy.PlayUrl + $"?start=-{BackSeconds}s";
        RtspsrcPlayer rtspsrc = StartRtspsrc(url, "tcp", 120, hashes: true);
        ChildProcess ffmpeg = StartProgram(
            "ffmpeg records", "/usr/bin/ffmpeg", "-hide_banner", "-nostdin", "-loglevel", "level+warning", "-rtsp_transport", "tcp", "-i", url,
            "-map", "0", "-c", "copy", "-t", $"{ServerSeconds}", At("server.mp4"), "-map", "0", "-c", "copy", "-t", $"{ServerSeconds}", "-f", "framehash", "-hash", "crc32", "pipe:1");
        Assert.True(await ffmpeg.WaitForExitAsync(Soon) == 0, ffmpeg.Transcript(40));
        await rtspsrc.Process.WaitAsync("pictures and sound", _ => rtspsrc.Units() is { Count: > 0 } units && IsWhole(units), Soon + Soon);

        AssertBeginsWith(hadFfmpeg, FfmpegPlayer.UnitsOf(ffmpeg));
        AssertBeginsWith(hadRtspsrc, rtspsrc.Units());
        double[] lengths = await LengthsAsync(At("server.mp4"));
        Assert.Equal(2, lengths.Length);
        Assert.All(lengths, static length => Assert.InRange(length, ServerSeconds - 1, ServerSeconds + 1));
        Assert.InRange(lengths[0] - lengths[1], -0.5, 0.5);
        Assert.InRange(SpanOf(rtspsrc.Units(), isVideo: true), ServerSeconds - 0.5, ServerSeconds);
        Assert.InRange(SpanOf(rtspsrc.Units(), isVideo: false), ServerSeconds - 0.5, ServerSeconds);
    }

    /// <summary>
    /// In this mode rtspsrc names a moment of its own, the beginning of time, and gets all that is kept. Who gets that as slowly as it came stays ten seconds behind for good.
    /// </summary>
    [Fact]
    public async Task Rtspsrc_InOnvifModeWithoutRateControl_HasThePastInHaste()
    {
        SimulatedCamera camera = await StartSimulatorAsync();
        using ConfigFile config = ConfigOf(camera.Urls[0]);
        ProxyProcess proxy = await StartProxyAsync("-v", "--config", config.Path);
        await WaitForThePastAsync(proxy);
        DateTime begun = DateTime.UtcNow;

        ChildProcess viewer = StartProgram(
            "VMS", Prerequisites.Python, Path.Combine(AppContext.BaseDirectory, "Players", "replay_viewer.py"), proxy.PlayUrl + $"?start=-{BackSeconds}s", "--no-rate-control");
        await viewer.WaitAsync("the present", static lines => SeenBy(lines) is [.., RecordedUnit newest] && newest.Sent > DateTime.UtcNow.AddSeconds(-BackSeconds / 2), Soon);

        RecordedUnit[] units = SeenBy(viewer.Lines());
        Log.WriteLine($"{units.Length} pictures, of which the first was sent {(begun - units[0].Sent).TotalSeconds:f1} s before the viewer was started");
        RecordedUnit.AssertWithoutASeam(units, 100);
        Assert.InRange(units[0].Sent, begun.AddSeconds(-KeptSeconds - GroupSeconds - 1), begun);
        Assert.DoesNotContain(viewer.Lines(), static line => line.Text.StartsWith("error ", StringComparison.Ordinal));
    }

    private static ConfigFile ConfigOf(string source, string more = "") =>
        new($"streams:\n  gate: {{source: \"{source}\", {more}keep: {{time: {KeptSeconds}s}}}}\n");

    private static Task<OutputLine> WaitForThePastAsync(ProxyProcess proxy) =>
        proxy.Process.WaitForLineAsync("that so much is kept", static line => line.Text.Contains("s are kept, in", StringComparison.Ordinal), Soon);

    private static int CountOf(IReadOnlyList<OutputLine> lines, string begin) =>
        lines.Count(line => !line.IsError && line.Text.StartsWith(begin, StringComparison.Ordinal));

    private static HashSet<string> PicturesOf(IReadOnlyList<MediaUnit> units) => [.. units.Where(static unit => unit.IsVideo).Select(static unit => unit.Hash)];

    /// <summary>What replay_viewer.py has seen.</summary>
    private static RecordedUnit[] SeenBy(IReadOnlyList<OutputLine> lines) =>
        [.. lines.Where(static line => !line.IsError).Select(static line => line.Text.Split(' ')).Where(static words => words is ["picture", _, _])
            .Select(static words => new RecordedUnit(
                long.Parse(words[1], CultureInfo.InvariantCulture), DateTime.UnixEpoch.AddMicroseconds(long.Parse(words[2], CultureInfo.InvariantCulture))))];

    /// <summary>The first group. With the first picture of all a player may get parameter sets of its own making.</summary>
    private static void AssertBeginsWith(HashSet<string> had, IReadOnlyList<MediaUnit> units) =>
        Assert.InRange(units.Where(static unit => unit.IsVideo).Take(KeyIntervalFrames).Count(unit => had.Contains(unit.Hash)), KeyIntervalFrames - 2, KeyIntervalFrames);

    /// <summary>Both tracks are longer than what is looked at, whichever of them comes sooner.</summary>
    private static bool IsWhole(IReadOnlyList<MediaUnit> units)
    {
        double end = EndOf(units);
        return units.Any(unit => unit.IsVideo && unit.Seconds >= end) && units.Any(unit => !unit.IsVideo && unit.Seconds >= end);
    }

    private static double EndOf(IReadOnlyList<MediaUnit> units) => units.Min(static unit => unit.Seconds) + ServerSeconds;

    /// <summary>From a track's first time stamp to its last one in the seconds that are looked at.</summary>
    private static double SpanOf(IReadOnlyList<MediaUnit> units, bool isVideo)
    {
        double end = EndOf(units);
        double[] stamps = [.. units.Where(unit => unit.IsVideo == isVideo && unit.Seconds < end).Select(static unit => unit.Seconds)];
        return stamps.Max() - stamps.Min();
    }

    /// <summary>Of each track, in seconds.</summary>
    private async Task<double[]> LengthsAsync(string path)
    {
        ChildProcess ffprobe = StartProgram("ffprobe", "/usr/bin/ffprobe", "-v", "error", "-show_entries", "stream=duration", "-of", "csv=p=0", path);
        Assert.Equal(0, await ffprobe.WaitForExitAsync(Soon));
        return [.. ffprobe.Lines().Where(static line => !line.IsError && line.Text.Length > 0).Select(static line => double.Parse(line.Text, CultureInfo.InvariantCulture))];
    }

    private string At(string name) => Path.Combine(_folder.FullName, name);
}
