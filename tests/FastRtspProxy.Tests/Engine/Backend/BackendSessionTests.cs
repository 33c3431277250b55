using System.Text;
using FastRtspProxy.Engine;
using FastRtspProxy.Engine.Backend;
using FastRtspProxy.TestPeers;

namespace FastRtspProxy.Tests.Engine.Backend;

/// <summary>The client side of the conformance list, line by line, against a scripted camera.</summary>
public sealed class BackendSessionTests
{
    [Fact]
    [Rule("C1")]
    public async Task CSeq_WholeDialogue_GrowsByOne()
    {
        await using BackendFixture fixture = new();
        BackendSession session = fixture.Create();
        Assert.Null(await fixture.PlayAsync(session));
        await fixture.CloseAsync(session);
        await Until.TrueAsync(() => fixture.Camera.Count("TEARDOWN") == 1);
        int[] numbers = [.. fixture.Camera.Requests.Select(r => r.CSeq)];
        Assert.Equal(Enumerable.Range(numbers[0], numbers.Length), numbers);
    }

    [Fact]
    [Rule("C2")]
    public async Task Session_AfterSetup_IsInEveryRequestWithoutItsTimeout()
    {
        await using BackendFixture fixture = new();
        fixture.Camera.TimeoutSeconds = 2;
        BackendSession session = fixture.Create();
        Assert.Null(await fixture.PlayAsync(session));
        await Until.TrueAsync(() => fixture.Camera.Count("OPTIONS") > 0);
        await fixture.CloseAsync(session);
        await Until.TrueAsync(() => fixture.Camera.Count("TEARDOWN") == 1);
        int first = fixture.Camera.Requests.ToList().FindIndex(r => r.Method == "SETUP");
        Assert.All(fixture.Camera.Requests.Skip(first + 1), r => Assert.Equal("12345678", r.Header("Session")));
    }

    [Fact]
    [Rule("C3")]
    public async Task Open_TwoTracks_SetupsComeOneByOneAndPlayLast()
    {
        await using BackendFixture fixture = new();
        int open = 0;
        int most = 0;
        fixture.Camera.Script = r =>
        {
            most = Math.Max(most, Interlocked.Increment(ref open));
            Thread.Sleep(30);
            Interlocked.Decrement(ref open);
            return null;
        };
        Assert.Null(await fixture.PlayAsync(fixture.Create()));
        Assert.Equal(["DESCRIBE", "SETUP", "SETUP", "PLAY"], fixture.Camera.Dialogue);
        Assert.Equal(1, most);
    }

    [Theory]
    [Rule("C4")]
    [InlineData("Content-Base", "rtsp://10.0.0.1/other/", "/other/trackID=0", "/other/")]
    [InlineData("Content-Location", "/loc/", "/loc/trackID=0", "/loc/")]
    [InlineData("X-None", "", "/live/trackID=0", "/live")]
    public async Task Setup_BaseUrl_IsContentBaseThenContentLocationThenRequest(string header, string value, string track, string aggregate)
    {
        await using BackendFixture fixture = new();
        fixture.Camera.Sdp = ScriptedCamera.VideoOnly;
        fixture.Camera.Script = r => r.Method == "DESCRIBE"
            ? new ScriptedReply { Headers = [(header, value), ("Content-Type", "application/sdp")], Body = fixture.Camera.Sdp }
            : null;
        Assert.Null(await fixture.PlayAsync(fixture.Create()));
        string root = $"rtsp://127.0.0.1:{fixture.Camera.Port}";
        Assert.Equal(root + track, fixture.Camera.Requests.Single(r => r.Method == "SETUP").Uri);
        Assert.Equal(root + aggregate, fixture.Camera.Requests.Single(r => r.Method == "PLAY").Uri);
    }

    [Theory]
    [Rule("C5")]
    [InlineData("OPTIONS", 200)]
    [InlineData("GET_PARAMETER", 200)]
    [InlineData("SET_PARAMETER", 200)]
    [InlineData("ANNOUNCE", 200)]
    [InlineData("PLAY", 501)]
    public async Task ServerRequest_KnownMethod_IsAnswered(string method, int status)
    {
        await using BackendFixture fixture = new();
        BackendSession session = fixture.Create();
        Assert.Null(await fixture.PlayAsync(session));
        fixture.Camera.SendText($"{method} rtsp://x/ RTSP/1.0\r\nCSeq: 77\r\n\r\n");
        await Until.TrueAsync(() => !fixture.Camera.Responses.IsEmpty);
        Assert.True(fixture.Camera.Responses.TryPeek(out string? answer));
        Assert.StartsWith($"RTSP/1.0 {status} ", answer, StringComparison.Ordinal);
        Assert.Contains("CSeq: 77", answer, StringComparison.Ordinal);
        Assert.Null(session.Failure);
    }

