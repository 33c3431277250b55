using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Text;
using FastRtspProxy.Engine;
using FastRtspProxy.Engine.Backend;
using FastRtspProxy.SimulatedCamera;
using FastRtspProxy.TestPeers;
using FastRtspProxy.Tests.SimulatedCamera;

namespace FastRtspProxy.Tests.Engine.Backend;

/// <summary>`rtsps://` cameras.</summary>
public sealed class TlsBackendTests
{
    [Fact]
    public async Task Open_SelfSignedCertificate_IsRefusedWithTheRemedy()
    {
        await using CameraFixture camera = await CameraFixture.StartAsync(o => o with { TlsPort = 0 });
        await using BackendFixture fixture = new();

        BackendFailure? failure = await fixture.OpenAsync(fixture.Create(url: camera.Server.TlsUrls[0].Replace("://", "://u:topsecret@", StringComparison.Ordinal)));

        Assert.Equal(BackendFailureKind.Unreachable, failure!.Kind);
        Assert.Contains($"the certificate of 127.0.0.1:{camera.Server.TlsPort} is not trusted", failure.Message, StringComparison.Ordinal);
        Assert.Contains("no authority that this machine knows vouches for it", failure.Message, StringComparison.Ordinal);
        Assert.Contains("--insecure-tls", failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("topsecret", failure.Message, StringComparison.Ordinal);
    }

    /// <summary>The remedy can be copied as it stands.</summary>
    [Fact]
    public async Task Open_ByTheFingerprintThatTheRefusalNames_IsTaken()
    {
        await using CameraFixture camera = await CameraFixture.StartAsync(o => o with { TlsPort = 0 });
        await using BackendFixture fixture = new();
        BackendFailure? failure = await fixture.OpenAsync(fixture.Create(url: camera.Server.TlsUrls[0]));
        const string Name = "tls.fingerprint: ";
        string named = failure!.Message[(failure.Message.IndexOf(Name, StringComparison.Ordinal) + Name.Length)..];

        Assert.Null(await fixture.OpenAsync(fixture.Create(url: camera.Server.TlsUrls[0], change: o => o with { TlsFingerprint = named[..64] })));
    }

    [Theory]
    [InlineData(BackendTransport.Udp)]
    [InlineData(BackendTransport.HttpTunnel)]
    public async Task Play_SelfSignedButAllowed_MediaStaysInsideTheEncryption(BackendTransport transport)
    {
        await using CameraFixture camera = await CameraFixture.StartAsync(o => o with { TlsPort = 0 });
        await using BackendFixture fixture = new();
        BackendSession session = fixture.Create(transport, camera.Server.TlsUrls[0], change: o => o with { InsecureTls = true });

        Assert.Null(await fixture.PlayAsync(session));
        await Until.TrueAsync(() => fixture.Sink.Packets.Count > 5);
        Assert.True(session.OverTcp);
        Assert.All(session.Tracks, track => Assert.Null(track.RtpSocket));
    }

    [Fact]
    public async Task Open_Name_IsSentAsServerName()
    {
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        using System.Security.Cryptography.X509Certificates.X509Certificate2 certificate = SimulatedCameraCertificate.Make(IPAddress.Loopback);
        Task<(string? Name, string Text)> serving = ServeAsync(listener, certificate);
        await using BackendFixture fixture = new();
        string url = $"rtsps://localhost:{((IPEndPoint)listener.LocalEndpoint).Port}/live";

        BackendFailure? failure = await fixture.OpenAsync(fixture.Create(url: url, change: o => o with { InsecureTls = true }));

        (string? name, string text) = await serving.WaitAsync(TimeSpan.FromSeconds(60));
        Assert.Equal("localhost", name);
        Assert.StartsWith($"DESCRIBE {url} RTSP/1.0\r\n", text, StringComparison.Ordinal);
        Assert.Equal(BackendFailureKind.Refused, failure!.Kind);
    }

    [Theory]
    [InlineData("rtsp://{0}/on")]
    [InlineData("RTSP://admin:other@{0}/on")]
    public async Task Open_RedirectOutOfTheEncryption_IsNotFollowed(string location)
    {
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        using System.Security.Cryptography.X509Certificates.X509Certificate2 certificate = SimulatedCameraCertificate.Make(IPAddress.Loopback);
        await using BackendFixture fixture = new();
        string clear = string.Format(System.Globalization.CultureInfo.InvariantCulture, location, new Uri(fixture.Camera.Url).Authority);
        Task<(string? Name, string Text)> serving = ServeAsync(listener, certificate, $"RTSP/1.0 302 Found\r\nCSeq: 1\r\nLocation: {clear}\r\n\r\n");
        string url = $"rtsps://admin:secret@127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}/live";

        BackendFailure? failure = await fixture.OpenAsync(fixture.Create(url: url, change: o => o with { InsecureTls = true }));

        _ = await serving.WaitAsync(TimeSpan.FromSeconds(30));
        Assert.Equal(BackendFailureKind.BadRedirect, failure!.Kind);
        Assert.Empty(fixture.Camera.Requests);
    }

    private static async Task<(string? Name, string Text)> ServeAsync(
        TcpListener listener, System.Security.Cryptography.X509Certificates.X509Certificate2 certificate, string answer = "RTSP/1.0 404 Not Found\r\nCSeq: 1\r\n\r\n")
    {
        using TcpClient client = await listener.AcceptTcpClientAsync();
        await using SslStream tls = new(client.GetStream());
        await tls.AuthenticateAsServerAsync(new SslServerAuthenticationOptions { ServerCertificate = certificate });
        byte[] buffer = new byte[4096];
        int count = await tls.ReadAsync(buffer);
        await tls.WriteAsync(Encoding.ASCII.GetBytes(answer));
        return (tls.TargetHostName, Encoding.ASCII.GetString(buffer, 0, count));
    }
}
