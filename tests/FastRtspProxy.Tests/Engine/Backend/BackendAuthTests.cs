using FastRtspProxy.Engine;
using FastRtspProxy.Engine.Backend;
using FastRtspProxy.Protocol.Auth;
using FastRtspProxy.SimulatedCamera;
using FastRtspProxy.SimulatedCamera.Faults;
using FastRtspProxy.TestPeers;
using FastRtspProxy.Tests.SimulatedCamera;

namespace FastRtspProxy.Tests.Engine.Backend;

/// <summary>Whole dialogues with cameras that want credentials.</summary>
public sealed class BackendAuthTests
{
    private static readonly Credentials s_credentials = new("admin", "pa:ss \"w\"ord");

    [Theory]
    [Rule("C7")]
    [InlineData(nameof(SimulatedCameraAuthScheme.Basic))]
    [InlineData(nameof(SimulatedCameraAuthScheme.DigestLegacy))]
    [InlineData(nameof(SimulatedCameraAuthScheme.DigestMd5))]
    [InlineData(nameof(SimulatedCameraAuthScheme.DigestMd5Sess))]
    [InlineData(nameof(SimulatedCameraAuthScheme.DigestSha256))]
    [InlineData(nameof(SimulatedCameraAuthScheme.DigestSha256Sess))]
    [InlineData(nameof(SimulatedCameraAuthScheme.DigestSha512T256))]
    public async Task Challenge_EachScheme_PlaysAndTearsDown(string scheme)
    {
        await PlayAsync(o => o with { AuthSchemes = [Enum.Parse<SimulatedCameraAuthScheme>(scheme)] });
    }

    [Fact]
    [Rule("C7")]
    public async Task Challenge_Several_OneThatWeKnowIsTaken()
    {
        await PlayAsync(o => o with { AuthSchemes = [SimulatedCameraAuthScheme.Basic, SimulatedCameraAuthScheme.DigestMd5, SimulatedCameraAuthScheme.DigestSha256] });
    }

    [Theory]
    [Rule("C6")]
    [InlineData(nameof(SimulatedCameraAuthScheme.DigestMd5))]
    [InlineData(nameof(SimulatedCameraAuthScheme.DigestSha256Sess))]
    public async Task Challenge_NonceGoodForOneRequest_EachRequestIsAnsweredAgain(string scheme)
    {
        await PlayAsync(o => o with { AuthSchemes = [Enum.Parse<SimulatedCameraAuthScheme>(scheme)], Faults = new FaultSchedule { RotatesNonce = true } });
    }

    [Fact]
    [Rule("C6")]
    public async Task Challenge_NewNonceForEver_EndsWithAFailure()
    {
        await using CameraFixture camera = await CameraFixture.StartAsync(
            o => o with { User = "admin", Password = "x", Faults = new FaultSchedule { UnauthorizedStorm = true } });
        await using BackendFixture fixture = new();

        BackendFailure? failure = await fixture.OpenAsync(fixture.Create(url: camera.Url, credentials: s_credentials));

        Assert.Equal(BackendFailureKind.Unauthorized, failure!.Kind);
    }

    [Theory]
    [Rule("C7")]
    [InlineData("")]
    [InlineData(", qop=\"auth\"")]
    [InlineData(", algorithm=MD5-sess")]
    [InlineData(", algorithm=MD5-sess, qop=\"auth-int,auth\"")]
    [InlineData(", algorithm=SHA-256")]
    [InlineData(", algorithm=SHA-256, qop=\"auth\"")]
    [InlineData(", algorithm=SHA-512-256")]
    [InlineData(", algorithm=SHA-512-256, qop=\"auth\"")]
    public async Task Digest_WithAndWithoutQopAndSilentlyRotatedNonces_EveryRequestIsRight(string extra)
    {
        await using BackendFixture fixture = new();
        DigestVerifier verifier = new("cam");
        int requests = 0;
        string nonce = "n0";
        fixture.Camera.Script = r =>
        {
            if (verifier.Verify(r.Header("Authorization"), r.Method, nonce, user => user == s_credentials.User ? s_credentials.Password : null, out _) == DigestOutcome.Accepted)
            {
                // Quirk: the next request meets another nonce, and nothing has said so.
                nonce = "n" + ++requests;
                return null;
            }

            return ScriptedReply.Of(401, "Unauthorized", ("WWW-Authenticate", verifier.Challenge(nonce, false) + extra));
        };
        BackendSession session = fixture.Create(BackendTransport.Tcp, credentials: s_credentials);

        Assert.Null(await fixture.PlayAsync(session));
        await Until.TrueAsync(() => session.KnowsPublic);
        await fixture.CloseAsync(session);

        // DESCRIBE, two SETUPs, PLAY, OPTIONS, TEARDOWN.
        Assert.Equal(6, requests);
    }

    [Fact]
    public async Task Quirk_OffersSha256AndVerifiesMd5Alone_IsAnsweredWithMd5()
    {
        await using BackendFixture fixture = new();
        DigestVerifier verifier = new("cam");
        string challenge = verifier.Challenge("n", false);
        fixture.Camera.Script = r => r.Header("Authorization") is { } answer && answer.Contains("algorithm=MD5", StringComparison.Ordinal)
            && verifier.Verify(answer, r.Method, "n", user => user == s_credentials.User ? s_credentials.Password : null, out _) == DigestOutcome.Accepted
            ? null
            : ScriptedReply.Of(
                401, "Unauthorized", ("WWW-Authenticate", challenge + ", algorithm=SHA-256"), ("WWW-Authenticate", challenge + ", algorithm=MD5"));

        Assert.Null(await fixture.PlayAsync(fixture.Create(BackendTransport.Tcp, credentials: s_credentials)));

        Assert.Equal(3, fixture.Camera.Count("DESCRIBE"));
        Assert.Equal(2, fixture.Camera.Count("SETUP"));
    }

    private static async Task PlayAsync(Func<SimulatedCameraOptions, SimulatedCameraOptions> change)
    {
        await using CameraFixture camera = await CameraFixture.StartAsync(o => change(o) with { User = s_credentials.User, Password = s_credentials.Password });
        await using BackendFixture fixture = new();
        BackendSession session = fixture.Create(BackendTransport.Tcp, camera.Url, s_credentials);

        Assert.Null(await fixture.PlayAsync(session));
        await Until.TrueAsync(() => fixture.Sink.Packets.Count > 0);
        await fixture.CloseAsync(session);
        await Until.TrueAsync(() => camera.Server.Counters.SessionsPlaying == 0);
    }
}
