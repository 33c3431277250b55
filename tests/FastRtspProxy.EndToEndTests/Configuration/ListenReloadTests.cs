using System.Globalization;
using System.Net;
using System.Net.Sockets;
using FastRtspProxy.EndToEndTests.Players;
using FastRtspProxy.EndToEndTests.Processes;
using FastRtspProxy.EndToEndTests.RawClient;
using Xunit.Abstractions;

namespace FastRtspProxy.EndToEndTests.Configuration;

/// <summary>Addresses that change while the program runs: that listener alone is another one, and whoever came by the old one stays.</summary>
public sealed class ListenReloadTests(ITestOutputHelper log) : EndToEndTest(log), IDisposable
{
    /// <summary>Because of a signal: besides, the file is found changed when the signal is late.</summary>
    private const string Taken = "The configuration was read again (SIGHUP): ";
    private const string NotTaken = "cannot be used; the one before goes on";
    private const string Found = "The configuration was read again (the file has changed): ";
    private const string Token = "a-token-of-sixteen-and-more";
    private const int RequestTries = 3;

    private readonly TestCertificate _certificate = new();

    /// <summary>Who is asked to read its file again.</summary>
    private ProxyProcess? _asked;

    public void Dispose() => _certificate.Dispose();

    /// <summary>While verified viewers watch; a client that has one connection asks by it before and afterwards.</summary>
    [Fact]
    public async Task SigHup_HttpAtAnotherAddress_IsServedThereAndNobodyLosesAnything()
    {
        SimulatedCamera camera = await StartSimulatorAsync("--video", "h264", "--audio", "none", "--bitrate", "1M", "--gop", "25");
        int first = FreePorts.Next();
        int second = FreePorts.Next();
        using ConfigFile file = new(Http(first) + Stream(camera));
        ProxyProcess proxy = await StartProxyAsync("--config", file.Path);
        ChildProcess load = StartProgram(
            "viewers", Prerequisites.SimulatorBinary, "load", proxy.PlayUrl, "--clients", "10", "--transport", "udp,tcp", "--duration", "8s", "--timeout", "60s", "--verify",
            "--max-loss", "0", "--min-clients", "10", "--plain");
        using HttpClient before = ClientOf(first);
        Assert.Equal("ok\n", await before.GetStringAsync("healthz"));

        for (int i = 0; i < 6; i++)
        {
            await ReloadAsync(proxy, file, Http(i % 2 == 0 ? second : first) + Stream(camera), i + 1);
        }

        await ReloadAsync(proxy, file, Http(second) + Stream(camera), 7);
        using HttpClient after = ClientOf(second);
        Assert.Equal("ok\n", await after.GetStringAsync("healthz"));
        Assert.Equal("ok\n", await before.GetStringAsync("healthz"));
        await AssertNobodyListensAsync(first);
        Assert.True(await load.WaitForExitAsync(TimeSpan.FromSeconds(90)) == 0, load.Transcript(60));
        Assert.Contains(proxy.Process.Lines(), line => line.Text.Contains($"HTTP is served at http://127.0.0.1:{second}", StringComparison.Ordinal));
    }

    /// <summary>The connection that asks for it gets its answer, and lives on.</summary>
    [Fact]
    public Task ApiReload_HttpAtAnotherAddress_AnswersWhoAskedAndServesThere() => BeforeItIsFoundAsync(async () =>
    {
        SimulatedCamera camera = await StartSimulatorAsync();
        int first = FreePorts.Next();
        int second = FreePorts.Next();
        using ConfigFile file = new(Http(first) + Stream(camera));
        _asked = await StartProxyAsync("--config", file.Path);
        using HttpClient client = ClientOf(first);
        Assert.Equal("ok\n", await client.GetStringAsync("healthz"));
        file.Replace(Http(second) + Stream(camera));

        using HttpResponseMessage response = await client.PostAsync("api/v1/reload", null);

        string body = await response.Content.ReadAsStringAsync();
        Assert.True(response.StatusCode == HttpStatusCode.OK, body);
        Assert.Contains("http.listen", body, StringComparison.Ordinal);
        Assert.Equal("ok\n", await client.GetStringAsync("healthz"));
        using HttpClient after = ClientOf(second);
        Assert.Equal("ok\n", await after.GetStringAsync("healthz"));
        await AssertNobodyListensAsync(first);
    });

