using System.Globalization;
using System.Text.Json;
using FastRtspProxy.EndToEndTests.Configuration;
using FastRtspProxy.EndToEndTests.Players;
using FastRtspProxy.EndToEndTests.Processes;
using FastRtspProxy.EndToEndTests.RawClient;
using Xunit.Abstractions;

namespace FastRtspProxy.EndToEndTests;

/// <summary>A stream with two sources, of which the one in use is killed: its players play on, unless the other one is of another shape.</summary>
public sealed class FailoverTests(ITestOutputHelper log) : EndToEndTest(log), IDisposable
{
    private const string Token = "a-token-of-sixteen-and-more";

    private readonly List<ConfigFile> _files = [];

    public void Dispose() => _files.ForEach(static file => file.Dispose());

    [Theory]
    [InlineData("tcp", "udp")]
    [InlineData("udp", "tcp")]
    public async Task Source_IsKilled_PlayersPlayOnWithTheNext(string ffmpegOver, string rtspsrcOver)
    {
        SimulatedCamera first = await StartSimulatorAsync();
        SimulatedCamera second = await StartSimulatorAsync();
        ProxyProcess proxy = await StartFailoverAsync(first.Urls[0], second.Urls[0]);
        await using RawPlayer raw = await RawPlayer.ConnectAsync(proxy.PlayUrl, tcp: true);
        await raw.PlayAsync();
        FfmpegPlayer ffmpeg = StartFfmpeg(proxy.PlayUrl, ffmpegOver, null, "-timeout", "30000000");
        RtspsrcPlayer rtspsrc = StartRtspsrc(proxy.PlayUrl + "?start=live", rtspsrcOver, seconds: 12);
        await ffmpeg.WaitForVideoFramesAsync(50, Soon);

        await KillAsync(first.Process, proxy);
        await ffmpeg.WaitForVideoFramesAsync(ffmpeg.VideoFrames + 150, Soon);
        (int frames, int videoMilliseconds, int audioMilliseconds) = await rtspsrc.FinishAsync(Soon);

        AssertPlaysOn(ffmpeg, raw);
        double gap = raw.Tracks.Max(WidestSeconds);
        Log.WriteLine($"rtspsrc: {frames} frames in {videoMilliseconds} ms, {audioMilliseconds} ms of sound; widest step {gap:f2} s");

        // As many frames as the time between them holds, but for the time between the two cameras, of which each begins with a key frame.
        Assert.InRange(frames, ((videoMilliseconds / 1000.0) - gap) * 25 - 30, (videoMilliseconds / 40.0) + 5);
        DecodedTrack video = ffmpeg.Decoded()[0];
        Assert.InRange(video.Frames, (video.Seconds - gap) * 25 - 30, (video.Seconds * 25) + 5);
        Assert.Equal(1, proxy.Process.Lines().Count(static line => line.Text.Contains("source 2 of 2 is in use", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Source_IsKilled_SoundAndPictureStayWithin20Milliseconds()
    {
        SimulatedCamera first = await StartSimulatorAsync("--no-sei"); // the same bytes from both
        SimulatedCamera second = await StartSimulatorAsync("--no-sei");
        FfmpegPlayer clip = StartHashingFfmpeg(second.Urls[0], "tcp");
        ProxyProcess proxy = await StartFailoverAsync(first.Urls[0], second.Urls[0]);
        FfmpegPlayer ffmpeg = StartHashingFfmpeg(proxy.PlayUrl + "?start=keyframe", "tcp");
        RtspsrcPlayer rtspsrc = StartRtspsrc(proxy.PlayUrl + "?start=keyframe", "udp", 120, hashes: true);
        await clip.Process.WaitAsync("the whole clip", _ => ClipLoop.IsWhole(clip.Units()), TimeSpan.FromSeconds(90));
        await WaitForUnitsAsync(ffmpeg.Process, ffmpeg.Units, 300);
        await WaitForUnitsAsync(rtspsrc.Process, rtspsrc.Units, 300);

        (int ofFfmpeg, int ofRtspsrc) = (ffmpeg.Units().Count, rtspsrc.Units().Count);
        await KillAsync(first.Process, proxy);
        await WaitForUnitsAsync(ffmpeg.Process, ffmpeg.Units, ofFfmpeg + 500);
        await WaitForUnitsAsync(rtspsrc.Process, rtspsrc.Units, ofRtspsrc + 500);

        ClipLoop loop = new(clip.Units());
        AssertTogether("ffmpeg", loop, ffmpeg.Units(), ofFfmpeg);
        AssertTogether("rtspsrc", loop, rtspsrc.Units(), ofRtspsrc);
        ffmpeg.AssertNoComplaints(TimeSpan.Zero);
    }

    [Fact]
    public async Task GStreamersServer_IsKilled_PlayersPlayOnWithTheNext()
    {
        CameraProcess first = await StartCameraAsync("h264,aac");
        CameraProcess second = await StartCameraAsync("h264,aac", "--pattern", "snow");
        ProxyProcess proxy = await StartFailoverAsync(first.Url, second.Url);
        await using RawPlayer raw = await RawPlayer.ConnectAsync(proxy.PlayUrl, tcp: true);
        await raw.PlayAsync();
        FfmpegPlayer ffmpeg = StartFfmpeg(proxy.PlayUrl, "udp", null, "-timeout", "30000000");
        RtspsrcPlayer rtspsrc = StartRtspsrc(proxy.PlayUrl + "?start=live", "tcp", 120, hashes: true);
        await ffmpeg.WaitForVideoFramesAsync(50, Soon);
        await WaitForUnitsAsync(rtspsrc.Process, rtspsrc.Units, 100);

        await KillAsync(first.Process, proxy);
        await ffmpeg.WaitForVideoFramesAsync(ffmpeg.VideoFrames + 100, Soon);
        int before = rtspsrc.Units().Count;
        await WaitForUnitsAsync(rtspsrc.Process, rtspsrc.Units, before + 200);

        AssertPlaysOn(ffmpeg, raw);
        AssertPlaysOn(rtspsrc, before);
        second.AssertReadOnce();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task NextSource_IsOfAnotherSize_PlayersAreToldUnlessAcrossSizes(bool acrossSizes)
    {
        SimulatedCamera first = await StartSimulatorAsync("--audio", "none");
        CameraProcess second = await StartCameraAsync("h264");
        ProxyProcess proxy = await StartFailoverAsync(first.Urls[0], second.Url, acrossSizes ? "acrossSizes: true" : "");
        await using RawPlayer raw = await RawPlayer.ConnectAsync(proxy.PlayUrl, tcp: true);
        await raw.PlayAsync();
        FfmpegPlayer ffmpeg = StartFfmpeg(proxy.PlayUrl, "tcp", null, "-timeout", "30000000");
        await ffmpeg.WaitForVideoFramesAsync(50, Soon);

        await KillAsync(first.Process, proxy);
        if (acrossSizes)
        {
            await ffmpeg.WaitForVideoFramesAsync(ffmpeg.VideoFrames + 75, Soon);
            AssertPlaysOn(ffmpeg, raw);
            return;
        }

        await WaitUntilAsync("a BYE", () => raw.Tracks[0].SawBye);
        Assert.Equal(454, (await raw.RequestAsync("GET_PARAMETER", raw.Url)).Status);
        FfmpegPlayer next = StartFfmpeg(proxy.PlayUrl, "tcp", 3);
        AssertVideo((await next.FinishAsync(Soon))[0], 3);
    }

    /// <summary>The minute is real here: what is decided in it is tested without waiting elsewhere.</summary>
    [Fact]
    public async Task BetterSource_Returns_IsUsedAgainWithoutAGap()
    {
        int port = FreePorts.Next();
        CameraProcess first = await StartCameraAtAsync(port, "h264,aac");
        CameraProcess second = await StartCameraAsync("h264,aac");
        int http = FreePorts.Next();
        ProxyProcess proxy = await StartFailoverAsync(first.Url, second.Url, head: $"http: {{listen: \"127.0.0.1:{http}\", token: {Token}}}\n");
        await using RawPlayer raw = await RawPlayer.ConnectAsync(proxy.PlayUrl, tcp: true);
        await raw.PlayAsync();
        FfmpegPlayer ffmpeg = StartFfmpeg(proxy.PlayUrl, "udp", null, "-timeout", "30000000");
        await ffmpeg.WaitForVideoFramesAsync(50, Soon);
        await KillAsync(first.Process, proxy);
        await ffmpeg.WaitForVideoFramesAsync(ffmpeg.VideoFrames + 50, Soon);
        await AssertInUseAsync(http, 2, "lost");

        CameraProcess returned = await StartCameraAtAsync(port, "h264,aac");
        await returned.WaitForRequestAsync("PLAY", Soon);
        int before = raw.Tracks[0].Units.Count;
        await proxy.Process.WaitForLineAsync(
            "the way back", static line => line.Text.Contains("source 1 of 2 is in use: it is better", StringComparison.Ordinal), TimeSpan.FromSeconds(150));
        await ffmpeg.WaitForVideoFramesAsync(ffmpeg.VideoFrames + 75, Soon);

        AssertPlaysOn(ffmpeg, raw);
        await AssertInUseAsync(http, 1, "better");
        Log.WriteLine($"widest step {WidestSeconds(raw.Tracks[0], before):f2} s");
        Assert.Equal(1, proxy.Process.Lines().Count(static line => line.Text.Contains("-> Holding", StringComparison.Ordinal))); // at the loss alone
        await WaitUntilAsync("the other camera let go", () => second.SessionsOpen == 0);
        returned.AssertReadOnce();
    }

    /// <summary>The first source is known before anybody waits: one that takes longer than 2 s to describe itself would be left for the second.</summary>
    private async Task<ProxyProcess> StartFailoverAsync(string first, string second, string more = "", string head = "")
    {
        ConfigFile file = new($"{head}streams:\n  cam:\n    sources: [\"{first}\", \"{second}\"]\n    transport: tcp\n    {more}\n"); // a busy machine loses datagrams
        _files.Add(file);
        ProxyProcess proxy = await StartProxyAsync("-v", "--config", file.Path);
        await proxy.Process.WaitForLineAsync("a description", static line => line.Text.Contains("-> Ready", StringComparison.Ordinal), Soon);
        return proxy;
    }

    private static async Task KillAsync(ChildProcess camera, ProxyProcess proxy)
    {
        camera.Signal(ChildProcess.SigKill);
        _ = await camera.WaitForExitAsync(Soon);
        await proxy.Process.WaitForLineAsync("the next one", static line => line.Text.Contains("trying source 2 of 2", StringComparison.Ordinal), Soon);
    }

    /// <summary>One source of the packets, each number once, times that rise, and no end of a session.</summary>
    private static void AssertPlaysOn(FfmpegPlayer ffmpeg, RawPlayer raw)
    {
        Assert.False(ffmpeg.Process.HasExited);
        ffmpeg.AssertNoComplaints(TimeSpan.Zero);
        Assert.All(ffmpeg.Decoded(), static track => Assert.True(track.TimestampsRise, $"{track.MediaType}: time stamps went back"));
        Assert.All(raw.Tracks, static track => Assert.True(track.Disorders == 0, track.FirstDisorder));
        Assert.All(raw.Tracks, static track => Assert.False(track.SawBye));
        Assert.All(raw.Tracks, static track => Assert.DoesNotContain(StepsOf(track, 0), static step => step <= 0));
    }

    /// <summary>Pictures and sound from then on, without a word of the pipeline, and no end of a session.</summary>
    private static void AssertPlaysOn(RtspsrcPlayer rtspsrc, int from)
    {
        Assert.False(rtspsrc.Process.HasExited, rtspsrc.Process.Transcript(40));
        Assert.DoesNotContain(rtspsrc.Process.Lines(), static line => !line.IsError && line.Text.Split(' ')[0] is "error" or "warning" or "eos");
        Assert.Contains(rtspsrc.Units().Skip(from), static unit => unit.IsVideo);
        Assert.Contains(rtspsrc.Units().Skip(from), static unit => !unit.IsVideo);
    }

    private static double WidestSeconds(TrackCounter track) => WidestSeconds(track, 0);

    private static double WidestSeconds(TrackCounter track, int from) => StepsOf(track, from).Max() / (double)track.ClockRate;

    private static IEnumerable<int> StepsOf(TrackCounter track, int from)
    {
        IReadOnlyList<(DateTime At, uint Timestamp)> units = track.Units;
        return Enumerable.Range(from + 1, units.Count - from - 1).Select(i => unchecked((int)(units[i].Timestamp - units[i - 1].Timestamp)));
    }

    private static Task WaitForUnitsAsync(ChildProcess player, Func<IReadOnlyList<MediaUnit>> units, int count) =>
        player.WaitAsync($"{count} units", _ => units().Count > count, TimeSpan.FromSeconds(90));

    /// <summary>What came a little before the kill was may be of either camera.</summary>
    private void AssertTogether(string player, ClipLoop loop, IReadOnlyList<MediaUnit> units, int killedAt)
    {
        double before = 1000 * loop.Offset([.. units.Take(killedAt)]);
        double after = 1000 * loop.Offset([.. units.Skip(killedAt + 200)]);
        Log.WriteLine($"{player}: picture ahead of sound by {before:f1} ms before, {after:f1} ms after");
        Assert.InRange(after - before, -20, 20);
    }

    private static async Task AssertInUseAsync(int http, int number, string cause)
    {
        using HttpClient client = new() { BaseAddress = new Uri(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{http}/")) };
        client.DefaultRequestHeaders.Add("Authorization", "Bearer " + Token);
        using JsonDocument stream = JsonDocument.Parse(await client.GetStringAsync("api/v1/streams/cam"));
        JsonElement source = stream.RootElement.GetProperty("source");
        Assert.Equal((number, cause), (source.GetProperty("number").GetInt32(), source.GetProperty("cause").GetString()));
        Assert.True(stream.RootElement.GetProperty("sources")[number - 1].GetProperty("inUse").GetBoolean());
        string metrics = await client.GetStringAsync("metrics");
        Assert.Contains($"fastrtspproxy_stream_source{{stream=\"cam\"}} {number}\n", metrics, StringComparison.Ordinal);
        Assert.Contains($"fastrtspproxy_stream_source_switches_total{{stream=\"cam\",reason=\"{cause}\"}} 1\n", metrics, StringComparison.Ordinal);
    }
}
