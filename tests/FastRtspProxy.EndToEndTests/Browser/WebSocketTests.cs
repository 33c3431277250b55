using System.Globalization;
using System.Text.Json;
using FastRtspProxy.EndToEndTests.Configuration;
using FastRtspProxy.EndToEndTests.Processes;
using Microsoft.Playwright;
using Xunit.Abstractions;

namespace FastRtspProxy.EndToEndTests.Browser;

/// <summary>RTSP over WebSocket with what others wrote: a page in a browser, and a library of npm. Both speak RTSP by the same script.</summary>
[Collection(BrowserFixture.Name)]
public sealed class WebSocketTests(ITestOutputHelper log, BrowserFixture fixture) : EndToEndTest(log), IDisposable
{
    /// <summary>Two seconds, with two key frames.</summary>
    private const int Pictures = 50;

    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(40);
    private static readonly string s_script = Path.Combine(AppContext.BaseDirectory, "Browser", "rtsp_over_websocket.js");

    private readonly TestCertificate _certificate = new();
    private ConfigFile? _file;

    public void Dispose()
    {
        _certificate.Dispose();
        _file?.Dispose();
    }

    [Fact]
    public async Task Play_InAPage_EveryPictureComesUnlessItIsOfAnotherServer()
    {
        using BlankPage friend = new();
        using BlankPage stranger = new();
        (ProxyProcess proxy, _) = await StartAsync($"http://{BrowserFixture.PlainHost}:{friend.Port}");

        JsonElement[] seen = await Task.WhenAll(
            WatchInPageAsync($"http://{BrowserFixture.PlainHost}:{friend.Port}/", proxy),
            WatchInPageAsync($"http://127.0.0.1:{stranger.Port}/", proxy), // of this host
            WatchInPageAsync($"http://{BrowserFixture.PlainHost}:{stranger.Port}/", proxy));

        AssertWatched(seen[0]);
        AssertWatched(seen[1]);
        Assert.True(seen[2].TryGetProperty("error", out _), seen[2].ToString());
        await proxy.Process.WaitForLineAsync("the refusal", line => line.Text.Contains($"A page of \"http://{BrowserFixture.PlainHost}:{stranger.Port}\" at 127.0.0.1 may not", StringComparison.Ordinal), Soon);
    }

    [Fact]
    public async Task Play_ByALibraryOfNpm_EveryPictureComesInTheClearAndByTls()
    {
        (ProxyProcess proxy, int securePort) = await StartAsync("https://nvr.example");

        JsonElement[] seen = await Task.WhenAll(WatchByNodeAsync($"ws://127.0.0.1:{proxy.Port}/", proxy), WatchByNodeAsync($"wss://127.0.0.1:{securePort}/", proxy));

        Assert.All(seen, static one =>
        {
            AssertWatched(one);
            Assert.Equal(3001, one.GetProperty("closed").GetInt32()); // our answer to its code
        });
    }

    private async Task<(ProxyProcess Proxy, int SecurePort)> StartAsync(string allowedOrigin)
    {
        SimulatedCamera camera = await StartSimulatorAsync("--video", "h264", "--bitrate", "4M", "--gop", "25");
        int securePort = FreePorts.Next();
        _file = new ConfigFile($$"""
            rtsp:
              listen: ":{{FreePorts.Next()}}"
              bind: 127.0.0.1
              webSocket: {enabled: true, allowOrigins: ["{{allowedOrigin}}"]}
            rtsps: {listen: ":{{securePort}}", certificates: [{certificate: {{_certificate.WithKey}}}]}
            streams:
              cam: {source: "{{camera.Urls[0]}}"}
            """);
        return (await StartProxyAsync("--config", _file.Path), securePort);
    }

    private async Task<JsonElement> WatchInPageAsync(string address, ProxyProcess proxy)
    {
        await using IBrowserContext context = await fixture.Browser.NewContextAsync();
        context.SetDefaultTimeout((float)s_limit.TotalMilliseconds);
        IPage page = await context.NewPageAsync();
        await page.GotoAsync(address);
        await page.AddScriptTagAsync(new PageAddScriptTagOptions { Path = s_script });
        return await page.EvaluateAsync<JsonElement>(
            "([at, url, pictures]) => watch(new WebSocket(at, 'rtsp.onvif.org'), url, pictures).catch(error => ({ error: String(error) }))",
            new object[] { $"ws://127.0.0.1:{proxy.Port}/any", proxy.PlayUrl, Pictures });
    }

    private async Task<JsonElement> WatchByNodeAsync(string at, ProxyProcess proxy)
    {
        ChildProcess node = StartProgram(
            "node", "/usr/bin/env", $"NODE_PATH={Prerequisites.NodeLibraries}", Prerequisites.Node, s_script, at, proxy.PlayUrl, Pictures.ToString(CultureInfo.InvariantCulture));
        Assert.True(await node.WaitForExitAsync(s_limit) == 0, node.Transcript(40));
        return JsonDocument.Parse(node.Lines().Single(static line => line.Text.StartsWith('{')).Text).RootElement;
    }

    /// <summary>No message ends in the middle of an answer or of a frame, and nothing is lost but by a peer that stands still for seconds.</summary>
    private static void AssertWatched(JsonElement seen)
    {
        Assert.False(seen.TryGetProperty("error", out _), seen.ToString());
        Assert.Equal("rtsp.onvif.org", seen.GetProperty("protocol").GetString());
        Assert.InRange(seen.GetProperty("pictures").GetInt32(), Pictures, Pictures * 20);
        Assert.Equal(0, seen.GetProperty("cut").GetInt32());
        Assert.InRange(seen.GetProperty("gaps").GetInt32(), 0, 40);
    }
}
