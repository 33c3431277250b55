using System.Collections.Concurrent;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using FastRtspProxy.Engine;
using FastRtspProxy.Engine.Backend;
using FastRtspProxy.SimulatedCamera;
using FastRtspProxy.TestPeers;

namespace FastRtspProxy.Tests.Engine.Backend;

/// <summary>Each way that leads a session to another host, and each spelling of a challenge there: the password itself stays here.</summary>
public sealed class WhoHearsThePasswordTests
{
    private static readonly Credentials s_given = new("admin", "top-secret");

    /// <summary>Ways to write a challenge that asks for the password itself, one string a header line, joined by a line feed.</summary>
    public static TheoryData<string> BasicChallenges => [
        "Basic realm=\"x\"",
        "BASIC realm=\"x\"",
        "\tbAsIc\trealm=\"x\"",
        "Basic",
        "Foo x=1, Basic realm=\"x\"",
        "Digest realm=\"x\", nonce=\"n\", algorithm=FOO, Basic realm=\"y\"",
        ",Basic realm=\"y\"",
        "\"\",\tBasic realm=\"y\"",
        "Digest realm=\"a, Basic b\", qop=\"auth-int\", nonce=\"n\",Basic realm=\"y\"",
        "Negotiate\nBasic realm=\"x\"",
        "Foo\nBar, Basic realm=\"x\", Baz",
    ];

    [Theory]
    [MemberData(nameof(BasicChallenges))]
    public async Task Redirect_ToAnotherHostThatAsksForThePassword_IsNotTold(string challenges)
    {
        await using BackendFixture fixture = new();
        using ScriptedCamera other = new();
        other.Script = _ => Challenge(challenges);
        fixture.Camera.Script = _ => ScriptedReply.Of(302, "Found", ("Location", Elsewhere(other.Url)));

        BackendFailure? failure = await fixture.OpenAsync(fixture.Create(credentials: s_given));

        Assert.Equal(BackendFailureKind.Unauthorized, failure!.Kind);
        Assert.Contains("asks for the password itself", failure.Message, StringComparison.Ordinal);
        Assert.Equal(1, other.Count("DESCRIBE"));
        Assert.All(other.Requests, r => Assert.Null(r.Header("Authorization")));
    }

    /// <summary>Encryption makes nobody the host that the user named.</summary>
    [Theory]
    [MemberData(nameof(BasicChallenges))]
    public async Task Redirect_ToAnotherHostByTlsThatAsksForThePassword_IsNotTold(string challenges)
    {
        using TcpListener other = new(IPAddress.Loopback, 0);
        other.Start();
        ConcurrentQueue<string> requests = new();
        _ = RefuseByTlsAsync(other, challenges, requests);
        await using BackendFixture fixture = new();
        string url = $"rtsps://localhost:{((IPEndPoint)other.LocalEndpoint).Port}/live";
        fixture.Camera.Script = _ => ScriptedReply.Of(302, "Found", ("Location", url));

        BackendFailure? failure = await fixture.OpenAsync(fixture.Create(credentials: s_given, change: static o => o with { InsecureTls = true }));

        Assert.Equal(BackendFailureKind.Unauthorized, failure!.Kind);
        Assert.Contains("asks for the password itself", failure.Message, StringComparison.Ordinal);
        Assert.Single(requests, static text => text.StartsWith("DESCRIBE ", StringComparison.Ordinal));
        Assert.All(requests, static text => Assert.DoesNotContain("Authorization", text, StringComparison.OrdinalIgnoreCase));
    }

