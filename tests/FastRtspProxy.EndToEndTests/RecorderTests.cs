using System.Globalization;
using FastRtspProxy.EndToEndTests.Players;
using FastRtspProxy.EndToEndTests.Processes;
using Xunit.Abstractions;

namespace FastRtspProxy.EndToEndTests;

/// <summary>What recorders make of a stream that they join in the middle of a group, with the start that they get unasked.</summary>
public sealed class RecorderTests(ITestOutputHelper log) : EndToEndTest(log), IDisposable
{
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(90);

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("frp-recorder-");

    public void Dispose() => _folder.Delete(recursive: true);

    /// <summary>
    /// Frigate's way: stamped by arrival, so what comes in haste would be squeezed in its first file. A file ends with a group of two seconds, by arrival, too:
    /// in the middle of one, so that a few milliseconds do not decide which. A recorder that stands still has what came meanwhile at once, and where that is at the end of a file
    /// it stands in the next one: that one may be squeezed, and both may have pictures of some seconds more or less.
    /// </summary>
    [Fact]
    public async Task Record_ByArrivalIntoSegments_EachFileLastsAsLongAsItsPicturesDo()
    {
        ProxyProcess proxy = await StartInMidGroupAsync();

        ChildProcess ffmpeg = StartProgram(
            "Frigate's ffmpeg", "/usr/bin/ffmpeg", "-hide_banner", "-nostdin", "-loglevel", "level+warning", "-user_agent", "FFmpeg Frigate/0.14.1-f4f3cfa", "-rtsp_transport", "tcp",
            "-use_wallclock_as_timestamps", "1", "-i", proxy.PlayUrl, "-map", "0:v", "-c", "copy", "-t", "23", "-f", "segment", "-segment_time", "9.5", "-reset_timestamps", "1",
            At("part%d.mp4"));
        Assert.True(await ffmpeg.WaitForExitAsync(s_limit) == 0, ffmpeg.Transcript(40));

        List<RecordedUnit> units = [];
        for (int part = 0; part < 2; part++)
        {
            (double seconds, int pictures, bool beginsWithKey) = await LookAsync(At($"part{part}.mp4"));
            Assert.True(beginsWithKey);
            Assert.InRange(pictures, 100, 400);
            Assert.InRange(seconds / pictures, part == 0 ? 0.85 / 25 : 0.5 / 25, 1.3 / 25);
            units.AddRange(await UnitsAsync(At($"part{part}.mp4")));
        }

        RecordedUnit.AssertWithoutASeam(units, 350);
    }

    [Theory]
    [InlineData("tcp", "")]
    [InlineData("udp", "")]
    [InlineData("tcp", "?start=keyframe")]
    public async Task Record_BySplitmuxsink_FilesBeginWithKeyFramesAndNoPictureIsMissing(string protocols, string start)
    {
        ProxyProcess proxy = await StartInMidGroupAsync();

        ChildProcess gst = StartProgram(
            "splitmuxsink", GstLaunch.Program, ["-e", .. GstLaunch.Source(proxy.PlayUrl + start, protocols), "!", "rtph264depay", "!", "h264parse", "!",
                "identity", "eos-after=250", "!", "splitmuxsink", "max-size-time=4000000000", "location=" + At("part%d.mp4")]);
        await GstLaunch.AssertPlaysToTheEndAsync(gst, s_limit);

        List<RecordedUnit> units = [];
        int parts = _folder.GetFiles("part*.mp4").Length;
        Assert.InRange(parts, 2, 6);
        for (int part = 0; part < parts; part++)
        {
            Assert.True((await LookAsync(At($"part{part}.mp4"))).BeginsWithKey);
            units.AddRange(await UnitsAsync(At($"part{part}.mp4")));
        }

        RecordedUnit.AssertWithoutASeam(units, 245);
    }

    /// <summary>Times by the sender reports: of a past they are as true as of the present.</summary>
    [Theory]
    [InlineData("tcp", "")]
    [InlineData("udp", "")]
    [InlineData("tcp", "?start=-3s")]
    [InlineData("udp", "?start=-3s")]
    public async Task Play_WithNtpSync_PicturesAreShown(string protocols, string start)
    {
        ProxyProcess proxy = await StartInMidGroupAsync();

        ChildProcess gst = StartProgram(
            "ntp-sync", GstLaunch.Program, [.. GstLaunch.Source(proxy.PlayUrl + start, protocols), "ntp-sync=true", "!", "rtph264depay", "!", "h264parse",
                "!", "avdec_h264", "!", "identity", "eos-after=150", "!", "fakesink", "sync=true"]);

        await GstLaunch.AssertPlaysToTheEndAsync(gst, s_limit);
    }

    [Theory]
    [InlineData("0")]
    [InlineData("10")]
    [InlineData("2000")]
    public async Task Play_WithAReorderQueueOfAnySize_NothingIsComplainedAbout(string size)
    {
        ProxyProcess proxy = await StartInMidGroupAsync();

        FfmpegPlayer player = StartFfmpeg(proxy.PlayUrl, "udp", 4, "-reorder_queue_size", size);
        Assert.Equal(0, await player.Process.WaitForExitAsync(s_limit));

        player.AssertNoComplaints(TimeSpan.Zero);
        Assert.InRange(player.Decoded()[0].Frames, 90, 110);
    }