    [Fact]
    public Task ApiReload_HttpIsGone_AnswersWhoAskedAndComesBackByASignal() => BeforeItIsFoundAsync(async () =>
    {
        SimulatedCamera camera = await StartSimulatorAsync();
        int port = FreePorts.Next();
        using ConfigFile file = new(Http(port) + Stream(camera));
        ProxyProcess proxy = _asked = await StartProxyAsync("--config", file.Path);
        using HttpClient client = ClientOf(port);
        Assert.Equal("ok\n", await client.GetStringAsync("healthz"));
        file.Replace(Stream(camera));

        using HttpResponseMessage response = await client.PostAsync("api/v1/reload", null);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        await AssertNobodyListensAsync(port);
        await ReloadAsync(proxy, file, Http(port) + Stream(camera), 1);
        using HttpClient again = ClientOf(port);
        Assert.Contains("\"streams\":[", await again.GetStringAsync("api/v1/streams"), StringComparison.Ordinal);
    });

    [Fact]
    public async Task SigHup_HttpOfAProgramThatHadNone_ServesEverything()
    {
        SimulatedCamera camera = await StartSimulatorAsync();
        int port = FreePorts.Next();
        using ConfigFile file = new(Stream(camera));
        ProxyProcess proxy = await StartProxyAsync("--config", file.Path);

        await ReloadAsync(proxy, file, $"rtsps: {{certificates: [{{certificate: \"{_certificate.WithKey}\"}}]}}\n" + Http(port, ", tls: true") + Stream(camera), 1);

        using HttpClient client = ClientOf(port, "https");
        Assert.Equal("ok\n", await client.GetStringAsync("healthz"));
        Assert.Contains("fastrtspproxy_build_info", await client.GetStringAsync("metrics"), StringComparison.Ordinal);
        Assert.Contains("\"cam\"", await client.GetStringAsync("api/v1/streams"), StringComparison.Ordinal);
        Assert.Contains("\"lines\"", await client.GetStringAsync("api/v1/log"), StringComparison.Ordinal);
        using HttpResponseMessage page = await client.GetAsync(new Uri("/", UriKind.Relative));
        Assert.Equal(HttpStatusCode.OK, page.StatusCode);
    }