    [Theory]
    [InlineData("Digest realm=\"x\", nonce=\"n\"")]
    [InlineData("Digest realm=\"x\", nonce=\"n\"\nBasic realm=\"x\"")]
    [InlineData("Basic realm=\"x\", Digest realm=\"x\", nonce=\"n\"")]
    public async Task Redirect_ToAnotherHostThatOffersDigest_GetsADigest(string challenges)
    {
        await using BackendFixture fixture = new();
        using ScriptedCamera other = new();
        other.Script = r => r.Header("Authorization") is null ? Challenge(challenges) : null;
        fixture.Camera.Script = _ => ScriptedReply.Of(302, "Found", ("Location", Elsewhere(other.Url)));

        Assert.Null(await fixture.OpenAsync(fixture.Create(credentials: s_given)));

        Assert.StartsWith("Digest ", other.Requests[^1].Header("Authorization"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Redirect_BackToTheNamedHost_ItIsToldAgain()
    {
        await using BackendFixture fixture = new();
        using ScriptedCamera other = new();
        other.Script = _ => ScriptedReply.Of(302, "Found", ("Location", fixture.Camera.Url + "/again"));
        fixture.Camera.Script = r => !r.Uri.EndsWith("/again", StringComparison.Ordinal) ? ScriptedReply.Of(302, "Found", ("Location", Elsewhere(other.Url)))
            : r.Header("Authorization") is null ? Challenge("Basic realm=\"x\"") : null;

        Assert.Null(await fixture.OpenAsync(fixture.Create(credentials: s_given)));

        Assert.StartsWith("Basic ", fixture.Camera.Requests[^1].Header("Authorization"), StringComparison.Ordinal);
        Assert.All(other.Requests, r => Assert.Null(r.Header("Authorization")));
    }

    [Fact]
    public async Task Redirect_WithCredentialsOfItsOwn_TheHostAfterItGetsNone()
    {
        await using BackendFixture fixture = new();
        using ScriptedCamera second = new();
        using ScriptedCamera third = new();
        third.Script = _ => Challenge("Basic realm=\"x\"");
        second.Script = r => r.Header("Authorization") is null ? Challenge("Basic realm=\"x\"") : ScriptedReply.Of(302, "Found", ("Location", Elsewhere(third.Url)));
        fixture.Camera.Script = _ => ScriptedReply.Of(302, "Found", ("Location", Elsewhere(second.Url).Replace("rtsp://", "rtsp://their:own@", StringComparison.Ordinal)));

        Assert.Equal(BackendFailureKind.Unauthorized, (await fixture.OpenAsync(fixture.Create(credentials: s_given)))!.Kind);

        Assert.Equal("Basic " + Convert.ToBase64String("their:own"u8), second.Requests[^1].Header("Authorization"));
        Assert.All(third.Requests, r => Assert.Null(r.Header("Authorization")));
    }

    [Fact]
    public async Task RedirectRequest_NextSessionAtAnotherHost_IsNotTold()
    {
        await using BackendFixture fixture = new();
        using ScriptedCamera other = new();
        other.Script = _ => Challenge("Foo, Basic realm=\"x\"");
        BackendOptions? options = null;
        BackendSession first = fixture.Create(credentials: s_given, change: o => options = o);
        Assert.Null(await fixture.OpenAsync(first));

        // What a mount does after a REDIRECT: the same credentials, another URL.
        Assert.True(FastRtspProxy.Protocol.Rtsp.RtspUrl.TryParse(Elsewhere(other.Url), out FastRtspProxy.Protocol.Rtsp.RtspUrl? elsewhere, out _));
        BackendFailure? failure = await fixture.OpenAsync(fixture.Create(change: _ => options! with { Url = elsewhere }));

        Assert.Equal(BackendFailureKind.Unauthorized, failure!.Kind);
        Assert.All(other.Requests, r => Assert.Null(r.Header("Authorization")));
    }

    /// <summary>The same machine by another name is another host: who answers there is not known to be the one that the user named.</summary>
    private static string Elsewhere(string url) => url.Replace("127.0.0.1", "localhost", StringComparison.Ordinal);

    private static ScriptedReply Challenge(string lines) =>
        ScriptedReply.Of(401, "Unauthorized", [.. lines.Split('\n').Select(line => ("WWW-Authenticate", line))]);

    /// <summary>Answers each request inside TLS by a challenge, until the listener is stopped.</summary>
    private static async Task RefuseByTlsAsync(TcpListener listener, string challenges, ConcurrentQueue<string> requests)
    {
        using X509Certificate2 certificate = SimulatedCameraCertificate.Make(IPAddress.Loopback);
        string headers = string.Concat(challenges.Split('\n').Select(static line => $"WWW-Authenticate: {line}\r\n"));
        while (true)
        {
            try
            {
                using TcpClient client = await listener.AcceptTcpClientAsync();
                using SslStream tls = new(client.GetStream());
                await tls.AuthenticateAsServerAsync(new SslServerAuthenticationOptions { ServerCertificate = certificate });
                using StreamBytes input = new(tls);
                while (await input.ReadUnitAsync() is { Text: { } text })
                {
                    requests.Enqueue(text);
                    string cseq = text.Split("\r\n").First(static line => line.StartsWith("CSeq:", StringComparison.OrdinalIgnoreCase));
                    await tls.WriteAsync(Encoding.ASCII.GetBytes($"RTSP/1.0 401 Unauthorized\r\n{cseq}\r\n{headers}\r\n"));
                }
            }
            catch (Exception e) when (e is IOException or AuthenticationException)
            {
                // That client has gone.
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException or InvalidOperationException)
            {
                return; // stopped
            }
        }
    }
}