    /// <summary>MKV takes no first picture without a time, which ffmpeg gives none of a stream with B-frames that begins with a key frame: at the camera itself, too.</summary>
    [Theory]
    [InlineData("mp4", "")]
    [InlineData("mp4", "?start=past")]
    [InlineData("mkv", "", "-bsf:v", "setts=pts='if(eq(PTS,NOPTS),DTS,PTS)'")]
    [InlineData("mkv", "?start=past", "-bsf:v", "setts=pts='if(eq(PTS,NOPTS),DTS,PTS)'")]
    public async Task Record_SoundAndBFrames_BothTracksHaveTheirRateAndLength(string container, string start, params string[] filter)
    {
        CameraProcess camera = await StartCameraAsync("h264-b,aac", "--key-interval", "50");
        ProxyProcess proxy = await StartServingProxyAsync("--always-on", camera.Url);
        await StartFfmpeg(proxy.PlayUrl + "?start=live", "tcp").WaitForVideoFramesAsync(60, Soon);

        ChildProcess ffmpeg = StartProgram(
            "ffmpeg records", "/usr/bin/ffmpeg", ["-hide_banner", "-nostdin", "-loglevel", "level+warning", "-rtsp_transport", "tcp", "-i", proxy.PlayUrl + start, "-map", "0", "-c", "copy",
                .. filter, "-t", "6", At("file." + container)]);
        Assert.True(await ffmpeg.WaitForExitAsync(s_limit) == 0, ffmpeg.Transcript(40));

        ChildProcess decoding = StartProgram(
            "decoding", "/usr/bin/ffmpeg", "-hide_banner", "-nostdin", "-loglevel", "level+error", "-i", At("file." + container), "-map", "0", "-fps_mode", "passthrough", "-f", "null", "-");
        Assert.True(await decoding.WaitForExitAsync(s_limit) == 0, decoding.Transcript(40));
        Assert.DoesNotContain(decoding.Lines(), static line => line.IsError && !line.Text.Contains("non monotonically", StringComparison.Ordinal));
        (double seconds, int pictures, bool beginsWithKey) = await LookAsync(At("file." + container));
        Assert.True(beginsWithKey);
        Assert.InRange(pictures, 140, 160); // ffmpeg ends by the order of decoding, in which some that are shown later come first
        Assert.InRange(seconds / pictures, 0.95 / 25, 1.05 / 25);
        Assert.InRange(await PacketsAsync(At("file." + container), "a:0") * 1024 / 48_000.0, 5, 6.5);
    }

    /// <summary>The proxy in front of a camera that plays already, somewhere in a group of two seconds, some seconds of which are kept.</summary>
    private async Task<ProxyProcess> StartInMidGroupAsync()
    {
        SimulatedCamera camera = await StartSimulatorAsync();
        ProxyProcess proxy = await StartServingProxyAsync("--gop-cache", "16M,13s", camera.Urls[0]);
        FfmpegPlayer first = StartFfmpeg(proxy.PlayUrl + "?start=live", "tcp");
        await first.WaitForVideoFramesAsync(110, Soon);
        return proxy;
    }

    /// <summary>From its first picture's time to the last one's and a picture more, the pictures, and whether the first is a key frame.</summary>
    private async Task<(double Seconds, int Pictures, bool BeginsWithKey)> LookAsync(string path)
    {
        ChildProcess ffprobe = StartProgram(
            "ffprobe " + Path.GetFileName(path), "/usr/bin/ffprobe", "-v", "error", "-select_streams", "v:0", "-show_entries", "packet=pts_time,flags", "-of", "csv=p=0", path);
        Assert.Equal(0, await ffprobe.WaitForExitAsync(s_limit));
        string[][] packets = [.. ffprobe.Lines().Where(static line => !line.IsError && line.Text.Contains(',')).Select(static line => line.Text.Split(','))];
        double[] times = [.. packets.Where(static packet => packet[0] != "N/A").Select(static packet => double.Parse(packet[0], CultureInfo.InvariantCulture))];
        return (times.Max() - times.Min() + (1 / 25.0), packets.Length, packets[0][1].StartsWith('K'));
    }

    private async Task<int> PacketsAsync(string path, string stream)
    {
        ChildProcess ffprobe = StartProgram("ffprobe " + stream, "/usr/bin/ffprobe", "-v", "error", "-select_streams", stream, "-show_entries", "packet=flags", "-of", "csv=p=0", path);
        Assert.Equal(0, await ffprobe.WaitForExitAsync(s_limit));
        return ffprobe.Lines().Count(static line => !line.IsError && line.Text.Length > 0);
    }

    private async Task<IReadOnlyList<RecordedUnit>> UnitsAsync(string path)
    {
        string plain = Path.ChangeExtension(path, ".h264");
        ChildProcess ffmpeg = StartProgram("ffmpeg unpacks", "/usr/bin/ffmpeg", "-hide_banner", "-nostdin", "-loglevel", "level+warning", "-y", "-i", path, "-map", "0:v", "-c", "copy", "-f", "h264", plain);
        Assert.True(await ffmpeg.WaitForExitAsync(s_limit) == 0, ffmpeg.Transcript(40));
        return RecordedUnit.AllOf(plain);
    }

    private string At(string name) => Path.Combine(_folder.FullName, name);
}
