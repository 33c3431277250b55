using FastRtspProxy.Engine;
using FastRtspProxy.Engine.Backend;
using FastRtspProxy.TestPeers;

namespace FastRtspProxy.Tests.Engine.Backend;

/// <summary>What a camera's description makes of its URLs, its marks and its payload types.</summary>
public sealed class BackendUrlTests
{
    [Fact]
    [Rule("C4")]
    public async Task Setup_AbsoluteSessionControl_IsTheBaseOfTheTracks()
    {
        await using BackendFixture fixture = new();
        string cam = $"rtsp://127.0.0.1:{fixture.Camera.Port}";
        Describe(fixture, cam + "/", Controls(cam + "/live/ch1"));
        fixture.Camera.Script = Only(r => r.Uri.StartsWith(cam + "/live/ch1/", StringComparison.Ordinal));
        BackendSession session = fixture.Create(BackendTransport.Tcp);

        Assert.Null(await fixture.PlayAsync(session));

        Assert.Equal([cam + "/live/ch1/trackID=0", cam + "/live/ch1/trackID=1"], Asked(fixture, "SETUP"));
        Assert.Equal([cam + "/live/ch1"], Asked(fixture, "PLAY"));
    }

    [Fact]
    [Rule("C4")]
    public async Task Setup_CameraReadsTheLetter_IsAskedSoAfterA404AndForTheNextTrackAtOnce()
    {
        await using BackendFixture fixture = new();
        string cam = $"rtsp://127.0.0.1:{fixture.Camera.Port}";
        Describe(fixture, cam + "/", Controls(cam + "/live/ch1"));
        fixture.Camera.Script = Only(r => r.Uri.StartsWith(cam + "/trackID=", StringComparison.Ordinal));
        BackendSession session = fixture.Create(BackendTransport.Udp);

        Assert.Null(await fixture.PlayAsync(session));

        Assert.Equal([cam + "/live/ch1/trackID=0", cam + "/trackID=0", cam + "/trackID=1"], Asked(fixture, "SETUP"));
    }

    [Theory]
    [Rule("C4")]
    [InlineData(404, 3)]
    [InlineData(410, 3)]
    [InlineData(453, 1)]
    public async Task Setup_NoReadingIsKnown_TheFirstAnswerIsTheFailure(int status, int asked)
    {
        await using BackendFixture fixture = new();
        string cam = $"rtsp://127.0.0.1:{fixture.Camera.Port}";
        Describe(fixture, cam + "/", Controls(cam + "/live/ch1").Replace("m=audio", "x=audio", StringComparison.Ordinal));
        int refusals = 0;
        fixture.Camera.Script = r => r.Method == "SETUP" ? ScriptedReply.Of(status, "No " + ++refusals) : null;
        BackendSession session = fixture.Create(BackendTransport.Tcp);

        BackendFailure? failure = await fixture.PlayAsync(session);

        Assert.Contains($"was answered {status} No 1", failure!.Message, StringComparison.Ordinal);
        Assert.Equal(asked, fixture.Camera.Count("SETUP"));
    }

    [Fact]
    public async Task Quirk_TrackControlWithThePathFromTheRoot_IsAskedSoAfterA404()
    {
        await using BackendFixture fixture = new();
        string cam = $"rtsp://127.0.0.1:{fixture.Camera.Port}";
        Describe(fixture, cam + "/live/", ScriptedCamera.VideoOnly.Replace("trackID=0", "/media/trackID=0", StringComparison.Ordinal));
        fixture.Camera.Script = Only(r => r.Uri.StartsWith(cam + "/media/", StringComparison.Ordinal));

        Assert.Null(await fixture.PlayAsync(fixture.Create(BackendTransport.Tcp)));

        Assert.Equal([cam + "/live/media/trackID=0", cam + "/media/trackID=0"], Asked(fixture, "SETUP"));
    }

    [Theory]
    [InlineData("/live")]
    [InlineData("/live/")]
    public async Task Quirk_SessionControlIsThePathOnceMore_PlaysThere(string control)
    {
        await using BackendFixture fixture = new();
        string cam = $"rtsp://127.0.0.1:{fixture.Camera.Port}";
        Describe(fixture, cam + "/live/", Controls(control));

        Assert.Null(await fixture.PlayAsync(fixture.Create(BackendTransport.Tcp)));

        Assert.Equal([cam + control], Asked(fixture, "PLAY"));
    }

    [Theory]
    [InlineData(400)]
    [InlineData(404)]
    public async Task Quirk_CameraDoesNotKnowTheSessionsControl_PlaysAndEndsAtTheBase(int status)
    {
        await using BackendFixture fixture = new();
        string cam = $"rtsp://127.0.0.1:{fixture.Camera.Port}";
        Describe(fixture, cam + "/live/", Controls("session0"));
        fixture.Camera.Script = r => r.Method == "PLAY" && r.Uri != cam + "/live/" ? ScriptedReply.Of(status, "No") : null;
        BackendSession session = fixture.Create(BackendTransport.Tcp);

        Assert.Null(await fixture.PlayAsync(session));
        await fixture.CloseAsync(session);

        Assert.Equal([cam + "/live/session0", cam + "/live/session0", cam + "/live/"], Asked(fixture, "PLAY"));
        Assert.Equal([cam + "/live/"], Asked(fixture, "TEARDOWN"));
    }

