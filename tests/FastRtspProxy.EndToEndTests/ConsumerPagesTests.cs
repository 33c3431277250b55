using System.Text.RegularExpressions;
using FastRtspProxy.EndToEndTests.Processes;
using Xunit.Abstractions;

namespace FastRtspProxy.EndToEndTests;

/// <summary>The commands that docs/consumers shows do what the pages say, with a stream of the demo and shorter files.</summary>
public sealed partial class ConsumerPagesTests(ITestOutputHelper log) : EndToEndTest(log), IDisposable
{
    private const string PageUrl = "rtsp://localhost:8554/proxyStream";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("frp-consumer-");

    /// <summary>Those that need no screen.</summary>
    public static TheoryData<string> Commands =>
    [
        .. new[] { "ffmpeg.md", "other-players.md" }.SelectMany(static page => Block().Matches(SourceTree.Text("docs/consumers/" + page)))
            .SelectMany(static block => block.Groups["text"].Value.Split('\n'))
            .Where(static line => line.StartsWith("ffmpeg ", StringComparison.Ordinal) || line.StartsWith("gst-launch-1.0 -e ", StringComparison.Ordinal)),
    ];

    [Fact]
    public void Pages_HaveCommandsToRun() => Assert.InRange(Commands.Count, 4, 20);

    [Theory]
    [MemberData(nameof(Commands))]
    public async Task Command_OfAPage_MakesFilesThatPlay(string command)
    {
        ProxyProcess proxy = await StartProxyAsync("--demo");

        await RunAsync(Short(command).Replace(PageUrl, proxy.PlayUrl, StringComparison.Ordinal));

        await AssertFilesPlayAsync();
    }

    /// <summary>Its presets `preset-rtsp-generic` and `preset-record-generic-audio-aac`, with raw pictures for detection beside the recording.</summary>
    [Fact]
    public async Task Record_WithTheArgumentsOfFrigate_MakesFilesThatPlayAndPicturesBeside()
    {
        ProxyProcess proxy = await StartProxyAsync("--demo");

        await RunAsync(
            "ffmpeg -hide_banner -loglevel warning -avoid_negative_ts make_zero -fflags +genpts+discardcorrupt -rtsp_transport tcp -timeout 10000000 "
                + $"-use_wallclock_as_timestamps 1 -i {proxy.PlayUrl} -f segment -segment_time 2 -segment_format mp4 -reset_timestamps 1 -strftime 1 "
                + "-c:v copy -c:a aac %H%M%S.mp4 -r 5 -vf fps=5,scale=640:360 -f rawvideo -pix_fmt yuv420p detect.yuv");

        await AssertFilesPlayAsync();
        Assert.InRange(new FileInfo(Path.Combine(_folder.FullName, "detect.yuv")).Length / (640 * 360 * 3 / 2), 10, 1000);
    }

    /// <summary>The programs have ended by then.</summary>
    public void Dispose() => _folder.Delete(recursive: true);

    private static string Short(string command) =>
        command.Replace("-segment_time 60", "-segment_time 2", StringComparison.Ordinal).Replace("max-size-time=60000000000", "max-size-time=2000000000", StringComparison.Ordinal);

    /// <summary>To its end, or, where it goes on for ever, until three files are begun.</summary>
    private async Task RunAsync(string command)
    {
        ChildProcess program = StartProgram("command", "/bin/sh", "-c", $"cd {_folder.FullName} && exec {command}");
        if (command.Contains("segment", StringComparison.Ordinal) || command.Contains("splitmuxsink", StringComparison.Ordinal))
        {
            await WaitUntilAsync("three files", () => program.HasExited || Files().Length >= 3, TimeSpan.FromSeconds(60));
            program.Signal(ChildProcess.SigInt);
            await program.WaitForExitAsync(Soon); // with 255 or 0, as ffmpeg and GStreamer do
        }
        else
        {
            Assert.Equal(0, await program.WaitForExitAsync(TimeSpan.FromSeconds(60)));
        }
    }

    /// <summary>All that are whole have the picture, and those with a length are as long as asked for, up to a group of pictures.</summary>
    private async Task AssertFilesPlayAsync()
    {
        FileInfo[] files = Files();
        Assert.NotEmpty(files);
        foreach (FileInfo file in files.Length > 1 ? files[..^1] : files)
        {
            ChildProcess probe = StartProgram(
                "ffprobe", "/usr/bin/ffprobe", "-hide_banner", "-loglevel", "error", "-count_frames", "-select_streams", "v", "-show_entries", "stream=codec_name,width,height,nb_read_frames",
                "-of", "csv=p=0", file.FullName);
            Assert.Equal(0, await probe.WaitForExitAsync(Soon));
            string[] said = probe.Lines().First(static line => !line.IsError && line.Text.Length > 0).Text.Split(',');
            Assert.Equal(["640", "360"], said[1..3]);
            Assert.True(said[0] == "h264" ? int.Parse(said[3]) > 25 : file.Extension == ".jpg", $"{file.Name}: {string.Join(',', said)}");
        }
    }

    private FileInfo[] Files() => [.. _folder.GetFiles().Where(static file => file.Extension is ".mp4" or ".mkv" or ".jpg" && file.Length > 0).OrderBy(static file => file.Name, StringComparer.Ordinal)];

    [GeneratedRegex("^```sh\n(?<text>.*?)^```", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Block();
}
