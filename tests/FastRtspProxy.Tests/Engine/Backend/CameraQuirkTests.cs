using System.Globalization;
using FastRtspProxy.Engine;
using FastRtspProxy.Engine.Backend;
using FastRtspProxy.TestPeers;

namespace FastRtspProxy.Tests.Engine.Backend;

/// <summary>What cameras do in the dialogue that no RFC says, one rule a test; testdata/README.md has the whole list.</summary>
public sealed class CameraQuirkTests
{
    [Theory]
    [InlineData("anjvision_describe.txt", "/11/trackID=0")]
    [InlineData("greenvision_describe.txt", "/tcp/av0_0/trackID=0")]
    [InlineData("missing_content_type_describe.txt", "/live/trackID=0")]
    public async Task Quirk_DescribeOddities_SetupStaysOnOurHost(string file, string path)
    {
        await using BackendFixture fixture = new();
        fixture.Camera.Script = r => r.Method == "DESCRIBE" ? new ScriptedReply { Raw = TestData.Bytes(file) } : null;

        Assert.Null(await fixture.PlayAsync(fixture.Create()));

        ScriptedRequest setup = fixture.Camera.Requests.Single(r => r.Method == "SETUP");
        Assert.Equal($"rtsp://127.0.0.1:{fixture.Camera.Port}{path}", setup.Uri);
    }

    [Theory]
    [InlineData(BackendTransport.Udp)]
    [InlineData(BackendTransport.Tcp)]
    public async Task Quirk_ModePlayBreaksServers_ItIsNeverSent(BackendTransport transport)
    {
        await using BackendFixture fixture = new();
        Assert.Null(await fixture.PlayAsync(fixture.Create(transport)));

        Assert.All(
            fixture.Camera.Requests.Where(r => r.Method == "SETUP"),
            r => Assert.DoesNotContain("mode", r.Header("Transport"), StringComparison.OrdinalIgnoreCase));
    }

    [Fact]
    public async Task Quirk_UserAgentIsDemanded_EveryRequestHasOne()
    {
        await using BackendFixture fixture = new();
        fixture.Camera.Script = r => r.Header("User-Agent") is null ? ScriptedReply.Of(403, "Forbidden") : null;
        BackendSession session = fixture.Create();

        Assert.Null(await fixture.PlayAsync(session));
        await fixture.CloseAsync(session);

        Assert.All(fixture.Camera.Requests, r => Assert.Equal("FastRtspProxy", r.Header("User-Agent")));
    }

    [Theory]
    [InlineData(400)]
    [InlineData(455)]
    [InlineData(457)]
    public async Task Quirk_ParrotPlayWithoutRangeIsRefused_TheSecondTryHasOne(int status)
    {
        await using BackendFixture fixture = new();
        fixture.Camera.Script = r => r.Method == "PLAY" && r.Header("Range") is null ? ScriptedReply.Of(status, "No") : null;

        Assert.Null(await fixture.PlayAsync(fixture.Create()));

        Assert.Equal([null, "npt=0.000-"], fixture.Camera.Requests.Where(r => r.Method == "PLAY").Select(r => r.Header("Range")));
    }

    [Theory]
    [InlineData(404, false)]
    [InlineData(401, false)]
    [InlineData(401, true)]
    [InlineData(405, false)]
    public async Task Quirk_OptionsAnsweredWithAnError_TheSessionGoesOnWithAnotherMethod(int status, bool hasCredentials)
    {
        await using BackendFixture fixture = new(new FakeTimeProvider()) { Timings = BackendTimings.Default with { DeadStream = TimeSpan.Zero } };
        fixture.Camera.TimeoutSeconds = 20;
        fixture.Camera.Script = r => r.Method == "OPTIONS"
            ? ScriptedReply.Of(status, "No", ("WWW-Authenticate", $"Digest realm=\"r\", nonce=\"{r.CSeq}\""))
            : null;
        BackendSession session = fixture.Create(BackendTransport.Tcp, credentials: hasCredentials ? new Credentials("u", "p") : null);
        Assert.Null(await fixture.PlayAsync(session));

        await AdvanceUntilAsync(fixture, () => fixture.Camera.Count("SET_PARAMETER") >= 2);

        Assert.Null(session.Failure);
        Assert.Equal(hasCredentials ? 3 : 1, fixture.Camera.Count("OPTIONS"));
        string aggregate = fixture.Camera.Requests.Single(r => r.Method == "PLAY").Uri;
        Assert.All(fixture.Camera.Requests.Where(r => r.Method is "OPTIONS" or "SET_PARAMETER"), r => Assert.Equal(aggregate, r.Uri));
    }

    [Fact]
    public async Task Quirk_KeepAliveNeverAnsweredWhileIdle_DescribeTellsThatTheCameraLives()
    {
        await using BackendFixture fixture = new(new FakeTimeProvider());
        fixture.Camera.Script = r => r.Method == "OPTIONS" ? new ScriptedReply { Silent = true } : null;
        BackendSession session = fixture.Create();
        Assert.Null(await fixture.OpenAsync(session));

        await AdvanceUntilAsync(fixture, () => fixture.Camera.Count("SET_PARAMETER") > 0);

        Assert.Null(session.Failure);
        Assert.Equal((1, 2), (fixture.Camera.Count("OPTIONS"), fixture.Camera.Count("DESCRIBE")));
    }