    [Fact]
    public async Task Play_RefusedAtTheSessionsControlAndAtTheBase_TheFirstIsTheFailure()
    {
        await using BackendFixture fixture = new();
        string cam = $"rtsp://127.0.0.1:{fixture.Camera.Port}";
        Describe(fixture, cam + "/live/", Controls("session0"));
        fixture.Camera.Script = r => r.Method == "PLAY" ? ScriptedReply.Of(r.Uri == cam + "/live/" ? 500 : 404, "No") : null;
        BackendSession session = fixture.Create(BackendTransport.Tcp);

        BackendFailure? failure = await fixture.PlayAsync(session);
        await fixture.CloseAsync(session);

        Assert.Contains("PLAY was answered 404", failure!.Message, StringComparison.Ordinal);
        Assert.Equal([cam + "/live/session0"], Asked(fixture, "TEARDOWN"));
    }

    [Fact]
    public async Task Quirk_ContentBaseWithItsSchemeTwice_SetsUpAtTheCamera()
    {
        await using BackendFixture fixture = new();
        string cam = $"rtsp://127.0.0.1:{fixture.Camera.Port}";
        Describe(fixture, $"rtsp://{cam}/live/", ScriptedCamera.VideoOnly);
        BackendSession session = fixture.Create(BackendTransport.Tcp);

        Assert.Null(await fixture.PlayAsync(session));

        Assert.Equal([cam + "/live/trackID=0"], Asked(fixture, "SETUP"));
    }

    [Fact]
    public async Task Quirk_SendOnlyVideo_IsSetUpWithItsSound()
    {
        await using BackendFixture fixture = new();
        fixture.Camera.Sdp = ScriptedCamera.VideoAndAudio.Replace("a=control:trackID=0\r\n", "a=control:trackID=0\r\na=sendonly\r\n", StringComparison.Ordinal);
        BackendSession session = fixture.Create(BackendTransport.Tcp);

        Assert.Null(await fixture.PlayAsync(session));

        Assert.Equal(["video", "audio"], session.Tracks.Select(t => t.Media.Type));
    }

    [Theory]
    [InlineData(BackendTransport.Tcp)]
    [InlineData(BackendTransport.Udp)]
    public async Task Quirk_PayloadTypeThatNoTrackHas_IsNamedInTheFailure(BackendTransport transport)
    {
        await using BackendFixture fixture = new(new FakeTimeProvider());
        fixture.Camera.Sdp = ScriptedCamera.VideoOnly;
        BackendSession session = fixture.Create(transport);
        Assert.Null(await fixture.PlayAsync(session));
        for (int i = 0; i < 7; i++)
        {
            fixture.Camera.SendRtp(0, 98, (ushort)i, 1, 42, true, [0x65]);
        }

        await Until.TrueAsync(() => session.Tracks[0].UnknownPayloadTypes == 7);
        await fixture.AdvanceAsync(fixture.Timings.DeadStream);

        BackendFailure failure = await fixture.FailureOfAsync(session);

        Assert.Contains("7 packets of payload type 98 came, which no track has (the description names 96)", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Quirk_LinkLocalCameraWithoutItsInterface_IsToldHowToWriteIt()
    {
        await using BackendFixture fixture = new();

        BackendFailure? bare = await fixture.OpenAsync(fixture.Create(url: "rtsp://[fe80::1]:5544/live"));
        BackendFailure? unknown = await fixture.OpenAsync(fixture.Create(url: "rtsp://[fe80::1%25nosuch0]:5544/live"));

        Assert.Contains("rtsp://[fe80::1%25eth0]/", bare!.Message, StringComparison.Ordinal);
        Assert.Contains("this machine has no interface nosuch0", unknown!.Message, StringComparison.Ordinal);
    }

    private static string Controls(string session) => ScriptedCamera.VideoAndAudio.Replace("a=control:*", "a=control:" + session, StringComparison.Ordinal);

    private static void Describe(BackendFixture fixture, string contentBase, string sdp)
    {
        fixture.Camera.Sdp = sdp;
        fixture.Camera.ContentBase = contentBase;
    }

    private static Func<ScriptedRequest, ScriptedReply?> Only(Func<ScriptedRequest, bool> knows) => r =>
        r.Method == "SETUP" && !knows(r) ? ScriptedReply.Of(404, "Not Found") : null;

    private static IEnumerable<string> Asked(BackendFixture fixture, string method) => fixture.Camera.Requests.Where(r => r.Method == method).Select(r => r.Uri);
}
