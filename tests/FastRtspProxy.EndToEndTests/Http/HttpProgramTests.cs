using System.Net;
using System.Net.Http.Json;
using System.Net.Security;
using System.Net.Sockets;
using FastRtspProxy.EndToEndTests.Configuration;
using FastRtspProxy.EndToEndTests.Players;
using FastRtspProxy.EndToEndTests.Processes;
using Xunit.Abstractions;

namespace FastRtspProxy.EndToEndTests.Http;

/// <summary>The native binary with its HTTP server: how it is started, who may ask, what it changes, and what strangers cannot do.</summary>
public sealed class HttpProgramTests(ITestOutputHelper log) : EndToEndTest(log)
{
    private const string Token = "a-token-of-sixteen-and-more";

    [Fact]
    public async Task Demo_PrintsThePagesAddressLastAndServesIt()
    {
        ProxyProcess proxy = await StartProxyAsync("--demo");
        await proxy.Process.WaitAsync("the page's address", static lines => lines.Any(static line => line.Text.Contains("http://", StringComparison.Ordinal)), Soon);

        // Of what is said of addresses; anything else may follow.
        string last = proxy.Process.Lines().Last(static line =>
            line.Text.Contains("http://", StringComparison.Ordinal) || line.Text.Contains("Play this stream", StringComparison.Ordinal)).Text;
        Uri page = new(last[last.IndexOf("http://", StringComparison.Ordinal)..]);
        using HttpClient client = new();

        Assert.Equal("/", page.AbsolutePath);
        Assert.Equal("ok\n", await client.GetStringAsync(new Uri(page, "/healthz")));
        HttpResponseMessage index = await client.GetAsync(page);
        Assert.Equal((HttpStatusCode.OK, "text/html"), (index.StatusCode, index.Content.Headers.ContentType?.MediaType));
    }

    [Fact]
    public async Task HealthCheck_SaysWhetherTheProxyLives()
    {
        int port = FreePorts.Next();
        string at = $"127.0.0.1:{port}";
        SimulatedCamera camera = await StartSimulatorAsync();
        ProxyProcess proxy = await StartProxyAsync("--http", at, camera.Urls[0]);

        Assert.Equal((0, $"http://{at}/healthz: ok"), await CheckAsync(at));
        proxy.Process.Signal(ChildProcess.SigTerm);
        Assert.Equal(0, await proxy.Process.WaitForExitAsync(Soon));
        (int status, string line) = await CheckAsync(at);
        Assert.Equal(1, status);
        Assert.Contains("Is it started with --http", line, StringComparison.Ordinal);
    }

