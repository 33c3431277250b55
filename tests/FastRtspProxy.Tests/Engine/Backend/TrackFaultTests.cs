using FastRtspProxy.Engine;
using FastRtspProxy.Engine.Backend;
using FastRtspProxy.TestPeers;

namespace FastRtspProxy.Tests.Engine.Backend;

/// <summary>One track's fault is that track's alone: what the session with the camera makes of it.</summary>
public sealed class TrackFaultTests
{
    /// <summary>Metadata stands before the video.</summary>
    private const string MetadataFirst =
        "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=Scripted\r\nt=0 0\r\n" +
        "m=application 0 RTP/AVP 107\r\na=rtpmap:107 vnd.onvif.metadata/90000\r\na=control:trackID=0\r\n" +
        "m=video 0 RTP/AVP 96\r\na=rtpmap:96 H264/90000\r\na=control:trackID=1\r\n";

    private static readonly BackendTimings s_quick = PatientTimings.OfBackend with { SilentTrack = TimeSpan.FromMilliseconds(100) };

    [Theory]
    [InlineData(404, BackendTransport.Tcp)]
    [InlineData(461, BackendTransport.Tcp)]
    [InlineData(500, BackendTransport.Tcp)]
    [InlineData(403, BackendTransport.Tcp)]
    [InlineData(404, BackendTransport.Udp)]
    [InlineData(500, BackendTransport.Udp)]
    public async Task SetUp_SecondTrackIsRefused_TheFirstPlaysAndTheOtherIsAskedAgainWithTheNextSession(int status, BackendTransport transport)
    {
        await using BackendFixture fixture = new();
        Fault(fixture, "trackID=1", ScriptedReply.Of(status, "No"));
        BackendSession session = fixture.Create(transport);

        Assert.Null(await fixture.PlayAsync(session));
        fixture.Camera.SendRtp(0, 96, 1, 1, 42, true, "x"u8);
        await Until.TrueAsync(() => fixture.Sink.Packets.Count == 1);

        Assert.Equal([null, TrackAbsence.Refused], session.Tracks.Select(t => t.Absence));
        Assert.True(fixture.Options(session).Missing.MayAsk(1, fixture.Shard.NowMicros));
    }

    [Fact]
    public async Task SetUp_ControlOfTheSecondTrackIsLongerThanAnyUrl_TheFirstPlaysWithoutIt()
    {
        await using BackendFixture fixture = new();
        fixture.Camera.Sdp = ScriptedCamera.VideoAndAudio.Replace("trackID=1", new string('x', 30_000), StringComparison.Ordinal);
        BackendSession session = fixture.Create(BackendTransport.Tcp);

        Assert.Null(await fixture.PlayAsync(session));

        Assert.Equal([null, TrackAbsence.Refused], session.Tracks.Select(t => t.Absence));
        Assert.Equal(1, fixture.Camera.Count("SETUP"));
    }

    [Fact]
    public async Task SetUp_ControlOfTheOnlyTrackIsLongerThanAnyUrl_SaysSo()
    {
        await using BackendFixture fixture = new();
        fixture.Camera.Sdp = ScriptedCamera.VideoOnly.Replace("trackID=0", new string('x', 30_000), StringComparison.Ordinal);

        BackendFailure? failure = await fixture.PlayAsync(fixture.Create(BackendTransport.Tcp));

        Assert.Contains("control URL of 30", failure!.Message, StringComparison.Ordinal);
        Assert.Equal(0, fixture.Camera.Count("SETUP"));
    }

    [Fact]
    public async Task Play_ControlOfTheSessionIsLongerThanAnyUrl_SaysSo()
    {
        await using BackendFixture fixture = new();
        fixture.Camera.Sdp = ScriptedCamera.VideoOnly.Replace("t=0 0\r\n", $"t=0 0\r\na=control:/{new string('x', 30_000)}\r\n", StringComparison.Ordinal);

        BackendFailure? failure = await fixture.PlayAsync(fixture.Create(BackendTransport.Tcp));

        Assert.Contains("characters, and the longest that is sent", failure!.Message, StringComparison.Ordinal);
        Assert.Equal(0, fixture.Camera.Count("PLAY"));
    }