    [Fact]
    [Rule("C5")]
    public async Task ServerRequest_Redirect_IsAnsweredAndNamesTheNewPlace()
    {
        await using BackendFixture fixture = new();
        BackendSession session = fixture.Create();
        Assert.Null(await fixture.PlayAsync(session));
        fixture.Camera.SendText("REDIRECT rtsp://x/ RTSP/1.0\r\nCSeq: 5\r\nLocation: rtsp://127.0.0.1:9/elsewhere\r\n\r\n");
        BackendFailure failure = await fixture.FailureOfAsync(session);
        Assert.Equal(BackendFailureKind.Redirected, failure.Kind);
        Assert.Equal("rtsp://127.0.0.1:9/elsewhere", failure.RedirectTo!.Text);
    }

    [Fact]
    [Rule("C6")]
    public async Task Challenge_WrongPassword_IsTriedOnceAndFails()
    {
        await using BackendFixture fixture = new();
        fixture.Camera.Script = r => r.Method == "DESCRIBE"
            ? ScriptedReply.Of(401, "Unauthorized", ("WWW-Authenticate", "Digest realm=\"cam\", nonce=\"abc\""))
            : null;
        BackendFailure? failure = await fixture.OpenAsync(fixture.Create(credentials: new Credentials("admin", "top-secret")));
        Assert.Equal(BackendFailureKind.Unauthorized, failure!.Kind);
        Assert.Equal(2, fixture.Camera.Count("DESCRIBE"));
        Assert.DoesNotContain("top-secret", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    [Rule("C6")]
    public async Task Challenge_NonceRotatesInTheMiddle_IsAnsweredWithTheNewOne()
    {
        await using BackendFixture fixture = new();
        string nonce = "n1";
        fixture.Camera.Script = r =>
        {
            if (r.Method == "PLAY")
            {
                nonce = "n2";
            }

            return r.Header("Authorization")?.Contains($"nonce=\"{nonce}\"", StringComparison.Ordinal) == true
                ? null
                : ScriptedReply.Of(401, "Unauthorized", ("WWW-Authenticate", $"Digest realm=\"cam\", nonce=\"{nonce}\", stale=true"));
        };
        Assert.Null(await fixture.PlayAsync(fixture.Create(credentials: new Credentials("admin", "pw"))));
        Assert.Equal(2, fixture.Camera.Count("PLAY"));
    }

    [Fact]
    [Rule("C7")]
    public async Task Digest_AnyRequest_UriIsTheRequestUriAndCredentialsNeverInIt()
    {
        await using BackendFixture fixture = new();
        fixture.Camera.Script = r => r.Header("Authorization") is null
            ? ScriptedReply.Of(401, "Unauthorized", ("WWW-Authenticate", "Digest qop=\"auth\", nonce=\"abc\", algorithm=SHA-256, realm=\"cam\""))
            : null;
        string url = fixture.Camera.Url.Replace("rtsp://", "rtsp://admin:p%40ss@", StringComparison.Ordinal);
        Assert.Null(await fixture.PlayAsync(fixture.Create(url: url, credentials: new Credentials("other", "wrong"))));
        foreach (ScriptedRequest request in fixture.Camera.Requests)
        {
            Assert.DoesNotContain("admin", request.Uri, StringComparison.Ordinal);
            if (request.Header("Authorization") is { } header)
            {
                Assert.Contains($"uri=\"{request.Uri}\"", header, StringComparison.Ordinal);
                Assert.Contains("username=\"admin\"", header, StringComparison.Ordinal);
                Assert.Contains("qop=auth", header, StringComparison.Ordinal);
                Assert.Contains("SHA-256", header, StringComparison.Ordinal);
            }
        }
    }

    [Theory]
    [Rule("C8")]
    [InlineData(301)]
    [InlineData(302)]
    [InlineData(303)]
    [InlineData(305)]
    [InlineData(307)]
    public async Task Redirect_ToAnotherPlace_IsFollowed(int status)
    {
        await using BackendFixture fixture = new();
        using ScriptedCamera other = new();
        fixture.Camera.Script = _ => ScriptedReply.Of(status, "Moved", ("Location", other.Url));
        BackendSession session = fixture.Create();
        Assert.Null(await fixture.PlayAsync(session));
        Assert.Equal(["DESCRIBE", "SETUP", "SETUP", "PLAY"], other.Dialogue);
    }

    [Theory]
    [Rule("C8")]
    [InlineData("SETUP")]
    [InlineData("PLAY")]
    public async Task Redirect_OfALaterRequest_NamesTheNewPlace(string method)
    {
        await using BackendFixture fixture = new();
        fixture.Camera.Script = r => r.Method == method ? ScriptedReply.Of(302, "Found", ("Location", "rtsp://127.0.0.1:9/elsewhere")) : null;
        BackendFailure? failure = await fixture.PlayAsync(fixture.Create());
        Assert.Equal(BackendFailureKind.Redirected, failure!.Kind);
        Assert.Equal("rtsp://127.0.0.1:9/elsewhere", failure.RedirectTo!.Text);
    }

    [Fact]
    [Rule("C8")]
    public async Task Redirect_InACircle_EndsAtTheLimit()
    {
        await using BackendFixture fixture = new();
        fixture.Camera.Script = _ => ScriptedReply.Of(302, "Found", ("Location", fixture.Camera.Url));
        BackendFailure? failure = await fixture.OpenAsync(fixture.Create());
        Assert.Equal(BackendFailureKind.BadRedirect, failure!.Kind);
        Assert.Equal(BackendSession.RedirectHopsMax + 1, fixture.Camera.Count("DESCRIBE"));
    }

    [Fact]
    [Rule("C9")]
    public async Task Setup_UdpRefusedWith461_TriesTcpOnTheSameConnection()
    {
        await using BackendFixture fixture = new();
        fixture.Camera.Script = r => r.Method == "SETUP" && !r.Header("Transport")!.Contains("TCP", StringComparison.Ordinal)
            ? ScriptedReply.Of(461, "Unsupported Transport")
            : null;
        BackendSession session = fixture.Create();
        Assert.Null(await fixture.PlayAsync(session));
        Assert.True(session.OverTcp);
        Assert.Equal(3, fixture.Camera.Count("SETUP"));
        Assert.Equal(1, fixture.Camera.ConnectionCount);
    }

    [Fact]
    [Rule("C9")]
    public async Task Setup_TcpAnsweredForUdp_IsTaken()
    {
        await using BackendFixture fixture = new();
        fixture.Camera.Sdp = ScriptedCamera.VideoOnly;
        fixture.Camera.Script = r => r.Method == "SETUP"
            ? ScriptedReply.Of(200, "OK", ("Session", "1"), ("Transport", "RTP/AVP/TCP;unicast;interleaved=4-5"))
            : null;
        BackendSession session = fixture.Create();
        Assert.Null(await fixture.PlayAsync(session));
        fixture.Camera.SendRaw(ScriptedCamera.FrameBytes(4, ScriptedCamera.RtpBytes(96, 1, 1, 1, true, "x"u8)));
        await Until.TrueAsync(() => fixture.Sink.Packets.Count == 1);
        Assert.True(session.OverTcp);
    }

    [Theory]
    [Rule("C9")]
    [InlineData(453)]
    [InlineData(503)]
    public async Task Open_CameraIsBusy_FailureCarriesRetryAfter(int status)
    {
        await using BackendFixture fixture = new();
        fixture.Camera.Script = r => r.Method == "PLAY" ? ScriptedReply.Of(status, "Busy", ("Retry-After", "7")) : null;
        BackendFailure? failure = await fixture.PlayAsync(fixture.Create());
        Assert.Equal(BackendFailureKind.Busy, failure!.Kind);
        Assert.Equal(TimeSpan.FromSeconds(7), failure.RetryAfter);
    }

    [Fact]
    [Rule("C9")]
    public async Task KeepAlive_SessionNotFoundWithoutMedia_IsALoss()
    {
        await using BackendFixture fixture = new();
        fixture.Camera.TimeoutSeconds = 2;
        fixture.Camera.Script = r => r.Method == "GET_PARAMETER" ? ScriptedReply.Of(454, "Session Not Found") : null;
        BackendSession session = fixture.Create();
        Assert.Null(await fixture.PlayAsync(session));
        Assert.Equal(BackendFailureKind.KeepAliveRefused, (await fixture.FailureOfAsync(session)).Kind);
    }

    [Fact]
    [Rule("C11")]
    public async Task Close_OpenSession_SendsTeardownAndIsBounded()
    {
        await using BackendFixture fixture = new(new FakeTimeProvider());
        fixture.Camera.Script = r => r.Method == "TEARDOWN" ? new ScriptedReply { Silent = true } : null;
        BackendSession session = fixture.Create();
        Assert.Null(await fixture.PlayAsync(session));
        Task closing = fixture.CloseAsync(session);
        await Until.TrueAsync(() => fixture.Camera.Count("TEARDOWN") == 1);
        await fixture.AdvanceAsync(fixture.Timings.Teardown);
        await closing.WaitAsync(TimeSpan.FromSeconds(60));
        Assert.Equal(BackendState.Closed, session.State);
    }

    [Fact]
    [Rule("C18")]
    public async Task Require_WholeDialogue_IsNeverSent()
    {
        await using BackendFixture fixture = new();
        BackendSession session = fixture.Create();
        Assert.Null(await fixture.PlayAsync(session));
        await fixture.CloseAsync(session);
        Assert.All(fixture.Camera.Requests, r => Assert.Null(r.Header("Require") ?? r.Header("Proxy-Require")));
    }

    [Theory]
    [InlineData("SSH-2.0-x\r\n", nameof(BackendFailureKind.NotRtsp))]
    [InlineData("HTTP/1.1 400 Bad Request\r\n\r\n", nameof(BackendFailureKind.NotRtsp))]
    [InlineData("RTSP/1.0 200 OK\r\nCSeq: 1\r\nContent-Length: 1099511627776\r\n\r\n", nameof(BackendFailureKind.TooLarge))]
    [InlineData("RTSP/1.0 200 OK\r\nCSeq: 1\r\nContent-Length: 100\r\n\r\nv=0", nameof(BackendFailureKind.ConnectionLost))]
    [InlineData("RTSP/1.0 200 OK\r\nCSe", nameof(BackendFailureKind.ConnectionLost))]
    [InlineData("RTSP/1.0 200 OK\r\nCSeq: 1\r\n\r\n", nameof(BackendFailureKind.BadDescription))]
    [InlineData("RTSP/1.0 200 OK\r\nCSeq: 1\r\nContent-Length: 5\r\n\r\nv=0\r\n", nameof(BackendFailureKind.BadDescription))]
    [InlineData("RTSP/1.0 404 Not Found\r\nCSeq: 1\r\n\r\n", nameof(BackendFailureKind.Refused))]
    public async Task Open_BadAnswer_IsOneClearFailure(string answer, string kind)
    {
        await using BackendFixture fixture = new();
        fixture.Camera.Script = _ => new ScriptedReply { Raw = Encoding.ASCII.GetBytes(answer), Close = true };
        BackendFailure? failure = await fixture.OpenAsync(fixture.Create());
        Assert.NotNull(failure);
        Assert.Equal(kind, failure.Kind.ToString());
        Assert.NotEmpty(failure.Message);
    }

    [Fact]
    public async Task Open_DescriptionOfOneMegabyte_IsRefusedDeliberately()
    {
        await using BackendFixture fixture = new();
        fixture.Camera.Sdp = ScriptedCamera.VideoOnly + new StringBuilder().Insert(0, "a=x:" + new string('y', 60) + "\r\n", 16_000);
        BackendFailure? failure = await fixture.OpenAsync(fixture.Create());
        Assert.True(failure!.Kind is BackendFailureKind.BadDescription or BackendFailureKind.TooLarge, failure.ToString());
    }

    [Fact]
    public async Task Open_NoAnswer_FailsInTime()
    {
        await using BackendFixture fixture = new() { Timings = PatientTimings.OfBackend with { Answer = TimeSpan.FromMilliseconds(200) } };
        fixture.Camera.Script = _ => new ScriptedReply { Silent = true };
        BackendFailure? failure = await fixture.OpenAsync(fixture.Create());
        Assert.Equal(BackendFailureKind.NoAnswer, failure!.Kind);
        Assert.Contains("DESCRIBE", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Open_ConnectionRefused_NamesTheHost()
    {
        await using BackendFixture fixture = new();
        int port = fixture.Camera.Port;
        fixture.Camera.Dispose();
        BackendFailure? failure = await fixture.OpenAsync(fixture.Create(url: $"rtsp://u:verysecret@127.0.0.1:{port}/x"));
        Assert.Equal(BackendFailureKind.Unreachable, failure!.Kind);
        Assert.DoesNotContain("verysecret", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Open_BackChannel_IsLeftOut()
    {
        await using BackendFixture fixture = new();
        fixture.Camera.Sdp = ScriptedCamera.VideoOnly + "m=audio 0 RTP/AVP 0\r\na=control:trackID=1\r\na=sendonly\r\n";
        BackendSession session = fixture.Create();
        Assert.Null(await fixture.PlayAsync(session));
        Assert.Single(session.Tracks);
        Assert.Equal(1, fixture.Camera.Count("SETUP"));
    }
}