    [Fact]
    public async Task KeepAlive_NothingIsAnsweredWhileIdle_TheCameraIsLost()
    {
        await using BackendFixture fixture = new(new FakeTimeProvider());
        BackendSession session = fixture.Create();
        Assert.Null(await fixture.OpenAsync(session));
        fixture.Camera.Script = _ => new ScriptedReply { Silent = true };

        await AdvanceUntilAsync(fixture, () => session.Failure is not null);

        Assert.Equal(BackendFailureKind.NoAnswer, session.Failure!.Kind);
    }

    [Fact]
    public async Task Quirk_SessionIdChangesBetweenSetups_TheNewestIsUsed()
    {
        await using BackendFixture fixture = new();
        fixture.Camera.Script = r => r.Method == "SETUP"
            ? fixture.Camera.Default(r) with { Headers = [("Session", "id" + r.CSeq.ToString(CultureInfo.InvariantCulture)), ("Transport", r.Header("Transport")!)] }
            : null;
        BackendSession session = fixture.Create(BackendTransport.Tcp);

        Assert.Null(await fixture.PlayAsync(session));
        await fixture.CloseAsync(session);

        // The answer to PLAY has one of its own, too.
        Assert.Equal([null, null, "id2", "id3", "12345678"], fixture.Camera.Requests.Where(r => r.Method != "OPTIONS").Select(r => r.Header("Session")));
    }

    [Fact]
    public async Task Quirk_AnswersWithoutCSeq_BelongToTheOldestRequest()
    {
        await using BackendFixture fixture = new();
        fixture.Camera.Script = r => fixture.Camera.Default(r) with { WithoutCSeq = true };
        BackendSession session = fixture.Create();

        Assert.Null(await fixture.PlayAsync(session));
        await fixture.CloseAsync(session);

        Assert.Equal(["DESCRIBE", "SETUP", "SETUP", "PLAY", "TEARDOWN"], fixture.Camera.Dialogue);
    }

    [Fact]
    public async Task Quirk_DahuaTwoBackChannels_AreLeftOutAndNotAskedFor()
    {
        await using BackendFixture fixture = new();
        fixture.Camera.Sdp = TestData.Text("dahua_two_backchannels.sdp");

        Assert.Null(await fixture.PlayAsync(fixture.Create(BackendTransport.Tcp)));

        Assert.Equal(["trackID=0", "trackID=1"], fixture.Camera.Requests.Where(r => r.Method == "SETUP").Select(r => r.Uri.Split('/')[^1]));
        Assert.All(fixture.Camera.Requests, r => Assert.Null(r.Header("Require")));
    }

    [Fact]
    public async Task Quirk_OldLive555SendsStaleMedia_TeardownComesBeforeTheConnectionCloses()
    {
        await using BackendFixture fixture = new() { Timings = PatientTimings.OfBackend with { DeadStream = TimeSpan.FromMilliseconds(100) } };
        bool wasOpen = false;
        fixture.Camera.Script = r =>
        {
            wasOpen |= r.Method == "TEARDOWN" && fixture.Camera.OpenConnections == 1;
            return null;
        };
        BackendSession session = fixture.Create(BackendTransport.Tcp);
        Assert.Null(await fixture.PlayAsync(session));
        Assert.Equal(BackendFailureKind.Silent, (await fixture.FailureOfAsync(session)).Kind);

        await fixture.CloseAsync(session);

        await Until.TrueAsync(() => fixture.Camera.Count("TEARDOWN") == 1);
        await Until.TrueAsync(() => wasOpen);
        await Until.TrueAsync(() => fixture.Camera.OpenConnections == 0);
    }

    [Theory]
    [InlineData("")]
    [InlineData("url=trackID=0;seq=1;rtptime=0,url=trackID=1;seq=0;rtptime=1;")]
    [InlineData("url=rtsp://x/trackID=0;seq=70000;rtptime=-1")]
    [InlineData(";;,,=\u00ff")]
    public async Task Quirk_RtpInfoMissingOrWrong_IsNotBelieved(string value)
    {
        await using BackendFixture fixture = new();
        fixture.Camera.Script = r => r.Method == "PLAY"
            ? fixture.Camera.Default(r) with { Headers = value.Length == 0 ? [("Session", "12345678")] : [("Session", "12345678"), ("RTP-Info", value)] }
            : null;
        Assert.Null(await fixture.PlayAsync(fixture.Create()));

        fixture.Camera.SendRtp(0, 96, 40_000, 5, 1, true, "x"u8);
        await Until.TrueAsync(() => fixture.Sink.Packets.Count == 1);
        Assert.Equal(((ushort)40_000, 5u), (fixture.Sink.Packets[0].SequenceNumber, fixture.Sink.Packets[0].Timestamp));
    }

    private static async Task AdvanceUntilAsync(BackendFixture fixture, Func<bool> condition)
    {
        for (int second = 0; second < 120 && !condition(); second++)
        {
            await fixture.AdvanceAsync(TimeSpan.FromSeconds(1));
        }

        Assert.True(condition(), "not within two minutes of the fake clock");
    }
}
