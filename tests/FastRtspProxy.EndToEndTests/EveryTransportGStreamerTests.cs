using System.Globalization;
using FastRtspProxy.EndToEndTests.Processes;
using Xunit.Abstractions;

namespace FastRtspProxy.EndToEndTests;

/// <summary>
/// GStreamer's RTSP server as the camera. Not by multicast: it binds its groups' ports for itself alone, so nobody on the same machine can receive there.
/// </summary>
public sealed class EveryTransportGStreamerTests(ITestOutputHelper log) : EveryTransportTest(log)
{
    [Theory]
    [InlineData("udp")]
    [InlineData("tcp")]
    [InlineData("http")]
    public async Task Play_ByEveryTransport_EachPlayerDecodesBothTracks(string backend)
    {
        CameraProcess camera = await StartCameraAsync("h264,aac");
        string[] options = backend switch
        {
            "tcp" => ["-t"],
            "http" => ["-T", camera.Port.ToString(CultureInfo.InvariantCulture)],
            _ => [],
        };
        ProxyProcess proxy = await StartServingProxyAsync([.. options, camera.Url]);

        await AssertPlaysEverywhereAsync(proxy);

        camera.AssertReadOnce();
    }

    [Fact]
    public async Task Play_OverTls_TheCertificateIsCheckedAndTheMediaDecodes()
    {
        using TestCertificate certificate = new();
        CameraProcess camera = await StartCameraAsync("h264,aac", "--tls", certificate.WithKey);
        ProxyProcess wary = await StartProxyAsync(camera.Url);
        await wary.Process.WaitForLineAsync(
            "that the certificate is not trusted", line => line.IsError && line.Text.Contains("certificate", StringComparison.Ordinal), Soon);
        Assert.Equal(0, camera.Requests("DESCRIBE"));

        // OpenSSL's own variable for the authorities that this machine trusts.
        ProxyProcess proxy = await StartProxyAsync([camera.Url], ("SSL_CERT_FILE", certificate.Alone));
        await AssertPlaysEverywhereAsync(proxy);

        camera.AssertReadOnce();
    }

    [Fact]
    public async Task Play_ByRtspsrcThroughTheTunnel_DecodesBothTracks()
    {
        const int Seconds = 3;
        CameraProcess camera = await StartCameraAsync("h264,aac");
        ProxyProcess proxy = await StartServingProxyAsync("-T", camera.Port.ToString(CultureInfo.InvariantCulture), camera.Url);

        (int frames, int video, int audio) = await StartRtspsrc(proxy.PlayUrl, "http", Seconds).FinishAsync(Soon);

        AssertRtspsrc(frames, video, Seconds);
        Assert.InRange(audio, 1000 * (Seconds - 1.5), 1000 * (Seconds + 1.5));
    }

    [Fact]
    public async Task Play_ClientsMustLogIn_ThoseWithThePasswordDecodeAndOthersDoNot()
    {
        CameraProcess camera = await StartCameraAsync("h264,aac");
        ProxyProcess proxy = await StartProxyAsync("-V", "-C", "viewer", "s3cr3t-w0rd", camera.Url);
        await camera.WaitForRequestAsync("DESCRIBE", Soon);
        ChildProcess stranger = StartProgram("ffprobe", "/usr/bin/ffprobe", "-hide_banner", "-loglevel", "error", proxy.PlayUrl.Replace("://", "://viewer:guess@", StringComparison.Ordinal));
        Assert.NotEqual(0, await stranger.WaitForExitAsync(Soon));
        Assert.Contains(stranger.Lines(), line => line.Text.Contains("401", StringComparison.Ordinal));

        string url = proxy.PlayUrl.Replace("://", "://viewer:s3cr3t-w0rd@", StringComparison.Ordinal);
        foreach (string transport in (string[])["udp", "tcp", "http"])
        {
            AssertVideo((await StartFfmpeg(url, transport, 2).FinishAsync(Soon))[0], 2);
        }

        Assert.DoesNotContain(proxy.Process.Lines(), line => line.Text.Contains("s3cr3t-w0rd", StringComparison.Ordinal));
    }
}
