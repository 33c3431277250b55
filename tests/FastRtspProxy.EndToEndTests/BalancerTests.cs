using System.Globalization;
using FastRtspProxy.EndToEndTests.Configuration;
using FastRtspProxy.EndToEndTests.Players;
using FastRtspProxy.EndToEndTests.Processes;
using Xunit.Abstractions;

namespace FastRtspProxy.EndToEndTests;

/// <summary>HAProxy between players and the proxy, with PROXY headers of both versions: who watches is the player, not the balancer.</summary>
public sealed class BalancerTests(ITestOutputHelper log) : EndToEndTest(log)
{
    private const string Refused = "A connection from " + HaProxyProcess.Address + " was closed: ";
    private const int CheckTries = 3;

    private HaProxyProcess? _balancer;

    [Theory]
    [InlineData("send-proxy", "127.0.0.1")]
    [InlineData("send-proxy-v2", "127.0.0.1")]
    [InlineData("send-proxy-v2 proxy-v2-options crc32c,unique-id", "127.0.0.1")]
    [InlineData("send-proxy", "[::1]")]
    [InlineData("send-proxy-v2", "[::1]")]
    public async Task Probe_ThroughHaProxy_FindsTheTracksAndTheLogNamesThePlayer(string options, string host)
    {
        (ProxyProcess proxy, string url) = await StartBothAsync(options, host);

        ChildProcess probe = StartProgram(
            "ffprobe", "/usr/bin/ffprobe", "-hide_banner", "-loglevel", "error", "-rtsp_transport", "tcp",
            "-show_entries", "stream=codec_name,width,height", "-of", "csv=p=0", url);

        Assert.Equal(0, await probe.WaitForExitAsync(Soon));
        Assert.Contains(probe.Lines(), static line => line.Text == "h264,320,240");
        await proxy.Process.WaitForLineAsync(
            "a session of the player", line => line.Text.Contains($"Viewer {host}:", StringComparison.Ordinal) && line.Text.Contains("opened session", StringComparison.Ordinal), Soon);
        Assert.DoesNotContain(proxy.Process.Lines(), static line => line.Text.Contains(HaProxyProcess.Address, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("tcp")]
    [InlineData("http")]
    public async Task Play_ThroughHaProxy_DecodesEveryFrame(string transport)
    {
        (_, string url) = await StartBothAsync("send-proxy-v2", "127.0.0.1");

        IReadOnlyList<DecodedTrack> decoded = await StartFfmpeg(url, transport, 3).FinishAsync(Soon);

        AssertVideo(decoded[0], 3);
    }

    /// <summary>HAProxy passes TLS on as it comes: behind its header follows the player's handshake with us.</summary>
    [Fact]
    public async Task Play_OverTlsThroughHaProxy_DecodesEveryFrameAndTheLogNamesThePlayer()
    {
        using TestCertificate certificate = new();
        CameraProcess camera = await StartCameraAsync("h264");
        int port = FreePorts.Next();
        using ConfigFile file = new(string.Create(CultureInfo.InvariantCulture, $"""
            rtsp:
              proxyProtocol:
                from: [{HaProxyProcess.Address}]
            rtsps:
              listen: [{port}]
              certificates: [{"{"}certificate: {certificate.WithKey}{"}"}]
            log:
              level: debug
            streams:
              proxyStream:
                source: {camera.Url}

            """));
        ProxyProcess proxy = await StartProxyAsync("--config", file.Path);
        await camera.WaitForRequestAsync("DESCRIBE", Soon);
        HaProxyProcess balancer = await StartHaProxyAsync(port, "send-proxy-v2");

        string url = string.Create(CultureInfo.InvariantCulture, $"rtsps://127.0.0.1:{balancer.Port}/proxyStream");
        IReadOnlyList<DecodedTrack> decoded = await StartFfmpeg(url, "tcp", 3).FinishAsync(Soon);

        AssertVideo(decoded[0], 3);
        Assert.Contains(proxy.Process.Lines(), static line => line.Text.Contains("Viewer 127.0.0.1:", StringComparison.Ordinal));
        Assert.DoesNotContain(proxy.Process.Lines(), static line => line.Text.Contains(HaProxyProcess.Address, StringComparison.Ordinal));
    }

    /// <summary>Past a balancer go no datagrams; on the proxy's own port beside it they do.</summary>
    [Fact]
    public async Task Play_OverUdp_IsRefusedThroughHaProxyAndServedBesideIt()
    {
        (ProxyProcess proxy, string url) = await StartBothAsync("send-proxy-v2", "127.0.0.1");

        ChildProcess refused = StartProgram("ffprobe", "/usr/bin/ffprobe", "-hide_banner", "-loglevel", "error", "-rtsp_transport", "udp", url);
        await StartFfmpeg(proxy.PlayUrl, "udp").WaitForVideoFramesAsync(50, Soon);

        Assert.NotEqual(0, await refused.WaitForExitAsync(Soon));
        Assert.Contains(refused.Lines(), static line => line.Text.Contains("461", StringComparison.Ordinal) || line.Text.Contains("Unsupported Transport", StringComparison.OrdinalIgnoreCase));
    }

    /// <summary>
    /// With a header (LOCAL) or without a byte, ten a second while somebody plays: HAProxy sees a server that is up, and nobody is told of anything. It takes one that stands still for a third of a second for one that
    /// is down: the test begins anew when it fails with that, and the third one counts in any case.
    /// </summary>
    [Theory]
    [InlineData("send-proxy check-send-proxy check inter 100ms")]
    [InlineData("send-proxy-v2 check-send-proxy check inter 100ms")]
    [InlineData("send-proxy-v2 check inter 100ms port {port}")]
    public async Task Check_ByHaProxy_DoesNoHarm(string options)
    {
        for (int tries = 1; ; tries++)
        {
            (ProxyProcess proxy, string url) = await StartBothAsync(options, "127.0.0.1");
            try
            {
                IReadOnlyList<DecodedTrack> decoded = await StartFfmpeg(url, "tcp", 4).FinishAsync(Soon);

                AssertVideo(decoded[0], 4);
                Assert.DoesNotContain(proxy.Process.Lines(), static line => line.Text.Contains(Refused, StringComparison.Ordinal));
                return;
            }
            catch (Exception e) when (tries < CheckTries && _balancer?.Process.Lines().Any(static line => line.Text.Contains(" is DOWN", StringComparison.Ordinal)) == true)
            {
                Log.WriteLine($"HAProxy took the proxy for one that is down, and the test begins anew: {e.Message}");
            }
        }
    }

    [Fact]
    public async Task Connect_FromABalancerThatSendsNoHeader_IsClosedAndSaid()
    {
        (ProxyProcess proxy, string url) = await StartBothAsync("", "127.0.0.1");

        ChildProcess probe = StartProgram("ffprobe", "/usr/bin/ffprobe", "-hide_banner", "-loglevel", "error", "-rtsp_transport", "tcp", url);

        Assert.NotEqual(0, await probe.WaitForExitAsync(Soon));
        await proxy.Process.WaitForLineAsync(
            "the reason", static line => line.Text.Contains(Refused, StringComparison.Ordinal) && line.Text.Contains("send-proxy-v2", StringComparison.Ordinal), Soon);
    }

    [Fact]
    public async Task Connect_FromABalancerThatIsNotConfigured_IsClosedAndSaid()
    {
        (ProxyProcess proxy, string url) = await StartBothAsync("send-proxy-v2", "127.0.0.1", from: "192.0.2.0/24");

        ChildProcess probe = StartProgram("ffprobe", "/usr/bin/ffprobe", "-hide_banner", "-loglevel", "error", "-rtsp_transport", "tcp", url);

        Assert.NotEqual(0, await probe.WaitForExitAsync(Soon));
        await proxy.Process.WaitForLineAsync(
            "the reason", static line => line.Text.Contains(Refused + "it begins with a PROXY header, and rtsp.proxyProtocol.from does not name this address", StringComparison.Ordinal), Soon);
    }

    /// <summary>The proxy in front of a camera, and HAProxy in front of the proxy; the URL is the one through HAProxy.</summary>
    private async Task<(ProxyProcess Proxy, string Url)> StartBothAsync(string serverOptions, string host, string from = HaProxyProcess.Address)
    {
        CameraProcess camera = await StartCameraAsync("h264");
        using ConfigFile file = new($"""
            rtsp:
              proxyProtocol:
                from: [{from}]
            log:
              level: debug
            streams:
              proxyStream:
                source: {camera.Url}

            """);
        ProxyProcess proxy = await StartProxyAsync("--config", file.Path);
        await camera.WaitForRequestAsync("DESCRIBE", Soon);
        string options = serverOptions.Replace("{port}", proxy.Port.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal);
        _balancer = await StartHaProxyAsync(proxy.Port, options);
        return (proxy, string.Create(CultureInfo.InvariantCulture, $"rtsp://{host}:{_balancer.Port}/proxyStream"));
    }
}
