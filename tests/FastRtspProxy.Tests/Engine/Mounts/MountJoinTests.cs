using FastRtspProxy.Engine.Frontend;
using FastRtspProxy.Engine.Mounts;
using FastRtspProxy.Engine.Status;
using FastRtspProxy.TestPeers;

namespace FastRtspProxy.Tests.Engine.Mounts;

/// <summary>Clients that wait for the camera to play.</summary>
public sealed class MountJoinTests
{
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task Leave_WhileThePlayWaits_EndsTheWaitAndLeavesTheOthersWaiting()
    {
        await using MountFixture fixture = new()
        {
            Timings = PatientTimings.OfMount with { Join = TimeSpan.FromMinutes(5) },
            BackendTimings = PatientTimings.OfBackend with { Answer = TimeSpan.FromMinutes(5) },
        };
        fixture.Camera.Script = r => r.Method == "PLAY" ? new ScriptedReply { Silent = true } : null;
        Mount mount = fixture.Create();
        RecordingClient leaver = fixture.Client();
        Task<PlayGrant> leaving = mount.JoinAsync(leaver, PlayWish.Everything);
        Task<PlayGrant> staying = mount.JoinAsync(fixture.Client(), PlayWish.Everything);
        await Until.TrueAsync(() => fixture.Camera.Count("PLAY") == 1);

        mount.Leave(leaver);

        Assert.Equal(PlayOutcome.Gone, (await leaving.WaitAsync(s_limit)).Outcome);
        Assert.False(staying.IsCompleted);
        await mount.StopAsync(MountEnd.Stopping);
        Assert.Equal(PlayOutcome.Gone, (await staying.WaitAsync(s_limit)).Outcome);
    }

    [Fact]
    public async Task JoinAsync_CameraComesBackWithAnotherDescription_TellsTheClientThatItsSessionIsGone()
    {
        await using MountFixture fixture = new() { Timings = PatientTimings.OfMount with { Join = TimeSpan.FromMinutes(5) } };
        Mount mount = fixture.Create();
        Assert.NotNull(await mount.DescribeAsync(s_limit));
        fixture.Camera.Sdp = ScriptedCamera.VideoOnly.Replace("H264", "H265", StringComparison.Ordinal);
        fixture.Camera.DropConnections();

        PlayGrant grant = await mount.JoinAsync(fixture.Client(), PlayWish.Everything).WaitAsync(s_limit);

        Assert.Equal(PlayOutcome.Outdated, grant.Outcome);
        Assert.Equal("H265", Assert.Single((await mount.DescribeAsync(s_limit))!.Tracks).EncodingName);
    }

    [Fact]
    public async Task JoinAsync_PlayIsAnsweredAfterTheWait_TheClientIsHeldAndGetsItsPictureByASingleTry()
    {
        await using MountFixture fixture = new() { Timings = PatientTimings.OfMount with { Join = TimeSpan.FromMilliseconds(100) } };
        fixture.Camera.Script = r => r.Method == "PLAY" ? new ScriptedReply { Silent = true } : null;
        Mount mount = fixture.Create();
        Assert.NotNull(await mount.DescribeAsync(s_limit));
        RecordingClient client = fixture.Client();

        PlayGrant grant = await mount.JoinAsync(client, PlayWish.Everything).WaitAsync(s_limit);

        Assert.Equal((PlayOutcome.Playing, 2), (grant.Outcome, grant.Tracks.Length));
        Assert.All(grant.Tracks, t => Assert.Equal(new TrackStart(t.Track, null, null, null), t));
        await Until.TrueAsync(() => fixture.Camera.Count("PLAY") == 1);
        AnswerPlay(fixture, "200 OK");
        await Until.TrueAsync(() => mount.State == StreamState.Playing);
        fixture.Camera.SendRtp(0, 96, 1, 9000, 42, true, [0x65, 1]);
        await Until.TrueAsync(() => mount.Ring.Head > grant.JoinSequence);
        Assert.Null(client.End);
        Assert.Equal((1, 1), (mount.ClientCount, fixture.Camera.Count("PLAY")));
    }

    [Fact]
    public async Task JoinAsync_PlayIsRefusedAfterTheWait_TheClientIsHeldForTheUsualTime()
    {
        await using MountFixture fixture = new() { Timings = PatientTimings.OfMount with { Join = TimeSpan.FromMilliseconds(100), Hold = TimeSpan.FromMilliseconds(100) } };
        fixture.Camera.Script = r => r.Method == "PLAY" ? new ScriptedReply { Silent = true } : null;
        Mount mount = fixture.Create();
        Assert.NotNull(await mount.DescribeAsync(s_limit));
        RecordingClient client = fixture.Client();
        Assert.Equal(PlayOutcome.Playing, (await mount.JoinAsync(client, PlayWish.Everything).WaitAsync(s_limit)).Outcome);
        await Until.TrueAsync(() => fixture.Camera.Count("PLAY") == 1);

        AnswerPlay(fixture, "500 No");

        await Until.TrueAsync(() => client.End is not null);
        Assert.Equal(MountEnd.HoldExpired, client.End);
    }

    [Fact]
    public async Task DescribeAsync_CameraTakesTwelveSeconds_TheAttemptGoesOnWithoutTheViewer()
    {
        await using MountFixture fixture = new(new FakeTimeProvider());
        fixture.Camera.Script = r => r.Method == "DESCRIBE" ? new ScriptedReply { Silent = true } : null;
        Mount mount = fixture.Create();
        Task<MountDescription?> asked = mount.DescribeAsync(TimeSpan.FromSeconds(5));
        await Until.TrueAsync(() => fixture.Camera.Count("DESCRIBE") == 1);
        await fixture.MountShard.RunAsync(() => Task.CompletedTask); // the viewer waits: the mount may have asked before it came
        await fixture.AdvanceAsync(TimeSpan.FromSeconds(5.5));
        Assert.Null(await asked.WaitAsync(s_limit));
        await fixture.AdvanceAsync(TimeSpan.FromSeconds(12));
        await fixture.MountShard.RunAsync(() => fixture.MountShard.DelayAsync(TimeSpan.Zero));
        ScriptedRequest request = fixture.Camera.Requests.Single();
        fixture.Camera.SendText($"RTSP/1.0 200 OK\r\nCSeq: {request.CSeq}\r\nContent-Base: {request.Uri}/\r\nContent-Length: {fixture.Camera.Sdp.Length}\r\n\r\n{fixture.Camera.Sdp}");

        Assert.NotNull(await mount.DescribeAsync(s_limit).WaitAsync(s_limit));
        Assert.Equal((1, 1), (fixture.Camera.Count("DESCRIBE"), fixture.Camera.ConnectionCount));
    }

    private static void AnswerPlay(MountFixture fixture, string status) =>
        fixture.Camera.SendText($"RTSP/1.0 {status}\r\nCSeq: {fixture.Camera.Requests.Last(r => r.Method == "PLAY").CSeq}\r\nSession: 12345678\r\n\r\n");
}
