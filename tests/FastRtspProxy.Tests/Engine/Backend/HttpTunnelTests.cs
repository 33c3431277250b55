using System.Globalization;
using System.Text;
using FastRtspProxy.Engine;
using FastRtspProxy.Engine.Backend;
using FastRtspProxy.Net;
using FastRtspProxy.Protocol.Auth;
using FastRtspProxy.TestPeers;
using FastRtspProxy.Tests.SimulatedCamera;

namespace FastRtspProxy.Tests.Engine.Backend;

/// <summary>RTSP over HTTP towards cameras (`-T`).</summary>
public sealed class HttpTunnelTests
{
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(60);

    [Fact]
    [Rule("C16")]
    public async Task Tunnel_WholeDialogue_MediaComesThroughTheGetConnection()
    {
        await using CameraFixture camera = await CameraFixture.StartAsync(o => o with { User = "admin", Password = "secret" });
        await using BackendFixture fixture = new();
        BackendSession session = fixture.Create(
            BackendTransport.HttpTunnel, camera.Url, new Credentials("admin", "secret"), o => o with { TunnelPort = camera.Server.Port });

        Assert.Null(await fixture.PlayAsync(session));
        await Until.TrueAsync(() => fixture.Sink.Packets.Count > 5);
        Assert.True(session.OverTcp);
        Assert.Equal(1, camera.Server.Counters.SessionsPlaying);
        await fixture.CloseAsync(session);
        await Until.TrueAsync(() => camera.Server.Counters.SessionsPlaying == 0);
    }

    [Fact]
    [Rule("C16")]
    public async Task Tunnel_GetAndPost_ShareTheCookieAndEachRequestIsBase64OfItsOwn()
    {
        using ScriptedTunnel server = new() { OnRequest = _ => "RTSP/1.0 404 Not Found\r\nCSeq: 1\r\n\r\n" };
        await using BackendFixture fixture = new();
        BackendSession session = fixture.Create(BackendTransport.HttpTunnel, $"rtsp://127.0.0.1:1/live?x=1", change: o => o with { TunnelPort = server.Port });

        BackendFailure? failure = await fixture.OpenAsync(session);

        Assert.Equal(BackendFailureKind.Refused, failure!.Kind);
        string get = Assert.Single(server.Gets);
        string post = Assert.Single(server.Posts);
        Assert.StartsWith("GET /live?x=1 HTTP/1.0\r\n", get, StringComparison.Ordinal);
        Assert.StartsWith("POST /live?x=1 HTTP/1.0\r\n", post, StringComparison.Ordinal);
        Assert.Contains("Accept: application/x-rtsp-tunnelled\r\n", get, StringComparison.Ordinal);
        Assert.Contains("Content-Length: 32767\r\n", post, StringComparison.Ordinal);
        Assert.Contains("Content-Type: application/x-rtsp-tunnelled\r\n", post, StringComparison.Ordinal);
        Assert.All([get, post], head => Assert.Contains("User-Agent: FastRtspProxy\r\n", head, StringComparison.Ordinal));
        Assert.Equal(Cookie(get), Cookie(post));
        Assert.StartsWith("DESCRIBE rtsp://127.0.0.1:1/live?x=1 RTSP/1.0\r\n", server.Requests, StringComparison.Ordinal);
    }

    [Fact]
    [Rule("C16")]
    public async Task Get_Answered401_IsAskedAgainAndThePostHasADigestOfItsOwn()
    {
        DigestVerifier verifier = new("tunnel");
        using ScriptedTunnel server = new()
        {
            OnGet = head => IsRight(verifier, head)
                ? "HTTP/1.1 200 OK\r\nContent-Length: 32767\r\n\r\n"
                : $"HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Basic realm=\"tunnel\"\r\nWWW-Authenticate: {verifier.Challenge("n1", false)}, qop=\"auth\"\r\n\r\n",
        };
        await using BackendFixture fixture = new();
        AuthClient auth = new("admin", "secret");

        HttpTunnelStream stream = await ConnectAsync(fixture, server, auth);

        Assert.Equal(2, server.Gets.Count);
        await Until.TrueAsync(() => server.Posts.Count == 1);
        Assert.True(IsRight(verifier, server.Posts[0]), server.Posts[0]);
        await CloseAsync(fixture, stream);
    }

    [Fact]
    public async Task ConnectAsync_HostThatTheUserDidNotName_IsNotToldThePassword()
    {
        using ScriptedTunnel server = new() { OnGet = _ => "HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Foo a=1, Basic realm=\"tunnel\"\r\n\r\n" };
        await using BackendFixture fixture = new();

        await Assert.ThrowsAsync<ByteStreamException>(() => ConnectAsync(fixture, server, new AuthClient("admin", "secret") { AllowsBasic = false }));

        Assert.DoesNotContain("Authorization", Assert.Single(server.Gets), StringComparison.OrdinalIgnoreCase);
        Assert.Empty(server.Posts);
    }

