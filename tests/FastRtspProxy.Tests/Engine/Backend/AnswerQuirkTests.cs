using System.Globalization;
using FastRtspProxy.Engine;
using FastRtspProxy.Engine.Backend;
using FastRtspProxy.TestPeers;

namespace FastRtspProxy.Tests.Engine.Backend;

/// <summary>Whole dialogues with cameras whose answers are not what the RFC says, and which other clients play all the same.</summary>
public sealed class AnswerQuirkTests
{
    [Theory]
    [InlineData("zero", "")]
    [InlineData("previous", "")]
    [InlineData("previous", "OPTIONS")]
    [InlineData("zero", "PLAY")]
    [InlineData("other", "SETUP")]
    public async Task Quirk_HisiliconAndTapoForeignCSeq_TheAnswerIsTheOneRequestsThatWaits(string number, string methods)
    {
        await using BackendFixture fixture = new();
        fixture.Camera.Script = r => methods.Length == 0 || methods == r.Method
            ? Numbered(fixture.Camera.Default(r), number switch { "zero" => 0, "previous" => r.CSeq - 1, _ => r.CSeq + 1000 })
            : null;
        BackendSession session = fixture.Create(BackendTransport.Tcp);

        Assert.Null(await fixture.PlayAsync(session));
        await fixture.CloseAsync(session);

        Assert.Equal(1, fixture.Camera.Count("TEARDOWN"));
        Assert.Equal(2, fixture.Camera.Count("SETUP"));
    }

    [Fact]
    public async Task Quirk_AByteMoreBehindEachAnswer_IsPassedOver()
    {
        await using BackendFixture fixture = new();
        fixture.Camera.Script = r =>
        {
            ScriptedReply reply = r.Header("Authorization") is null
                ? ScriptedReply.Of(401, "Unauthorized", ("WWW-Authenticate", "Digest realm=\"r\", nonce=\"n\""))
                : fixture.Camera.Default(r);
            return reply with { After = [0] };
        };
        BackendSession session = fixture.Create(BackendTransport.Tcp, credentials: new Credentials("u", "p"));

        Assert.Null(await fixture.PlayAsync(session));
        await fixture.CloseAsync(session);

        Assert.Equal(["DESCRIBE", "DESCRIBE", "SETUP", "SETUP", "PLAY", "TEARDOWN"], fixture.Camera.Dialogue);
        Assert.Equal(1, fixture.Camera.ConnectionCount);
    }

    [Fact]
    public async Task Quirk_IdComesWithDescribe_IsReturnedInEverythingThatFollowsAndTornDown()
    {
        await using BackendFixture fixture = new();
        fixture.Camera.Script = r => r.Method switch
        {
            "DESCRIBE" => With(fixture.Camera.Default(r), ("Session", "early;timeout=30")),
            "SETUP" => fixture.Camera.Default(r) with { Headers = [("Transport", r.Header("Transport")!)] },
            _ => null,
        };
        BackendSession session = fixture.Create(BackendTransport.Tcp);

        Assert.Null(await fixture.PlayAsync(session));
        Assert.Equal(TimeSpan.FromSeconds(30), session.SessionTimeout);
        await fixture.CloseAsync(session);

        Assert.All(fixture.Camera.Requests.Where(r => r.Method is "SETUP" or "PLAY"), r => Assert.Equal("early", r.Header("Session")));
        Assert.NotNull(fixture.Camera.Requests.Single(r => r.Method == "TEARDOWN").Header("Session"));
    }

    [Theory]
    [InlineData("early", 1)]
    [InlineData(null, 0)]
    public async Task Close_DescribedOnly_TeardownIsOwedExactlyWhereAnIdWasGiven(string? id, int teardowns)
    {
        await using BackendFixture fixture = new();
        fixture.Camera.Script = r => r.Method == "DESCRIBE" && id is not null ? With(fixture.Camera.Default(r), ("Session", id)) : null;
        BackendSession session = fixture.Create();
        Assert.Null(await fixture.OpenAsync(session));

        await fixture.CloseAsync(session);

        Assert.Equal(teardowns, fixture.Camera.Count("TEARDOWN"));
    }

