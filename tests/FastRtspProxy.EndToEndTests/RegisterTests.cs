using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using FastRtspProxy.EndToEndTests.Players;
using FastRtspProxy.EndToEndTests.Processes;
using FastRtspProxy.EndToEndTests.RawClient;
using Xunit.Abstractions;

namespace FastRtspProxy.EndToEndTests;

/// <summary>Cameras that come by REGISTER.</summary>
public sealed class RegisterTests(ITestOutputHelper log) : EndToEndTest(log)
{
    private const string User = "reg";
    private const string Password = "s3cr3t-w0rd";

    [Fact]
    public async Task Register_ByARawClient_TheStreamIsAnnouncedPlaysAndGoesByDeregister()
    {
        CameraProcess camera = await StartCameraAsync("h264,aac");
        ProxyProcess proxy = await StartProxyForAsync(0, "-R", "-U", User, Password, "--allow-private-register");
        string url = $"rtsp://127.0.0.1:{proxy.Port}/door";
        await using RawPlayer sender = await RawPlayer.ConnectAsync(url, tcp: true);
        const string Transport = "Transport: preferred_delivery_protocol=interleaved; proxy_url_suffix=door";

        RtspReply refused = await sender.RequestAsync("REGISTER", camera.Url, Transport);
        Assert.Equal(401, refused.Status);
        Assert.Equal(200, (await sender.RequestAsync("REGISTER", camera.Url, Transport + "\r\n" + Credentials(refused, "REGISTER", camera.Url))).Status);

        await AssertAnnouncedAsync(proxy, camera.Url, "door");
        await camera.WaitForRequestAsync("DESCRIBE", Soon);
        IReadOnlyList<DecodedTrack> decoded = await StartFfmpeg(url, "tcp", 3).FinishAsync(Soon);
        AssertVideo(decoded[0], 3);
        AssertAudio(decoded[1], 3);

        refused = await sender.RequestAsync("DEREGISTER", camera.Url, Transport);
        Assert.Equal(401, refused.Status);
        Assert.Equal(200, (await sender.RequestAsync("DEREGISTER", camera.Url, Transport + "\r\n" + Credentials(refused, "DEREGISTER", camera.Url))).Status);
        await camera.WaitForRequestAsync("TEARDOWN", Soon);
        Assert.Equal(404, (await sender.RequestAsync("DESCRIBE", url)).Status);
        Assert.DoesNotContain(proxy.Process.Lines(), line => line.Text.Contains(Password, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Register_ByTheSimulator_TheStreamGetsANumberAndPlays()
    {
        ProxyProcess proxy = await StartProxyForAsync(0, "-R", "-U", User, Password, "--allow-private-register");
        SimulatedCamera camera = await StartSimulatorAsync(
            "--register", "127.0.0.1:" + proxy.Port.ToString(CultureInfo.InvariantCulture), "--register-user", $"{User}:{Password}");

        string name = await AssertAnnouncedAsync(proxy, camera.Urls[0], null);
        IReadOnlyList<DecodedTrack> decoded = await StartFfmpeg($"rtsp://127.0.0.1:{proxy.Port}/{name}", "tcp", 3).FinishAsync(Soon);

        Assert.Equal(2, decoded.Count);
        Assert.All(decoded, track => Assert.True(track.Seconds > 1));
    }

    /// <summary>The pair of lines that LIVE555 prints, one behind the other; gives the stream's name.</summary>
    private static async Task<string> AssertAnnouncedAsync(ProxyProcess proxy, string url, string? name)
    {
        await proxy.Process.WaitForLineAsync("the line of a registered stream", line => line.Text == $"Proxying the registered back-end stream \"{url}\".", Soon);
        const string Play = "\tPlay this stream using the URL: rtsp://";
        OutputLine second = await proxy.Process.WaitForLineAsync("its play URL", line => line.Text.StartsWith(Play, StringComparison.Ordinal), Soon);
        string given = second.Text[(second.Text.LastIndexOf('/') + 1)..];
        Assert.True(name is null || name == given, second.Text);
        return given;
    }

    /// <summary>Digest without qop (RFC 2069), as LIVE555's clients answer.</summary>
    private static string Credentials(RtspReply refused, string method, string uri)
    {
        string challenge = refused.Header("WWW-Authenticate")!;
        string realm = Between(challenge, "realm=\"");
        string nonce = Between(challenge, "nonce=\"");
        string response = Md5($"{Md5($"{User}:{realm}:{Password}")}:{nonce}:{Md5($"{method}:{uri}")}");
        return $"Authorization: Digest username=\"{User}\", realm=\"{realm}\", nonce=\"{nonce}\", uri=\"{uri}\", response=\"{response}\"";
    }

    private static string Between(string text, string start)
    {
        int at = text.IndexOf(start, StringComparison.Ordinal) + start.Length;
        return text[at..text.IndexOf('"', at)];
    }

    private static string Md5(string text) => Convert.ToHexString(MD5.HashData(Encoding.UTF8.GetBytes(text))).ToLowerInvariant();
}
