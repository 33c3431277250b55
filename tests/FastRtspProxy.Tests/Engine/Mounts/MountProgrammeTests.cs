using FastRtspProxy.Engine;
using FastRtspProxy.Engine.Backend;
using FastRtspProxy.Engine.Frontend;
using FastRtspProxy.Engine.Mounts;
using FastRtspProxy.Engine.Relay;
using FastRtspProxy.Engine.Status;
using FastRtspProxy.TestPeers;

namespace FastRtspProxy.Tests.Engine.Mounts;

/// <summary>A file or a recording that ends: a programme's end, not a lost camera.</summary>
public sealed class MountProgrammeTests
{
    private const uint Video = 42;
    private const uint Sound = 43;

    [Theory]
    [InlineData(BackendTransport.Tcp)]
    [InlineData(BackendTransport.Udp)]
    public async Task ByeOfAllTracks_ProgrammeWasPlayed_EndsTheViewersAfterTheirLastPacketAndTheMountRests(BackendTransport transport)
    {
        await using MountFixture fixture = await StartAsync("npt=0-12.3");
        (Mount mount, RecordingClient client, PlayGrant grant) = await PlayAsync(fixture, 12.2, transport);
        fixture.Camera.SendRtcp(0, ScriptedCamera.ByeBytes(Video));
        fixture.Camera.SendRtcp(1, ScriptedCamera.ByeBytes(Sound));

        await Until.TrueAsync(() => client.End is not null);

        Assert.Equal(MountEnd.ProgrammeEnded, client.End);
        await Until.TrueAsync(() => fixture.Camera.Count("TEARDOWN") == 1 && mount.State == StreamState.Ready);
        await Task.Delay(300);
        Assert.Equal((1, 1), (fixture.Camera.ConnectionCount, fixture.Camera.Count("PLAY")));
        Assert.Contains("the programme of 12.3 s has ended; 1 viewer(s) ended", Assert.Single(fixture.Log.Loud), StringComparison.Ordinal);
        Assert.True(mount.Ring.Head > grant.JoinSequence);

        // The next viewer starts it again.
        await fixture.JoinAsync(mount);
        Assert.Equal((2, 2), (fixture.Camera.ConnectionCount, fixture.Camera.Count("PLAY")));
    }

    [Fact]
    public async Task ByeOfOneTrack_TheOtherStillPlays_IsWaitedFor()
    {
        await using MountFixture fixture = await StartAsync("npt=0-12.3", time: new FakeTimeProvider());
        (Mount mount, RecordingClient client, _) = await PlayAsync(fixture, 11.5);
        fixture.Camera.SendRtcp(0, ScriptedCamera.ByeBytes(Video));
        fixture.Camera.SendRtp(1, 97, 2, 2, Sound, true, [1]); // comes behind it
        _ = await fixture.MediaAsync(mount, 0, (int)(11.5 * 5) + 3);
        await fixture.AdvanceAsync(TimeSpan.FromSeconds(0.3));
        Assert.Null(client.End);

        fixture.Camera.SendRtcp(1, ScriptedCamera.ByeBytes(Sound));
        for (int i = 0; i < 40 && client.End is null; i++)
        {
            await fixture.AdvanceAsync(TimeSpan.FromSeconds(0.25)); // a third of the dead-stream time in all
        }

        Assert.Equal(MountEnd.ProgrammeEnded, client.End);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("npt=0-")]
    [InlineData("npt=now-")]
    [InlineData("npt=0-0")]
    [InlineData("npt=0-60")] // a fifth was played
    public async Task ByeOfAllTracks_OtherwiseTheCameraIsLost_ViewersAreHeld(string? range)
    {
        await using MountFixture fixture = await StartAsync(range);
        (Mount mount, RecordingClient client, _) = await PlayAsync(fixture, 12.2);
        fixture.Camera.SendRtcp(0, ScriptedCamera.ByeBytes(Video));
        fixture.Camera.SendRtcp(1, ScriptedCamera.ByeBytes(Sound));

        await Until.TrueAsync(() => fixture.Camera.Count("PLAY") == 2 && mount.State == StreamState.Playing);
        Assert.Null(client.End);
    }