    [Fact]
    public async Task Close_IdCameWithADescriptionThatCannotBeRead_IsTornDown()
    {
        await using BackendFixture fixture = new();
        fixture.Camera.Script = r => r.Method == "DESCRIBE" ? ScriptedReply.Of(200, "OK", ("Session", "early")) : null;
        BackendSession session = fixture.Create();
        Assert.Equal(BackendFailureKind.BadDescription, (await fixture.OpenAsync(session))!.Kind);

        await fixture.CloseAsync(session);

        Assert.Equal("early", fixture.Camera.Requests.Single(r => r.Method == "TEARDOWN").Header("Session"));
    }

    [Fact]
    public async Task Close_SetUpWithoutAnyId_OwesNoTeardown()
    {
        await using BackendFixture fixture = new();
        fixture.Camera.Script = r => r.Method == "TEARDOWN" ? null
            : fixture.Camera.Default(r) is { } reply ? reply with { Headers = [.. reply.Headers.Where(h => h.Name != "Session")] } : null;
        BackendSession session = fixture.Create(BackendTransport.Tcp);
        Assert.Null(await fixture.PlayAsync(session));

        await fixture.CloseAsync(session);

        Assert.Equal(0, fixture.Camera.Count("TEARDOWN"));
    }

    [Fact]
    public async Task Quirk_FirstSetUpAnswered454WithTheIdOfDescribe_IsSentOnceMoreWithoutIt()
    {
        await using BackendFixture fixture = new();
        fixture.Camera.Script = r => r.Method switch
        {
            "DESCRIBE" => With(fixture.Camera.Default(r), ("Session", "early")),
            "SETUP" when r.Header("Session") == "early" => ScriptedReply.Of(454, "Session Not Found", ("Session", "early")),
            _ => null,
        };

        Assert.Null(await fixture.PlayAsync(fixture.Create(BackendTransport.Tcp)));

        Assert.Equal(["early", null, "12345678"], fixture.Camera.Requests.Where(r => r.Method == "SETUP").Select(r => r.Header("Session")));
    }

    [Fact]
    public async Task SetUp_454WithoutTheIdToo_IsARefusalAfterTwoTries()
    {
        await using BackendFixture fixture = new();
        fixture.Camera.Script = r => r.Method switch
        {
            "DESCRIBE" => With(fixture.Camera.Default(r), ("Session", "early")),
            "SETUP" => ScriptedReply.Of(454, "Session Not Found", ("Session", "early")),
            _ => null,
        };

        Assert.NotNull(await fixture.PlayAsync(fixture.Create(BackendTransport.Tcp)));

        Assert.Equal(2, fixture.Camera.Count("SETUP"));
    }

    [Fact]
    public async Task Redirect_AfterAnId_TheNextServerIsNotToldIt()
    {
        await using BackendFixture fixture = new();
        using ScriptedCamera other = new();
        fixture.Camera.Script = _ => ScriptedReply.Of(302, "Found", ("Location", other.Url), ("Session", "early"));
        BackendSession session = fixture.Create();

        Assert.Null(await fixture.OpenAsync(session));
        await fixture.CloseAsync(session);

        Assert.All(other.Requests, r => Assert.Null(r.Header("Session")));
        Assert.Equal(0, other.Count("TEARDOWN"));
    }