    [Theory]
    [InlineData("HTTP/1.0 401 Unauthorized\r\nWWW-Authenticate: Digest realm=\"r\", nonce=\"n\"\r\n\r\n", "401", 2)]
    [InlineData("HTTP/1.0 404 Not Found\r\n\r\n", "404", 1)]
    [InlineData("SSH-2.0-OpenSSH\r\n", "no HTTP server", 1)]
    public async Task ConnectAsync_NoTunnelThere_SaysWhyAndIsNotTriedForEver(string answer, string words, int gets)
    {
        using ScriptedTunnel server = new() { OnGet = _ => answer };
        await using BackendFixture fixture = new();

        ByteStreamException e = await Assert.ThrowsAsync<ByteStreamException>(() => ConnectAsync(fixture, server, new AuthClient("admin", "secret")));

        Assert.Equal(ConnectFailure.TunnelRefused, e.Kind);
        Assert.Contains(words, e.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", e.Message, StringComparison.Ordinal);
        Assert.Equal(gets, server.Gets.Count);
    }

    [Fact]
    [Rule("C16")]
    public async Task Post_ContentLengthUsedUp_IsRenewedAndNothingIsLost()
    {
        using ScriptedTunnel server = new();
        await using BackendFixture fixture = new();
        HttpTunnelStream stream = await ConnectAsync(fixture, server, null);
        StringBuilder wanted = new();
        for (int i = 0; i < 400; i++)
        {
            string request = string.Create(CultureInfo.InvariantCulture, $"GET_PARAMETER rtsp://192.0.2.1/{new string('x', i % 97)} RTSP/1.0\r\nCSeq: {i}\r\n\r\n");
            wanted.Append(request);
            await fixture.Shard.RunAsync(() => Task.FromResult(Confirm(stream.Send(Encoding.ASCII.GetBytes(request)))));
        }

        await Until.TrueAsync(() => server.Requests.Length == wanted.Length, detail: () => $"{server.Requests.Length} of {wanted.Length}");
        Assert.Equal(wanted.ToString(), server.Requests);
        Assert.InRange(server.Posts.Count, 2, 4);
        await CloseAsync(fixture, stream);
        await Until.TrueAsync(() => server.PostBytes.Count == server.Posts.Count);
        Assert.All(server.PostBytes, bytes => Assert.InRange(bytes, 1, HttpTunnelStream.PostBytes));
    }

    /// <summary>It fits into none, so it must not be waited for one into which it fits.</summary>
    [Fact]
    public async Task Post_MessageLongerThanItsContentLength_HasOneOfItsOwn()
    {
        using ScriptedTunnel server = new();
        await using BackendFixture fixture = new();
        HttpTunnelStream stream = await ConnectAsync(fixture, server, null);
        string[] messages = ["first ", new string('x', 30_000), "last "];
        foreach (string message in messages)
        {
            await fixture.Shard.RunAsync(() => Task.FromResult(Confirm(stream.Send(Encoding.ASCII.GetBytes(message)))));
        }

        await Until.TrueAsync(() => server.Requests == string.Concat(messages), detail: () => $"{server.Posts.Count} POSTs");
        Assert.Equal(3, server.Posts.Count);
        Assert.Contains("\r\nContent-Length: 40000\r\n", server.Posts[1], StringComparison.Ordinal);
        await CloseAsync(fixture, stream);
    }

    [Fact]
    [Rule("C16")]
    public async Task Post_ServerClosesIt_TheNextRequestOpensAnother()
    {
        using ScriptedTunnel server = new();
        await using BackendFixture fixture = new();
        HttpTunnelStream stream = await ConnectAsync(fixture, server, null);
        await fixture.Shard.RunAsync(() => Task.FromResult(Confirm(stream.Send("one "u8))));
        await Until.TrueAsync(() => server.Requests == "one ");
        server.ClosePost();
        await Until.TrueAsync(async () =>
        {
            if (server.Posts.Count < 2)
            {
                _ = await fixture.Shard.RunAsync(() => Task.FromResult(stream.Send("two "u8)));
            }

            return server.Posts.Count == 2;
        });
        await Until.TrueAsync(() => server.Posts.Count == 2 && server.Requests.EndsWith("two ", StringComparison.Ordinal));
        await CloseAsync(fixture, stream);
    }

    /// <summary>As for a request of RTSP: what is in a value ends no line.</summary>
    [Fact]
    public async Task ConnectAsync_UserNameWithLineEnds_IsOneLineOfTheHead()
    {
        using ScriptedTunnel server = new()
        {
            OnGet = head => head.Contains("Authorization", StringComparison.Ordinal)
                ? "HTTP/1.0 200 OK\r\n\r\n"
                : "HTTP/1.0 401 Unauthorized\r\nWWW-Authenticate: Digest realm=\"r\", nonce=\"n\"\r\n\r\n",
        };
        await using BackendFixture fixture = new();

        HttpTunnelStream stream = await ConnectAsync(fixture, server, new AuthClient("x\r\n\r\nPOST /reboot HTTP/1.0\r\n\r\n", "p"));

        await Until.TrueAsync(() => server.Posts.Count == 1);
        Assert.All([server.Gets[1], server.Posts[0]], head => Assert.Contains("\r\nPragma: no-cache\r\n", head, StringComparison.Ordinal));
        await CloseAsync(fixture, stream);
    }

    private static bool Confirm(bool condition)
    {
        Assert.True(condition);
        return condition;
    }

    private static bool IsRight(DigestVerifier verifier, string head)
    {
        string? line = head.Split("\r\n").FirstOrDefault(l => l.StartsWith("Authorization: ", StringComparison.Ordinal));
        return line is not null
            && verifier.Verify(line["Authorization: ".Length..], head[..head.IndexOf(' ', StringComparison.Ordinal)], "n1", _ => "secret", out _) == DigestOutcome.Accepted;
    }

    private static string Cookie(string head) => head.Split("\r\n").Single(l => l.StartsWith("x-sessioncookie: ", StringComparison.Ordinal));

    private static Task<HttpTunnelStream> ConnectAsync(BackendFixture fixture, ScriptedTunnel server, AuthClient? auth) => fixture.Shard.RunAsync(
        () => HttpTunnelStream.ConnectAsync(fixture.Shard, new HttpTunnelTarget(new ConnectTarget("127.0.0.1", server.Port), "/live", false, false, s_limit), auth));

    private static Task CloseAsync(BackendFixture fixture, HttpTunnelStream stream) => fixture.Shard.RunAsync(() =>
    {
        stream.Close();
        return Task.CompletedTask;
    });
}