    [Fact]
    public async Task SigHup_RtspsComesMovesAndGoes_ViewersOfEachPortPlayOn()
    {
        CameraProcess camera = await StartCameraAsync("h264");
        string stream = $"streams: {{cam: {{source: \"{camera.Url}\", transport: tcp}}}}\n"; // over UDP another way is tried when the first packet is late
        int first = FreePorts.Next();
        int second = FreePorts.Next();
        using ConfigFile file = new(stream);
        ProxyProcess proxy = await StartServingProxyAsync("--config", file.Path);

        await ReloadAsync(proxy, file, Rtsps(first) + stream, 1);
        FfmpegPlayer one = StartFfmpeg($"rtsps://127.0.0.1:{first}/cam", "tcp");
        await one.WaitForVideoFramesAsync(25, Soon);
        await ReloadAsync(proxy, file, Rtsps(second) + stream, 2);
        FfmpegPlayer two = StartFfmpeg($"rtsps://127.0.0.1:{second}/cam", "tcp");
        await two.WaitForVideoFramesAsync(25, Soon);
        await AssertNobodyListensAsync(first);
        await ReloadAsync(proxy, file, stream, 3);
        await AssertNobodyListensAsync(second);

        int frames = one.VideoFrames;
        await one.WaitForVideoFramesAsync(frames + 50, Soon);
        frames = two.VideoFrames;
        await two.WaitForVideoFramesAsync(frames + 50, Soon);
        camera.AssertReadOnce();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task SigHup_APortThatAnotherProgramHas_SaysItAndChangesNothing(bool isHttp)
    {
        SimulatedCamera camera = await StartSimulatorAsync();
        int http = FreePorts.Next();
        int rtsps = FreePorts.Next();
        using TcpListener other = new(IPAddress.Any, FreePorts.Next());
        other.Start();
        int taken = ((IPEndPoint)other.LocalEndpoint).Port;
        using ConfigFile file = new(Http(http) + Rtsps(rtsps) + Stream(camera));
        ProxyProcess proxy = await StartProxyAsync("--config", file.Path);

        file.Replace((isHttp ? Http(taken) + Rtsps(rtsps) : Http(http) + Rtsps(taken)) + Stream(camera) + $"  second: {{source: \"{camera.Urls[0]}\"}}\n");
        proxy.Process.Signal(ChildProcess.SigHup);

        await proxy.Process.WaitForLineAsync("the refusal", static line => line.Text.Contains(NotTaken, StringComparison.Ordinal), Soon);
        Assert.Contains(proxy.Process.Lines(), line => line.Text.Contains($"{taken}", StringComparison.Ordinal) && line.Text.Contains("Address already in use", StringComparison.Ordinal));
        using HttpClient client = ClientOf(http);
        Assert.DoesNotContain("\"second\"", await client.GetStringAsync("api/v1/streams"), StringComparison.Ordinal);
        using TcpClient secure = new();
        await secure.ConnectAsync(IPAddress.Loopback, rtsps);
        await using RawPlayer player = await RawPlayer.ConnectAsync(proxy.PlayUrl, tcp: true);
        await player.PlayAsync();
        await WaitUntilAsync("media", () => player.Tracks[0].Packets > 25);
    }

    /// <summary>The signal comes as soon as the program has a handler for it, which is before it has read the file.</summary>
    [Fact]
    public async Task SigHup_WhileTheFileIsReadForTheFirstTime_IsKept()
    {
        SimulatedCamera camera = await StartSimulatorAsync();
        string many = string.Concat(Enumerable.Range(0, 1500).Select(static i => $"  \"many-{i}-*\": {{source: \"rtsp://192.0.2.1/{i}/${{1}}\"}}\n"));
        using ConfigFile file = new(Stream(camera) + many);
        ChildProcess proxy = StartProgram("proxy", Prerequisites.ProxyBinary, "--config", file.Path, "-p", FreePorts.Next().ToString(CultureInfo.InvariantCulture));
        await WaitUntilAsync("a handler", () => IsHangUpCaught(proxy.Pid));

        proxy.Signal(ChildProcess.SigHup);

        await proxy.WaitForLineAsync("the reload", static line => line.Text.Contains(Taken, StringComparison.Ordinal), TimeSpan.FromSeconds(60));
        Assert.False(proxy.HasExited);
    }

    private static bool IsHangUpCaught(int pid) => File.ReadLines($"/proc/{pid}/status")
        .Where(static line => line.StartsWith("SigCgt:", StringComparison.Ordinal))
        .Any(static line => (ulong.Parse(line.AsSpan("SigCgt:".Length).Trim(), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture) & 1) != 0);

    private static string Http(int port, string more = "") =>
        string.Create(CultureInfo.InvariantCulture, $"http: {{listen: \"127.0.0.1:{port}\", token: {Token}{more}}}\n");

    private static string Stream(SimulatedCamera camera) => $"streams:\n  cam: {{source: \"{camera.Urls[0]}\"}}\n";

    private static HttpClient ClientOf(int port, string scheme = "http")
    {
        SocketsHttpHandler handler = new() { SslOptions = { RemoteCertificateValidationCallback = static (_, shown, _, _) => shown is not null } };
        HttpClient client = new(handler) { BaseAddress = new Uri($"{scheme}://127.0.0.1:{port}/") };
        client.DefaultRequestHeaders.Add("Authorization", "Bearer " + Token);
        return client;
    }

    private static async Task AssertNobodyListensAsync(int port)
    {
        using TcpClient client = new();
        await Assert.ThrowsAsync<SocketException>(() => client.ConnectAsync(IPAddress.Loopback, port));
    }

    private static async Task ReloadAsync(ProxyProcess proxy, ConfigFile file, string text, int count)
    {
        file.Replace(text);
        proxy.Process.Signal(ChildProcess.SigHup);
        await proxy.Process.WaitAsync(
            $"reload {count}", lines => lines.Count(static line => line.Text.Contains(Taken, StringComparison.Ordinal)) >= count, Soon);
    }

    /// <summary>
    /// The program finds a changed file by itself after a second or two, for which a machine may stand still: the request then comes too late, and has nothing to change. The test begins anew when it
    /// fails with one, and the third one counts in any case.
    /// </summary>
    private async Task BeforeItIsFoundAsync(Func<Task> test)
    {
        for (int tries = 1; ; tries++)
        {
            try
            {
                await test();
                return;
            }
            catch (Exception e) when (tries < RequestTries && _asked?.Process.Lines().Any(static line => line.Text.Contains(Found, StringComparison.Ordinal)) == true)
            {
                Log.WriteLine($"The file was found changed before the request came, and the test begins anew: {e.Message}");
            }
        }
    }

    private string Rtsps(int port) =>
        string.Create(CultureInfo.InvariantCulture, $"rtsps: {{listen: \":{port}\", certificates: [{{certificate: \"{_certificate.WithKey}\"}}]}}\n");
}
