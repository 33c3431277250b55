using FastRtspProxy.Engine;
using FastRtspProxy.Protocol.Auth;
using FastRtspProxy.TestPeers;
using FastRtspProxy.Tests.SimulatedCamera;

namespace FastRtspProxy.Tests.Weaknesses;

/// <summary>Streams that come by REGISTER and go by DEREGISTER.</summary>
public sealed class RegisterWeaknessTests
{
    private const string Transport = "Transport: preferred_delivery_protocol=interleaved; proxy_url_suffix=door";

    [Fact]
    public async Task Weakness19_RegisterAndDeregister_BothWantCredentials()
    {
        using ScriptedCamera camera = new() { Sdp = ScriptedCamera.VideoOnly };
        await using ProxyHost host = await ProxyHost.StartAsync(
            [], o => o with { AcceptRegister = true, AllowPrivateRegister = true, RegisterCredentials = [new Credentials("reg", "pw")] });
        List<(string Url, string Name)> announced = [];
        host.Engine.StreamRegistered += (url, name) => announced.Add((url, name));
        using RtspTestClient sender = await host.ConnectAsync();

        Assert.Equal(401, (await sender.RequestAsync("REGISTER", camera.Url, Transport)).Status);
        Assert.Equal(401, await AskAsync(sender, "REGISTER", camera.Url, "wrong"));
        Assert.Empty(announced);
        Assert.Equal(200, await AskAsync(sender, "REGISTER", camera.Url, "pw"));
        Assert.Equal((camera.Url, "door"), Assert.Single(announced));
        await AssertPlaysAsync(host, camera);

        Assert.Equal(401, (await sender.RequestAsync("DEREGISTER", camera.Url, Transport)).Status);
        Assert.Equal(401, await AskAsync(sender, "DEREGISTER", camera.Url, "wrong"));
        await AssertPlaysAsync(host, camera);
        Assert.Equal(200, await AskAsync(sender, "DEREGISTER", camera.Url, "pw"));
        Assert.Equal(404, (await sender.RequestAsync("DESCRIBE", host.UrlOf("door"))).Status);
        await Until.TrueAsync(() => camera.Count("TEARDOWN") == 1);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Weakness20_RegisteredCameraOverTls_ItsCertificateIsCheckedUnlessToldOtherwise(bool insecure)
    {
        await using CameraFixture camera = await CameraFixture.StartAsync(o => o with { TlsPort = 0 });
        await using ProxyHost host = await ProxyHost.StartAsync(
            [], o => o with { AcceptRegister = true, AllowPrivateRegister = true, RegisteredStreamsInsecureTls = insecure });
        using RtspTestClient sender = await host.ConnectAsync();

        Assert.Equal(200, (await sender.RequestAsync("REGISTER", camera.Server.TlsUrls[0], Transport)).Status);

        if (insecure)
        {
            Assert.Equal(200, (await sender.RequestAsync("DESCRIBE", host.UrlOf("door"))).Status);
        }
        else
        {
            await Until.TrueAsync(() => host.Log.Loud.Any(line => line.Contains("certificate", StringComparison.Ordinal)));
        }
    }

    /// <summary>Once without credentials for the challenge, then with them.</summary>
    private static async Task<int> AskAsync(RtspTestClient sender, string method, string url, string password)
    {
        RtspTestResponse refused = await sender.RequestAsync(method, url, Transport);
        AuthClient auth = new("reg", password);
        Assert.True(auth.Accept([refused.Header("WWW-Authenticate")!]));
        return (await sender.RequestAsync(method, url, Transport, "Authorization: " + auth.Authorization(method, url))).Status;
    }

    private static async Task AssertPlaysAsync(ProxyHost host, ScriptedCamera camera)
    {
        using RtspTestClient viewer = (await host.WatchAsync(name: "door")).Client;
        CameraTrack track = new(camera);
        Task<InterleavedPacket> seen = ProxyHost.ReadAsync(viewer);
        while (!seen.IsCompleted)
        {
            track.SendPicture();
            await Task.WhenAny(seen, Task.Delay(20));
        }

        await seen;
    }
}