    /// <summary>Cameras that write the length of a picture, or another one that they do not keep to.</summary>
    [Theory]
    [InlineData("npt=0-0.04", 0.4)]
    [InlineData("npt=0-0.04", 6)]
    [InlineData("npt=0-2", 6)]
    public async Task ConnectionClosed_RangeThatMeansNothing_ViewersAreHeld(string range, double seconds)
    {
        await using MountFixture fixture = await StartAsync(range);
        (Mount mount, RecordingClient client, _) = await PlayAsync(fixture, seconds);
        fixture.Camera.DropConnections();

        await Until.TrueAsync(() => fixture.Camera.Count("PLAY") == 2 && mount.State == StreamState.Playing);
        Assert.Null(client.End);
    }

    /// <summary>It went on for 30 s once, so a loss after 12 s of the next session is no end.</summary>
    [Fact]
    public async Task ConnectionClosed_RangeThatAnEarlierSessionWentFarBeyond_ViewersAreHeld()
    {
        await using MountFixture fixture = await StartAsync("npt=0-12.3");
        (Mount mount, RecordingClient client, _) = await PlayAsync(fixture, 30);
        for (int plays = 2; plays <= 3; plays++)
        {
            fixture.Camera.DropConnections();
            await Until.TrueAsync(() => fixture.Camera.Count("PLAY") == plays && mount.State == StreamState.Playing);
            await SendAsync(fixture, mount, 12.2);
        }

        Assert.Null(client.End);
    }

    [Theory]
    [InlineData("npt=0-12.3", true)]
    [InlineData("npt=0-60", false)]
    [InlineData(null, false)]
    public async Task Silence_NoDeadStreamTime_EndsAProgrammeThatWasPlayedAndNothingElse(string? range, bool ends)
    {
        FakeTimeProvider time = new();
        await using MountFixture fixture = await StartAsync(range, deadStream: TimeSpan.Zero, time);
        (Mount mount, RecordingClient client, _) = await PlayAsync(fixture, 12.2);
        await fixture.AdvanceAsync(TimeSpan.FromSeconds(9));
        await fixture.MountShard.RunAsync(() => fixture.MountShard.DelayAsync(TimeSpan.Zero));
        Assert.Equal(StreamState.Playing, mount.State);
        await fixture.AdvanceAsync(TimeSpan.FromSeconds(2));
        if (ends)
        {
            await Until.TrueAsync(() => mount.State == StreamState.Ready);
            await fixture.AdvanceAsync(TimeSpan.FromSeconds(1));
            await Until.TrueAsync(() => client.End is not null);
            Assert.Equal(MountEnd.ProgrammeEnded, client.End);
            return;
        }

        await fixture.AdvanceAsync(TimeSpan.FromSeconds(25));
        await fixture.MountShard.RunAsync(() => fixture.MountShard.DelayAsync(TimeSpan.Zero));
        Assert.Equal((StreamState.Playing, null), (mount.State, client.End));
    }

    [Fact]
    public async Task Silence_ProgrammeWasPlayed_EndsItAfterTheDeadStreamTime()
    {
        await using MountFixture fixture = await StartAsync("npt=0-12.3", deadStream: TimeSpan.FromSeconds(1.5));
        (Mount mount, RecordingClient client, _) = await PlayAsync(fixture, 12.2);

        await Until.TrueAsync(() => client.End is not null);

        Assert.Equal(MountEnd.ProgrammeEnded, client.End);
        await Until.TrueAsync(() => mount.State == StreamState.Ready);
        Assert.Equal(1, fixture.Camera.Count("PLAY"));
    }