    [Theory]
    [InlineData("Digest realm=\"rtsp\", nonce=\"0011\"", true)]
    [InlineData("Digest realm=\"rtsp\", nonce=\"0011\"", false)]
    [InlineData("Basic realm=\"rtsp\"", true)]
    public async Task Quirk_VStarcamClosesAfter401_TheNextConnectionBeginsWithTheAnswer(string challenge, bool saysClose)
    {
        await using BackendFixture fixture = new();
        fixture.Camera.Script = r => r.Header("Authorization") is not null ? null
            : ScriptedReply.Of(401, "Unauthorized", [("WWW-Authenticate", challenge), .. saysClose ? new[] { ("Connection", "close") } : []]) with { Close = true };
        BackendOptions? options = null;
        BackendFailure? failure = await fixture.OpenAsync(fixture.Create(credentials: new Credentials("admin", "x"), change: o => options = o));

        Assert.Equal(BackendFailureKind.ClosedAfterChallenge, failure!.Kind);
        Assert.True(failure.RetryAtOnce);
        Assert.Contains("401", failure.Message, StringComparison.Ordinal);

        Assert.Null(await fixture.OpenAsync(fixture.Create(change: _ => options!)));
        Assert.NotNull(fixture.Camera.Requests.First(r => r.Connection == 2).Header("Authorization"));
    }
    /// <summary>`stale=TRUE` says that the password was right and the nonce too old: no refusal, wherever the answer has to go.</summary>
    [Fact]
    public async Task Quirk_ClosesAfterAStaleNonce_TheNextConnectionBeginsWithTheNewOne()
    {
        await using BackendFixture fixture = new();
        fixture.Camera.Script = static r => r.Header("Authorization") switch
        {
            null => ScriptedReply.Of(401, "Unauthorized", ("WWW-Authenticate", "Digest realm=\"r\", nonce=\"old\"")),
            { } signed when signed.Contains("nonce=\"old\"", StringComparison.Ordinal) =>
                ScriptedReply.Of(401, "Unauthorized", ("WWW-Authenticate", "Digest realm=\"r\", nonce=\"new\", stale=TRUE")) with { Close = true },
            _ => null,
        };
        BackendOptions? options = null;
        BackendFailure? failure = await fixture.OpenAsync(fixture.Create(credentials: new Credentials("admin", "x"), change: o => options = o));

        Assert.Equal(BackendFailureKind.ClosedAfterChallenge, failure!.Kind);
        Assert.True(failure.RetryAtOnce);

        Assert.Null(await fixture.OpenAsync(fixture.Create(change: _ => options!)));
        Assert.Contains("nonce=\"new\"", fixture.Camera.Requests.First(r => r.Connection == 2).Header("Authorization"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Quirk_ConnectionCloseIsOnlySaid_AfterAShortWaitTheNextConnectionIsMade()
    {
        await using BackendFixture fixture = new(new FakeTimeProvider());
        bool closing = false;
        fixture.Camera.Script = r =>
        {
            ScriptedReply reply = closing ? new ScriptedReply { Silent = true }
                : ScriptedReply.Of(401, "Unauthorized", ("WWW-Authenticate", "Digest realm=\"r\", nonce=\"1\""), ("Connection", "close"));
            closing = true;
            return reply;
        };
        Task<BackendFailure?> opened = fixture.OpenAsync(fixture.Create(credentials: new Credentials("admin", "x")));
        await Until.TrueAsync(() => fixture.Camera.Count("DESCRIBE") == 2);
        while (!opened.IsCompleted)
        {
            await fixture.AdvanceAsync(TimeSpan.FromSeconds(1));
        }

        Assert.Equal(BackendFailureKind.ClosedAfterChallenge, (await opened)!.Kind);
    }

    [Fact]
    public async Task Open_ClosedAfter401ToASignedRequest_IsTheRefusalAndNotTriedInAHurry()
    {
        await using BackendFixture fixture = new();
        int nonce = 0;
        fixture.Camera.Script = r => ScriptedReply.Of(401, "Unauthorized", ("WWW-Authenticate", $"Digest realm=\"r\", nonce=\"{++nonce}\"")) with { Close = nonce == 2 };

        BackendFailure? failure = await fixture.OpenAsync(fixture.Create(credentials: new Credentials("admin", "wrong")));

        Assert.Equal(BackendFailureKind.Unauthorized, failure!.Kind);
        Assert.False(failure.RetryAtOnce);
        Assert.Contains("401", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    [Rule("C7")]
    public async Task Digest_NextNonceOfAuthenticationInfo_SignsTheNextRequestWithoutA401()
    {
        await using BackendFixture fixture = new();
        FastRtspProxy.Protocol.Auth.DigestVerifier verifier = new("cam");
        int refused = 0;
        string nonce = "n0";
        fixture.Camera.Script = r =>
        {
            if (verifier.Verify(r.Header("Authorization"), r.Method, nonce, _ => "x", out _) != FastRtspProxy.Protocol.Auth.DigestOutcome.Accepted)
            {
                refused++;
                return ScriptedReply.Of(401, "Unauthorized", ("WWW-Authenticate", verifier.Challenge(nonce, false)));
            }

            nonce = "n" + r.CSeq.ToString(CultureInfo.InvariantCulture);
            return With(fixture.Camera.Default(r), ("Authentication-Info", $"qop=auth, nextnonce=\"{nonce}\""));
        };
        BackendSession session = fixture.Create(BackendTransport.Tcp, credentials: new Credentials("admin", "x"));

        Assert.Null(await fixture.PlayAsync(session));
        await Until.TrueAsync(() => session.KnowsPublic); // TEARDOWN on its way beside OPTIONS would be signed with the same nonce
        await fixture.CloseAsync(session);

        Assert.Equal(1, refused);
    }

    [Fact]
    [Rule("C5")]
    public async Task ServerRequest_MethodThatWeDoNotKnow_IsAnswered501AndMediaGoesOn()
    {
        await using BackendFixture fixture = new();
        BackendSession session = fixture.Create(BackendTransport.Tcp);
        Assert.Null(await fixture.PlayAsync(session));

        fixture.Camera.SendText("X_EVENT rtsp://127.0.0.1/live RTSP/1.0\r\nCSeq: 77\r\nContent-Length: 4\r\n\r\nbody");
        fixture.Camera.SendRtp(0, 96, 1, 1, 1, true, "x"u8);

        await Until.TrueAsync(() => !fixture.Camera.Responses.IsEmpty && fixture.Sink.Packets.Count == 1);
        Assert.StartsWith("RTSP/1.0 501", fixture.Camera.Responses.Single(), StringComparison.Ordinal);
        Assert.Contains("CSeq: 77", fixture.Camera.Responses.Single(), StringComparison.Ordinal);
    }

    /// <summary>A server that a stranger registered asks at full speed: each of its requests would cost the shard an answer.</summary>
    [Theory]
    [InlineData("OPTIONS * RTSP/1.0\r\nCSeq: 1\r\n\r\n")]
    [InlineData("RTSP/1.0 200 OK\r\nCSeq: 4711\r\n\r\n")]
    [InlineData("RTSP/1.0 100 Continue\r\nCSeq: 1\r\n\r\n")]
    [InlineData("RTSP/1.0 100\n\n")]
    public async Task Messages_HundredsThatNobodyAskedFor_EndTheSession(string message)
    {
        await using BackendFixture fixture = new();
        BackendSession session = fixture.Create(BackendTransport.Tcp);
        Assert.Null(await fixture.PlayAsync(session));

        fixture.Camera.SendText(string.Concat(Enumerable.Repeat(message, 500)));

        await Until.TrueAsync(() => session.Failure is not null);
        Assert.Contains("nobody asked for", session.Failure!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Answer_InformationalOneBeforeIt_IsWaitedForAllTheSame()
    {
        await using BackendFixture fixture = new();
        fixture.Camera.Script = r =>
        {
            fixture.Camera.SendText($"RTSP/1.0 100 Continue\r\nCSeq: {r.CSeq}\r\n\r\n");
            return null;
        };

        Assert.Null(await fixture.PlayAsync(fixture.Create(BackendTransport.Tcp)));

        Assert.Equal(2, fixture.Camera.Count("SETUP"));
    }

    private static ScriptedReply With(ScriptedReply reply, (string, string) header) => reply with { Headers = [.. reply.Headers, header] };

    private static ScriptedReply Numbered(ScriptedReply reply, int cseq) => With(reply with { WithoutCSeq = true }, ("CSeq", cseq.ToString(CultureInfo.InvariantCulture)));
}
