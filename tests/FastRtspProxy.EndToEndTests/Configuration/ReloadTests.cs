using System.Globalization;
using System.Text;
using System.Text.Json;
using FastRtspProxy.EndToEndTests.Players;
using FastRtspProxy.EndToEndTests.Processes;
using FastRtspProxy.EndToEndTests.RawClient;
using Xunit.Abstractions;

namespace FastRtspProxy.EndToEndTests.Configuration;

/// <summary>A configuration that changes while the program runs: what was changed is changed, and nobody else notices.</summary>
public sealed class ReloadTests(ITestOutputHelper log) : EndToEndTest(log)
{
    private const string Taken = "The configuration was read again";
    private const string NotTaken = "cannot be used; the one before goes on";

    /// <summary>Each reload changes how one stream is served, in turn; all of them are watched, over both transports, and every picture is compared with the camera's.</summary>
    [Fact]
    public async Task Reload_AHundredTimesOneStreamOfTwoHundred_NobodyMissesAPacket()
    {
        const int Streams = 200;
        const int Reloads = 100;
        SimulatedCamera camera = await StartSimulatorAsync(
            "--streams", "200", "--path", "cam{0}", "--video", "h264", "--audio", "none", "--bitrate", "40k", "--fps", "5", "--gop", "5");
        int[] holdSeconds = [.. Enumerable.Repeat(30, Streams)];
        using ConfigFile file = new(Write(camera.Port, holdSeconds));
        ProxyProcess proxy = await StartProxyForAsync(Streams, "--config", file.Path);
        await WaitForSocketsAsync(proxy, Streams);
        string report = Path.Combine(file.DirectoryPath, "report.json");
        string urls = Path.Combine(file.DirectoryPath, "urls");
        await File.WriteAllLinesAsync(urls, proxy.PlayUrls);
        ChildProcess load = StartProgram("rtspsim load", Prerequisites.SimulatorBinary, "load", "@" + urls, "-n", "400", "-t", "udp,udp,tcp,tcp", "--ramp", "100/s",
            "-d", "600s", "--timeout", "60s", "--verify", "--max-loss", "0", "--min-clients", "400", "--plain", "--json", report);
        await WaitForSocketsAsync(proxy, 400 + Streams);
        await load.WaitAsync("all viewers with media", lines => lines.Any(static line => line.Text.Contains("playing 400 of 400", StringComparison.Ordinal)), TimeSpan.FromSeconds(90));

        for (int reload = 0; reload < Reloads; reload++)
        {
            holdSeconds[reload * 2]++;
            file.Replace(Write(camera.Port, holdSeconds));
            proxy.Process.Signal(ChildProcess.SigHup);
            int expected = reload + 1;
            await proxy.Process.WaitAsync("a change", lines => lines.Count(static line => line.Text.StartsWith("Changed: ", StringComparison.Ordinal)) >= expected, Soon);
        }

        load.Signal(ChildProcess.SigInt);
        int code = await load.WaitForExitAsync(Soon);
        JsonElement result = JsonDocument.Parse(await File.ReadAllTextAsync(report)).RootElement;
        Assert.True(code == 0, result.GetProperty("criteria").GetRawText());
        Assert.Equal(0, result.GetProperty("packets").GetProperty("lost").GetInt64());
        Assert.Equal(0, result.GetProperty("clients").GetProperty("failed").GetInt64());
        Assert.Equal(Reloads, proxy.Process.Lines().Count(static line => line.Text.StartsWith("Changed: ", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Reload_AnotherSource_TheViewersPlayOn(bool tcp)
    {
        CameraProcess first = await StartCameraAsync("h264");
        CameraProcess second = await StartCameraAsync("h264");
        using ConfigFile file = new(OneStream(first.Url));
        ProxyProcess proxy = await StartServingProxyAsync("--config", file.Path);
        FfmpegPlayer player = StartFfmpeg(proxy.PlayUrl, tcp ? "tcp" : "udp");
        await player.WaitForVideoFramesAsync(25, Soon);

        file.Replace(OneStream(second.Url));
        await second.WaitForRequestAsync("PLAY", Soon);
        int before = player.VideoFrames;
        await player.WaitForVideoFramesAsync(before + 50, Soon);

        await first.WaitForRequestAsync("TEARDOWN", Soon);
        Assert.False(player.Process.HasExited);
        second.AssertReadOnce();
    }

    /// <summary>Its camera is known to the program alone: a change that all streams have reaches it too, and does not send it elsewhere.</summary>
    [Fact]
    public async Task Reload_BesideTheDemo_ItsPictureGoesOn()
    {
        const string Limits = "limits: {viewersPerStream: 100}\n";
        using ConfigFile file = new("log: {level: info}\n" + Limits);
        ProxyProcess proxy = await StartProxyAsync("--config", file.Path, "--demo");
        FfmpegPlayer player = StartFfmpeg(proxy.PlayUrl, "tcp");
        await player.WaitForVideoFramesAsync(25, Soon);

        file.Replace("log: {level: info}\n" + Limits.Replace("100", "200", StringComparison.Ordinal));
        await proxy.Process.WaitForLineAsync("the reload", static line => line.Text.Contains(Taken, StringComparison.Ordinal), Soon);
        int before = player.VideoFrames;
        await player.WaitForVideoFramesAsync(before + 75, Soon);

        Assert.DoesNotContain(proxy.Process.Lines(), static line => line.Text.Contains("trying again", StringComparison.Ordinal));
    }

    /// <summary>Cameras that answer nothing any more are let go side by side, and a stop meanwhile is orderly.</summary>
    [Fact]
    public Task SigTerm_WhileManyDeadStreamsGo_ViewersAreToldAllTheSame() => InTimeAsync(async () =>
    {
        CameraProcess camera = await StartCameraAsync("h264");
        using System.Net.Sockets.TcpListener silent = new(System.Net.IPAddress.Loopback, 0);
        silent.Start();
        int port = ((System.Net.IPEndPoint)silent.LocalEndpoint).Port;
        StringBuilder dead = new();
        for (int i = 0; i < 40; i++)
        {
            dead.Append(CultureInfo.InvariantCulture, $"  dead{i}:\n    source: rtsp://127.0.0.1:{port}/{i}\n    alwaysOn: true\n");
        }

        using ConfigFile file = new(OneStream(camera.Url) + dead);
        ProxyProcess proxy = await StartProxyForAsync(41, "--config", file.Path);
        await using RawPlayer player = await RawPlayer.ConnectAsync(proxy.PlayUrl, tcp: true);
        await player.PlayAsync();
        await WaitUntilAsync("media", () => player.Tracks[0].Packets > 25);

        file.Replace(OneStream(camera.Url));
        proxy.Process.Signal(ChildProcess.SigHup);
        await StopAsync(proxy, ChildProcess.SigTerm);

        await camera.WaitForRequestAsync("TEARDOWN", Soon);
        await WaitUntilAsync("a BYE", () => player.Tracks[0].SawBye);
    });

    [Fact]
    public async Task Reload_AFileWithErrors_SaysThemWithTheirPlacesAndEverythingGoesOn()
    {
        CameraProcess camera = await StartCameraAsync("h264");
        using ConfigFile file = new(OneStream(camera.Url));
        ProxyProcess proxy = await StartProxyAsync("--config", file.Path);
        await using RawPlayer player = await RawPlayer.ConnectAsync(proxy.PlayUrl, tcp: true);
        await player.PlayAsync();

        file.Replace(OneStream(camera.Url) + "    lingr: 5s\n    hold: soon\n");
        proxy.Process.Signal(ChildProcess.SigHup);
        await proxy.Process.WaitForLineAsync("the refusal", line => line.Text.Contains(NotTaken, StringComparison.Ordinal), Soon);
        long packets = player.Tracks[0].Packets;
        await WaitUntilAsync("more media", () => player.Tracks[0].Packets > packets + 25);

        string[] lines = [.. proxy.Process.Lines().Select(static line => line.Text)];
        Assert.Contains(lines, line => line.Contains($"{file.Path}:6:5: ", StringComparison.Ordinal) && line.Contains("did you mean \"linger\"", StringComparison.Ordinal));
        Assert.Contains(lines, line => line.Contains($"{file.Path}:7:11: ", StringComparison.Ordinal));
        Assert.Equal(0, player.Tracks[0].Disorders);
        camera.AssertReadOnce();
    }

    [Fact]
    public async Task Reload_StreamAddedAndRemoved_IsThereAndIsGone()
    {
        CameraProcess camera = await StartCameraAsync("h264", "--unshared"); // two streams of ours are two sessions there
        using ConfigFile file = new(OneStream(camera.Url));
        ProxyProcess proxy = await StartProxyAsync("--config", file.Path);
        await using RawPlayer stayer = await RawPlayer.ConnectAsync(proxy.PlayUrl, tcp: true);
        await stayer.PlayAsync();

        file.Replace(OneStream(camera.Url) + $"  second:\n    source: {camera.Url}\n");
        await proxy.Process.WaitForLineAsync("the new stream", static line => line.Text.StartsWith("Changed: ", StringComparison.Ordinal) && line.Text.Contains("second", StringComparison.Ordinal), Soon);
        await using RawPlayer viewer = await RawPlayer.ConnectAsync($"rtsp://127.0.0.1:{proxy.Port}/second", tcp: true);
        await viewer.PlayAsync();
        await WaitUntilAsync("media", () => viewer.Tracks[0].Packets > 25);
        file.Replace(OneStream(camera.Url));

        await WaitUntilAsync("a BYE", () => viewer.Tracks[0].SawBye);
        long packets = stayer.Tracks[0].Packets;
        await WaitUntilAsync("more media", () => stayer.Tracks[0].Packets > packets + 25);
        Assert.Equal(0, stayer.Tracks[0].Disorders);
    }

    [Fact]
    public async Task Reload_UserIsGone_ItsSessionEndsAndAnothersDoesNot()
    {
        CameraProcess camera = await StartCameraAsync("h264");
        const string Auth = "auth:\n  users:\n    - {name: one, password: s3cret1, roles: [view]}\n";
        const string Second = "    - {name: two, password: s3cret2, roles: [view]}\n";
        const string Roles = "  roles:\n    view: {may: [read]}\n";
        using ConfigFile file = new(OneStream(camera.Url) + Auth + Second + Roles);
        ProxyProcess proxy = await StartProxyAsync("--config", file.Path);
        await camera.WaitForRequestAsync("DESCRIBE", Soon);
        FfmpegPlayer one = StartFfmpeg(proxy.PlayUrl.Replace("rtsp://", "rtsp://one:s3cret1@", StringComparison.Ordinal), "tcp");
        FfmpegPlayer two = StartFfmpeg(proxy.PlayUrl.Replace("rtsp://", "rtsp://two:s3cret2@", StringComparison.Ordinal), "tcp");
        await one.WaitForVideoFramesAsync(25, Soon);
        await two.WaitForVideoFramesAsync(25, Soon);

        file.Replace(OneStream(camera.Url) + Auth + Roles);
        await two.Process.WaitForExitAsync(Soon);
        int frames = one.VideoFrames;
        await one.WaitForVideoFramesAsync(frames + 25, Soon);

        Assert.DoesNotContain(proxy.Process.Lines(), static line => line.Text.Contains("s3cret", StringComparison.Ordinal));
    }

    /// <summary>As container platforms do it: the file is a link into a directory that is a link, and the latter is turned.</summary>
    [Fact]
    public async Task Reload_DirectoryLinkIsTurned_IsSeenWithoutASignal()
    {
        CameraProcess camera = await StartCameraAsync("h264");
        DirectoryInfo mounted = Directory.CreateTempSubdirectory("frp-mounted-");
        string current = Path.Combine(mounted.FullName, "..data");
        WriteVersion(mounted, "v1", OneStream(camera.Url));
        WriteVersion(mounted, "v2", OneStream(camera.Url) + $"  second:\n    source: {camera.Url}\n");
        Directory.CreateSymbolicLink(current, "v1");
        string path = Path.Combine(mounted.FullName, "config.yaml");
        File.CreateSymbolicLink(path, "..data/config.yaml");
        ProxyProcess proxy = await StartProxyAsync("--config", path);

        Directory.CreateSymbolicLink(current + ".new", "v2");
        ChildProcess turn = StartProgram("mv", "/bin/mv", "-T", current + ".new", current);
        Assert.Equal(0, await turn.WaitForExitAsync(Soon));

        await proxy.Process.WaitForLineAsync("the new stream", static line => line.Text.StartsWith("Changed: ", StringComparison.Ordinal) && line.Text.Contains("second", StringComparison.Ordinal), Soon);
        mounted.Delete(recursive: true);
    }

    [Fact]
    public async Task Reload_PortChanged_NeedsARestartAndChangesNothing()
    {
        CameraProcess camera = await StartCameraAsync("h264");
        using ConfigFile file = new(OneStream(camera.Url));
        ProxyProcess proxy = await StartProxyAsync("--config", file.Path);

        file.Replace("threads: 7\n" + OneStream(camera.Url));
        OutputLine line = await proxy.Process.WaitForLineAsync("the refusal", static line => line.Text.Contains("needs a restart", StringComparison.Ordinal), Soon);

        Assert.Contains("threads", line.Text, StringComparison.Ordinal);
        await using RawPlayer player = await RawPlayer.ConnectAsync(proxy.PlayUrl, tcp: true);
        await player.PlayAsync();
        await WaitUntilAsync("media", () => player.Tracks[0].Packets > 25);
    }

    [Theory]
    [InlineData("", 0)]
    [InlineData("    hold: soon\n", 1)]
    public async Task Check_PrintsWhatIsWrongAndEnds(string more, int expected)
    {
        using ConfigFile file = new(OneStream("rtsp://192.0.2.1/stream") + more);

        ChildProcess check = StartProgram("proxy --check", Prerequisites.ProxyBinary, "--config", file.Path, "--check");

        Assert.Equal(expected, await check.WaitForExitAsync(Soon));
        Assert.Equal(expected > 0, check.Lines().Any(line => line.Text.Contains($"{file.Path}:6:11: ", StringComparison.Ordinal)));
    }

    /// <summary>The native binary has no engine for the one regular expression of the YAML library (src/FastRtspProxy/Trimmed.xml).</summary>
    [Fact]
    public async Task Check_AnchorsAndAliases_AreRead()
    {
        using ConfigFile file = new("streams:\n  a: &one-1 {source: \"rtsp://192.0.2.1/stream\"}\n  b: *one-1\n  c: *two\n");

        ChildProcess check = StartProgram("proxy --check", Prerequisites.ProxyBinary, "--config", file.Path, "--check");

        Assert.Equal(1, await check.WaitForExitAsync(Soon));
        OutputLine line = Assert.Single(check.Lines(), line => line.Text.Contains($"{file.Path}:", StringComparison.Ordinal) && !line.Text.EndsWith(" warnings", StringComparison.Ordinal));
        Assert.Contains($"{file.Path}:4:6: this alias (*...) has no anchor", line.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task SigTerm_WithATimeToDrain_NewcomersAreRefusedAndTheEndComesWithTheLastViewer()
    {
        CameraProcess camera = await StartCameraAsync("h264");
        using ConfigFile file = new(OneStream(camera.Url) + "shutdown: {drain: 5m}\n");
        ProxyProcess proxy = await StartProxyAsync("--config", file.Path);
        await using RawPlayer player = await RawPlayer.ConnectAsync(proxy.PlayUrl, tcp: true);
        await player.PlayAsync();
        await WaitUntilAsync("media", () => player.Tracks[0].Packets > 25);

        proxy.Process.Signal(ChildProcess.SigTerm);
        await using RawPlayer late = await RawPlayer.ConnectAsync(proxy.PlayUrl, tcp: true);
        await WaitUntilAsync("a refusal", () => late.RequestAsync("DESCRIBE", proxy.PlayUrl).GetAwaiter().GetResult().Status == 503);
        long packets = player.Tracks[0].Packets;
        await WaitUntilAsync("more media", () => player.Tracks[0].Packets > packets + 25);
        Assert.False(proxy.Process.HasExited);
        await player.TeardownAsync();

        Assert.Equal(0, await proxy.Process.WaitForExitAsync(Soon));
    }

    private static void WriteVersion(DirectoryInfo above, string name, string text)
    {
        string directory = above.CreateSubdirectory(name).FullName;
        File.WriteAllText(Path.Combine(directory, "config.yaml"), text);
    }

    /// <summary>By TCP at once: over UDP another way is tried when the first packet is late.</summary>
    private static string OneStream(string url) => $"streams:\n  first:\n    source: {url}\n    transport: tcp\n    linger: 1s\n";

    private static string Write(int port, int[] holdSeconds)
    {
        StringBuilder text = new("streams:\n");
        for (int i = 0; i < holdSeconds.Length; i++)
        {
            text.Append(CultureInfo.InvariantCulture, $"  cam{i + 1}: {{source: \"rtsp://127.0.0.1:{port}/cam{i + 1}\", transport: tcp, alwaysOn: true, hold: {holdSeconds[i]}s}}\n");
        }

        return text.ToString();
    }

    /// <summary>One for each viewer and for each camera over TCP; the crowd's own report says at the end whether all of them were there.</summary>
    private static Task WaitForSocketsAsync(ProxyProcess proxy, int sockets) => WaitUntilAsync(
        $"{sockets} sockets", () => Directory.GetFiles($"/proc/{proxy.Process.Pid}/fd").Length > sockets);
}