    [Fact]
    public async Task ConnectionClosed_ProgrammeWasPlayed_EndsIt()
    {
        await using MountFixture fixture = await StartAsync("npt=0-12.3");
        (_, RecordingClient client, _) = await PlayAsync(fixture, 12.2);
        fixture.Camera.DropConnections();

        await Until.TrueAsync(() => client.End is not null);

        Assert.Equal(MountEnd.ProgrammeEnded, client.End);
    }

    [Fact]
    public async Task Join_WhileTheLastPacketsAreDelivered_GetsTheNextShow()
    {
        await using MountFixture fixture = await StartAsync("npt=0-12.3");
        fixture.Timings = fixture.Timings with { Tail = TimeSpan.FromMilliseconds(500) };
        (Mount mount, RecordingClient first, _) = await PlayAsync(fixture, 12.2);
        fixture.Camera.SendRtcp(0, ScriptedCamera.ByeBytes(Video));
        fixture.Camera.SendRtcp(1, ScriptedCamera.ByeBytes(Sound));
        await Until.TrueAsync(() => mount.State == StreamState.Ready);

        (RecordingClient second, _) = await fixture.JoinAsync(mount);

        await Until.TrueAsync(() => first.End is not null); // its shard hears of it by a message
        Assert.Equal(MountEnd.ProgrammeEnded, first.End);
        Assert.Null(second.End);
        Assert.Equal(2, fixture.Camera.Count("PLAY"));
    }

    [Fact]
    public async Task AlwaysOn_ProgrammeEnds_IsStartedAgainAfterTheUsualWait()
    {
        await using MountFixture fixture = await StartAsync("npt=0-12.3");
        (_, RecordingClient client, _) = await PlayAsync(fixture, 12.2, alwaysOn: true);
        fixture.Camera.SendRtcp(0, ScriptedCamera.ByeBytes(Video));
        fixture.Camera.SendRtcp(1, ScriptedCamera.ByeBytes(Sound));

        await Until.TrueAsync(() => fixture.Camera.Count("PLAY") == 2 && client.End is not null);

        Assert.Equal(MountEnd.ProgrammeEnded, client.End);
        Assert.Contains("it begins again", Assert.Single(fixture.Log.Loud), StringComparison.Ordinal);
    }

    private static Task<MountFixture> StartAsync(string? range, TimeSpan? deadStream = null, TimeProvider? time = null)
    {
        MountFixture fixture = new(time)
        {
            Timings = PatientTimings.OfMount with { Tail = TimeSpan.FromMilliseconds(100) },
            BackendTimings = PatientTimings.OfBackend with { DeadStream = deadStream ?? TimeSpan.FromSeconds(30) },
        };
        fixture.Camera.Sdp = range is null ? ScriptedCamera.VideoAndAudio : ScriptedCamera.VideoAndAudio.Replace("t=0 0\r\n", $"t=0 0\r\na=range:{range}\r\n", StringComparison.Ordinal);
        return Task.FromResult(fixture);
    }

    /// <summary>A viewer, and a camera that has sent so much of its programme, faster than in real time.</summary>
    private static async Task<(Mount Mount, RecordingClient Client, PlayGrant Grant)> PlayAsync(
        MountFixture fixture, double seconds, BackendTransport transport = BackendTransport.Tcp, bool alwaysOn = false)
    {
        Mount mount = fixture.Create(transport, alwaysOn);
        (RecordingClient client, PlayGrant grant) = await fixture.JoinAsync(mount);
        await SendAsync(fixture, mount, seconds);
        return (mount, client, grant);
    }

    private static async Task SendAsync(MountFixture fixture, Mount mount, double seconds)
    {
        long head = mount.Ring.Head;
        int pictures = (int)(seconds * 5);
        for (int i = 0; i <= pictures; i++)
        {
            fixture.Camera.SendRtp(0, 96, (ushort)i, (uint)(i * 18_000), Video, true, [0x65, (byte)i]);
        }

        fixture.Camera.SendRtp(1, 97, 1, 1, Sound, true, [1]);
        await Until.TrueAsync(() => mount.Ring.Head >= head + pictures + 2);
    }
}