    [Theory]
    [InlineData(ScriptedCamera.VideoAndAudio, "trackID=1", 1)]
    [InlineData(MetadataFirst, "trackID=0", 0)]
    public async Task SetUp_AnotherTrackIsNeverAnswered_PlayGoesOutWithoutItAndItIsNotAskedAgain(string sdp, string silent, int index)
    {
        await using BackendFixture fixture = new() { Timings = s_quick };
        fixture.Camera.Sdp = sdp;
        Fault(fixture, silent, new ScriptedReply { Silent = true });
        BackendSession session = fixture.Create(BackendTransport.Tcp);
        Assert.Null(await fixture.PlayAsync(session));
        Assert.Equal(TrackAbsence.Silent, session.Tracks[index].Absence);
        await fixture.CloseAsync(session);

        Assert.Null(await fixture.PlayAsync(fixture.Again(session)));

        Assert.Equal(1, fixture.Camera.Requests.Count(r => r.Method == "SETUP" && r.Uri.EndsWith(silent, StringComparison.Ordinal)));
        Assert.Equal(2, fixture.Camera.Count("PLAY"));
    }

    [Theory]
    [InlineData(401, BackendFailureKind.Unauthorized)]
    [InlineData(453, BackendFailureKind.Busy)]
    [InlineData(454, BackendFailureKind.Refused)]
    [InlineData(503, BackendFailureKind.Busy)]
    internal async Task SetUp_SecondTrackGetsAnAnswerAboutTheSession_TheSessionEnds(int status, BackendFailureKind kind)
    {
        await using BackendFixture fixture = new();
        Fault(fixture, "trackID=1", ScriptedReply.Of(status, "No"));

        BackendFailure? failure = await fixture.PlayAsync(fixture.Create(BackendTransport.Tcp));

        Assert.Equal((kind, status), (failure!.Kind, failure.Status));
        Assert.Contains("track2 (audio, MPEG4-GENERIC)", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task SetUp_TheOnlyVideoIsRefused_TheAttemptHasFailedAndNamesIt()
    {
        await using BackendFixture fixture = new();
        Fault(fixture, "trackID=0", ScriptedReply.Of(404, "Not Found"));

        BackendFailure? failure = await fixture.PlayAsync(fixture.Create(BackendTransport.Tcp));

        Assert.Equal("SETUP of track1 (video, H264) was answered 404 Not Found", failure!.Message);
        Assert.Equal(0, fixture.Camera.Count("PLAY"));
    }

    [Fact]
    public async Task SetUp_EveryTrackIsRefused_NoTrackIsLeftAndTheAttemptHasFailed()
    {
        await using BackendFixture fixture = new();
        fixture.Camera.Sdp = "v=0\r\ns=x\r\nt=0 0\r\nm=audio 0 RTP/AVP 0\r\na=control:trackID=0\r\nm=audio 0 RTP/AVP 8\r\na=control:trackID=1\r\n";
        Fault(fixture, "trackID=", ScriptedReply.Of(404, "Not Found"));

        BackendFailure? failure = await fixture.PlayAsync(fixture.Create(BackendTransport.Tcp));

        Assert.Equal(404, failure!.Status);
        Assert.Equal(2, fixture.Camera.Count("SETUP"));
    }

    [Fact]
    public async Task SetUp_TheConnectionEndsAtTheSecondTrackTwice_TheThirdSessionDoesWithoutIt()
    {
        await using BackendFixture fixture = new();
        Fault(fixture, "trackID=1", new ScriptedReply { Silent = true, Close = true });
        BackendSession first = fixture.Create(BackendTransport.Tcp);
        Assert.Equal(BackendFailureKind.ConnectionLost, (await fixture.PlayAsync(first))!.Kind);
        Assert.Equal(BackendFailureKind.ConnectionLost, (await fixture.PlayAsync(fixture.Again(first)))!.Kind);

        Assert.Null(await fixture.PlayAsync(fixture.Again(first)));
    }

    [Theory]
    [InlineData(BackendTransport.Tcp)]
    [InlineData(BackendTransport.Udp)]
    public async Task Media_OfATrackWhoseSetupWasNotAnswered_IsTaken(BackendTransport transport)
    {
        await using BackendFixture fixture = new() { Timings = s_quick with { ReceiverReport = TimeSpan.FromMilliseconds(50) } };
        fixture.Camera.Script = r =>
        {
            // Its part of the camera is set up; only the answer never comes.
            bool isSilent = r.Method == "SETUP" && r.Uri.EndsWith("trackID=1", StringComparison.Ordinal);
            return isSilent ? fixture.Camera.Default(r) with { Silent = true } : null;
        };
        BackendSession session = fixture.Create(transport);
        Assert.Null(await fixture.PlayAsync(session));
        Assert.Equal(TrackAbsence.Silent, session.Tracks[1].Absence);

        fixture.Camera.SendRtp(1, 97, 1, 1, 43, true, "x"u8);

        await Until.TrueAsync(() => session.Tracks[1].Absence is null);
        Assert.Equal(1, fixture.Sink.Packets.Single().Track);
        Assert.Equal(0u, fixture.Options(session).Missing.Mask);
    }

    [Fact]
    public async Task Bye_OfTheSound_CostsNothing()
    {
        await using BackendFixture fixture = new();
        BackendSession session = await PlayBothAsync(fixture);

        fixture.Camera.SendRtcp(1, ScriptedCamera.ByeBytes(43));
        fixture.Camera.SendRtp(0, 96, 2, 2, 42, true, "x"u8);
        await Until.TrueAsync(() => fixture.Sink.Packets.Count == 3);

        Assert.True(session.Tracks[1].HasEnded);
        Assert.Null(session.Failure);
        fixture.Camera.SendRtp(1, 97, 2, 2, 43, true, "x"u8);
        await Until.TrueAsync(() => !session.Tracks[1].HasEnded);
    }

    [Fact]
    public async Task Bye_OfAllTracks_EndsTheSession()
    {
        await using BackendFixture fixture = new();
        BackendSession session = await PlayBothAsync(fixture);

        fixture.Camera.SendRtcp(1, ScriptedCamera.ByeBytes(43));
        fixture.Camera.SendRtcp(0, ScriptedCamera.ByeBytes(42));

        Assert.Equal(BackendFailureKind.Bye, (await fixture.FailureOfAsync(session)).Kind);
    }

    [Fact]
    public async Task Bye_OfThePicturesWhileTheSoundGoesOn_EndsTheSessionTwoSecondsLater()
    {
        await using BackendFixture fixture = new(new FakeTimeProvider());
        BackendSession session = await PlayBothAsync(fixture);
        fixture.Camera.SendRtcp(0, ScriptedCamera.ByeBytes(42));
        await Until.TrueAsync(() => session.Tracks[0].HasEnded);

        await SoundAsync(fixture, 1.5);
        Assert.Null(session.Failure);
        await SoundAsync(fixture, 1);

        BackendFailure failure = await fixture.FailureOfAsync(session);
        Assert.Equal(BackendFailureKind.VideoSilent, failure.Kind);
        Assert.Equal("track1 (video, H264) has ended (RTCP BYE) while track2 (audio, MPEG4-GENERIC) goes on", failure.Message);
    }

    [Fact]
    public async Task Silence_OfThePicturesWhileTheSoundGoesOn_LosesTheCameraAndNamesTheTrack()
    {
        await using BackendFixture fixture = new(new FakeTimeProvider());
        BackendSession session = await PlayBothAsync(fixture);

        await SoundAsync(fixture, 9);
        Assert.Null(session.Failure);
        await SoundAsync(fixture, 2);

        BackendFailure failure = await fixture.FailureOfAsync(session);
        Assert.Equal(BackendFailureKind.VideoSilent, failure.Kind);
        Assert.StartsWith("track1 (video, H264): no picture for 10 s while track2 (audio", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Silence_OfTheSoundWhileThePicturesGoOn_CostsNothing()
    {
        await using BackendFixture fixture = new(new FakeTimeProvider());
        BackendSession session = await PlayBothAsync(fixture);

        await AdvanceAsync(fixture, 60, (n, ticks) => fixture.Camera.SendRtp(0, 96, n, ticks, 42, true, "x"u8));

        Assert.Null(session.Failure);
    }

    private static void Fault(BackendFixture fixture, string track, ScriptedReply reply) =>
        fixture.Camera.Script = r => r.Method == "SETUP" && r.Uri.Contains(track, StringComparison.Ordinal) ? reply : null;

    private static async Task<BackendSession> PlayBothAsync(BackendFixture fixture)
    {
        BackendSession session = fixture.Create(BackendTransport.Tcp);
        Assert.Null(await fixture.PlayAsync(session));
        fixture.Camera.SendRtp(0, 96, 1, 1, 42, true, "x"u8);
        fixture.Camera.SendRtp(1, 97, 1, 1, 43, true, "x"u8);
        await Until.TrueAsync(() => fixture.Sink.Packets.Count == 2);
        return session;
    }

    private static Task SoundAsync(BackendFixture fixture, double seconds) =>
        AdvanceAsync(fixture, seconds, (n, ticks) => fixture.Camera.SendRtp(1, 97, n, ticks, 43, true, "x"u8));

    /// <summary>Time passes, and a packet comes each quarter of a second.</summary>
    private static async Task AdvanceAsync(BackendFixture fixture, double seconds, Action<ushort, uint> send)
    {
        for (double done = 0; done < seconds; done += 0.25)
        {
            await fixture.AdvanceAsync(TimeSpan.FromSeconds(0.25));
            int count = fixture.Sink.Packets.Count;
            send((ushort)(count + 10), (uint)count * 1000);
            await Until.TrueAsync(() => fixture.Sink.Packets.Count == count + 1);
        }
    }
}
