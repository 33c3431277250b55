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

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("frp-preroll-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory]
    [InlineData("tcp")]
    [InlineData("udp")]
    public async Task Record_FromTenSecondsAgo_HasEveryPictureFromThereIntoThePresent(string transport)
    {
        SimulatedCamera camera = await StartSimulatorAsync();
        using ConfigFile config = new($"streams:\n  gate: {{source: \"{camera.Urls[0]}\", keep: {{time: 13s}}}}\n");
        ProxyProcess proxy = await StartProxyAsync("-v", "--config", config.Path);
        await proxy.Process.WaitForLineAsync("that so much is kept", static line => line.Text.Contains("s are kept, in", StringComparison.Ordinal), Soon);
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
            RecordedUnit.AssertWithoutASeam(units, Pictures - 5);
            Assert.InRange(units[0].Sent, begun.AddSeconds(-BackSeconds - GroupSeconds - 1), played.AddSeconds(-BackSeconds));
        }

        // rtspsrc gets the past as slowly as it came: ten seconds of it are ten seconds.
        Assert.True(rtspsrc.Elapsed > TimeSpan.FromSeconds(BackSeconds));
        double[] lengths = await LengthsAsync(At("ffmpeg.mp4"));
        Assert.Equal(2, lengths.Length);
        Assert.All(lengths, static length => Assert.InRange(length, Seconds - 0.5, Seconds + 0.5));
    }

    /// <summary>Of each track, in seconds.</summary>
    private async Task<double[]> LengthsAsync(string path)
    {
        ChildProcess ffprobe = StartProgram("ffprobe", "/usr/bin/ffprobe", "-v", "error", "-show_entries", "stream=duration", "-of", "csv=p=0", path);
        Assert.Equal(0, await ffprobe.WaitForExitAsync(Soon));
        return [.. ffprobe.Lines().Where(static line => !line.IsError && line.Text.Length > 0).Select(static line => double.Parse(line.Text, System.Globalization.CultureInfo.InvariantCulture))];
    }

    private string At(string name) => Path.Combine(_folder.FullName, name);
}