    /// <summary>A stream that a request makes plays, survives a restart, and goes when a request says so; the hook hears of it.</summary>
    [Fact]
    public async Task Stream_MadeByARequest_PlaysSurvivesARestartAndGoes()
    {
        SimulatedCamera camera = await StartSimulatorAsync("--streams", "2", "--path", "cam{0}");
        int port = FreePorts.Next();
        await using HookReceiver hook = new("geheim");
        using ConfigFile file = new($$$"""
            http: {listen: "127.0.0.1:{{{port}}}", token: {{{Token}}}}
            streamsDirectory: made
            hooks: [{url: "{{{hook.Url}}}", secret: geheim, timeout: 60s, events: [stream.added, stream.removed]}]
            streams:
              first: {source: "{{{camera.Urls[0]}}}"}
            """);
        using HttpClient client = new() { BaseAddress = new Uri($"http://127.0.0.1:{port}/api/v1/") };
        client.DefaultRequestHeaders.Add("Authorization", "Bearer " + Token);
        ProxyProcess proxy = await StartProxyAsync("--config", file.Path);
        HttpResponseMessage made = await client.PutAsJsonAsync("streams/gate%2F1", new { source = camera.Urls[1], password = "kamera", username = "proxy" });
        string body = await made.Content.ReadAsStringAsync();
        Assert.True(made.StatusCode == HttpStatusCode.Created, body);
        Assert.DoesNotContain("kamera", body, StringComparison.Ordinal);
        await WaitUntilAsync("the hook hears of it", () => hook.Types.Contains("stream.added"));
        await DecodesAsync($"rtsp://127.0.0.1:{proxy.Port}/gate/1");
        Assert.Equal(HttpStatusCode.Conflict, (await client.DeleteAsync("streams/first")).StatusCode);
        proxy.Process.Signal(ChildProcess.SigTerm);
        Assert.Equal(0, await proxy.Process.WaitForExitAsync(Soon));

        ProxyProcess again = await StartProxyForAsync(2, "--config", file.Path);
        await DecodesAsync($"rtsp://127.0.0.1:{again.Port}/gate/1");
        Assert.Equal(HttpStatusCode.NoContent, (await client.DeleteAsync("streams/gate%2F1")).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await client.GetAsync("streams/gate%2F1")).StatusCode);
        await WaitUntilAsync("the hook hears of its end", () => hook.Types.Contains("stream.removed"));
        Assert.Equal(["stream.added", "stream.removed"], hook.Types);
        Assert.All(hook.Signatures, static isRight => Assert.True(isRight));
    }

    [Fact]
    public async Task Https_WithTheCertificateOfRtsps_Answers()
    {
        using TestCertificate certificate = new();
        SimulatedCamera camera = await StartSimulatorAsync();
        int port = FreePorts.Next();
        using ConfigFile file = new($$$"""
            http: {listen: "127.0.0.1:{{{port}}}", tls: true, token: {{{Token}}}}
            rtsps: {certificates: [{certificate: "{{{certificate.WithKey}}}"}]}
            streams: {cam: {source: "{{{camera.Urls[0]}}}"}}
            """);
        await StartProxyAsync("--config", file.Path);
        using SocketsHttpHandler handler = new()
        {
            SslOptions = { RemoteCertificateValidationCallback = static (_, shown, _, errors) => shown is not null && !errors.HasFlag(SslPolicyErrors.RemoteCertificateNameMismatch) },
        };
        using HttpClient client = new(handler) { BaseAddress = new Uri($"https://127.0.0.1:{port}/") };

        Assert.Equal("ok\n", await client.GetStringAsync("healthz"));
        Assert.Equal(HttpStatusCode.Unauthorized, (await client.GetAsync("api/v1/streams")).StatusCode);
        Assert.Equal((0, $"https://127.0.0.1:{port}/healthz: ok"), await CheckAsync(null, "--config", file.Path));
    }

    /// <summary>Connections that send half a request, far more than may be open: viewers lose nothing, and who asks afterwards is answered.</summary>
    [Fact]
    public async Task SlowConnections_InACrowd_CostViewersNothing()
    {
        const int Connections = 2000;
        int port = FreePorts.Next();
        SimulatedCamera camera = await StartSimulatorAsync("--video", "h264", "--audio", "none", "--bitrate", "1M", "--gop", "25");
        ProxyProcess proxy = await StartProxyAsync("--http", $"127.0.0.1:{port}", camera.Urls[0]);
        ChildProcess crowd = StartProgram(
            "viewers", Prerequisites.SimulatorBinary,
            ["load", proxy.PlayUrl, "--clients", "20", "--transport", "udp,tcp", "--duration", "10s", "--timeout", "60s", "--verify", "--max-loss", "0", "--min-clients", "20", "--plain"]);
        List<Socket> slow = [];
        try
        {
            for (int i = 0; i < Connections; i++)
            {
                Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
                slow.Add(socket);
                try
                {
                    await socket.ConnectAsync(IPAddress.Loopback, port);
                    await socket.SendAsync("GET /api/v1/streams HTTP/1.1\r\nHost: 127"u8.ToArray());
                }
                catch (SocketException)
                {
                    // Refused: there are as many as may be.
                }
            }

            Assert.True(await crowd.WaitForExitAsync(Soon + Soon) == 0, crowd.Transcript(60));
        }
        finally
        {
            slow.ForEach(static socket => socket.Dispose());
        }

        using HttpClient client = new();
        await WaitUntilAsync("an answer afterwards", () => IsAliveAsync(client, port).GetAwaiter().GetResult());
    }

    private static async Task<bool> IsAliveAsync(HttpClient client, int port)
    {
        try
        {
            return (await client.GetAsync(new Uri($"http://127.0.0.1:{port}/healthz"))).IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    private Task<(int Status, string Line)> CheckAsync(string? at, params string[] arguments) => CheckHealthAsync(
        () => StartProgram("health check", Prerequisites.ProxyBinary, ["--healthcheck", .. at is null ? [] : (string[])["--http", at], .. arguments]));

    private async Task DecodesAsync(string url)
    {
        FfmpegPlayer player = StartFfmpeg(url, "tcp", 2);
        Assert.Equal(0, await player.Process.WaitForExitAsync(Soon));
        Assert.True(player.Decoded()[0].Frames > 10);
    }
}
