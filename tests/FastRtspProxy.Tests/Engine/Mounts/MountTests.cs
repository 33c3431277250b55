using System.Text;
using FastRtspProxy.Engine;
using FastRtspProxy.Engine.Frontend;
using FastRtspProxy.Engine.Mounts;
using FastRtspProxy.Engine.Relay;
using FastRtspProxy.Engine.Status;
using FastRtspProxy.TestPeers;

namespace FastRtspProxy.Tests.Engine.Mounts;

public sealed class MountTests
{
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task DescribeAsync_CameraUp_GivesOurSideAndLeavesTheCameraAlone()
    {
        await using MountFixture fixture = new();
        Mount mount = fixture.Create();
        MountDescription? description = await mount.DescribeAsync(s_limit);
        string sdp = Encoding.ASCII.GetString(description!.Sdp);
        Assert.Contains("a=control:track1", sdp, StringComparison.Ordinal);
        Assert.Contains("a=control:track2", sdp, StringComparison.Ordinal);
        Assert.Equal(["track1", "track2"], description.Tracks.Select(t => t.Control));
        Assert.Equal(["DESCRIBE"], fixture.Camera.Methods);
    }

    [Fact]
    public async Task DescribeAsync_CameraComesUpMeanwhile_Waits()
    {
        await using MountFixture fixture = new(cameraIsUp: false);
        Mount mount = fixture.Create();
        Task<MountDescription?> pending = mount.DescribeAsync(s_limit);
        await Until.TrueAsync(() => fixture.Log.Loud.Count == 1);
        fixture.RestartCamera();
        Assert.NotNull(await pending);
    }

    [Fact]
    public async Task DescribeAsync_CameraDown_GivesNullAfterTheLimitAndSaysItOnce()
    {
        await using MountFixture fixture = new(cameraIsUp: false);
        Mount mount = fixture.Create();
        Assert.Null(await mount.DescribeAsync(TimeSpan.FromSeconds(1.5)));
        string line = Assert.Single(fixture.Log.Loud);
        Assert.Contains("cam (rtsp://admin:***@", line, StringComparison.Ordinal);
        Assert.Contains("trying again in 1 s", line, StringComparison.Ordinal);
        Assert.All(fixture.Log.Lines, l => Assert.DoesNotContain("secret", l.Text, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(BackendTransport.Udp)]
    [InlineData(BackendTransport.Tcp)]
    public async Task JoinAsync_IdleMount_FirstPacketCarriesThePromisedNumbers(BackendTransport transport)
    {
        await using MountFixture fixture = new();
        Mount mount = fixture.Create(transport);
        (_, PlayGrant grant) = await fixture.JoinAsync(mount);
        fixture.Camera.SendRtp(0, 96, 500, 9000, 42, true, [0x65, 0x88, 2]);
        fixture.Camera.SendRtp(1, 97, 600, 8000, 43, true, [0, 1, 2]);
        await Until.TrueAsync(() => mount.Ring.Head >= grant.JoinSequence + 2);
        List<RingPacket> packets = fixture.Read(mount, grant.JoinSequence);
        foreach (RingPacket packet in packets.Where(p => (p.Flags & EntryFlags.Rtcp) == 0))
        {
            Assert.Equal(grant.Tracks[packet.Track].SequenceNumber, packet.SequenceNumber);

            // Where the machine stood still for a second between the two, the second one is as much later.
            uint later = unchecked(packet.Timestamp - grant.Tracks[packet.Track].RtpTime!.Value);
            Assert.True(later is 0 or >= 48_000, $"{later} ticks");
        }

        Assert.True((packets.First(p => p.Track == 0 && (p.Flags & EntryFlags.Rtcp) == 0).Flags & EntryFlags.RandomAccess) != 0);
    }

    [Fact]
    public async Task JoinAsync_MediaInOneWriteWithThePlayAnswer_IsNotMissed()
    {
        await using MountFixture fixture = new();
        byte[] media = ScriptedCamera.FrameBytes(0, ScriptedCamera.RtpBytes(96, 1, 1, 1, true, [0x65, 1]));
        fixture.Camera.Script = r => r.Method == "PLAY" ? fixture.Camera.Default(r) with { After = media } : null;
        Mount mount = fixture.Create();
        (_, PlayGrant grant) = await fixture.JoinAsync(mount);
        await Until.TrueAsync(() => mount.Ring.Head > grant.JoinSequence);
        RingPacket first = fixture.Read(mount, grant.JoinSequence)[0];
        Assert.Equal(grant.Tracks[0].SequenceNumber, first.SequenceNumber);
        Assert.Equal(grant.Tracks[0].RtpTime, first.Timestamp);
    }

    [Fact]
    public async Task JoinAsync_RunningMount_TellsTheNextNumbersAndASenderReport()
    {
        await using MountFixture fixture = new(new FakeTimeProvider()); // a track that is silent for a second is left out
        Mount mount = fixture.Create();
        (_, PlayGrant first) = await fixture.JoinAsync(mount);
        fixture.Camera.SendRtp(0, 96, 500, 9000, 42, true, [0x65, 1, 2]);
        await Until.TrueAsync(() => mount.Ring.Head > first.JoinSequence);
        await fixture.AdvanceAsync(TimeSpan.FromSeconds(0.2)); // what arrives is told behind a tenth of a second
        (_, PlayGrant second) = await fixture.JoinAsync(mount);
        Assert.Equal(unchecked((ushort)(first.Tracks[0].SequenceNumber!.Value + 1)), second.Tracks[0].SequenceNumber);
        Assert.InRange(unchecked(second.Tracks[0].RtpTime!.Value - first.Tracks[0].RtpTime!.Value), 0u, 90_000u);
        Assert.Equal(200, second.Tracks[0].SenderReport![1]);
        Assert.Null(second.Tracks[1].SenderReport);
        Assert.True(second.JoinSequence > first.JoinSequence);
    }

    [Fact]
    public async Task JoinAsync_TrackSilentForOverASecond_IsLeftOut()
    {
        await using MountFixture fixture = new(new FakeTimeProvider());
        Mount mount = fixture.Create();
        (_, PlayGrant first) = await fixture.JoinAsync(mount);
        fixture.Camera.SendRtp(0, 96, 500, 9000, 42, true, [0x65, 1, 2]);
        await Until.TrueAsync(() => mount.Ring.Head > first.JoinSequence);
        await fixture.AdvanceAsync(TimeSpan.FromSeconds(1.5));
        (_, PlayGrant second) = await fixture.JoinAsync(mount);
        Assert.Null(second.Tracks[0].SequenceNumber);
        Assert.Null(second.Tracks[0].RtpTime);
    }

    [Fact]
    public async Task JoinAsync_TrackThatHasNotBegunLongAfterTheOthers_IsToldByItsNumberAlone()
    {
        await using MountFixture fixture = new(new FakeTimeProvider());
        Mount mount = fixture.Create();
        (_, PlayGrant first) = await fixture.JoinAsync(mount);
        fixture.Camera.SendRtp(0, 96, 500, 9000, 42, true, [0x65, 1, 2]);
        await Until.TrueAsync(() => mount.Ring.Head > first.JoinSequence);
        await fixture.AdvanceAsync(TimeSpan.FromSeconds(1.5));
        (_, PlayGrant second) = await fixture.JoinAsync(mount);
        Assert.NotNull(first.Tracks[1].RtpTime);
        Assert.Equal(first.Tracks[1] with { RtpTime = null }, second.Tracks[1]);
    }

    [Fact]
    public async Task JoinAsync_CameraRefusesPlay_IsUnavailableAfterTheWait()
    {
        await using MountFixture fixture = new() { Timings = PatientTimings.OfMount with { Join = TimeSpan.FromSeconds(1) } };
        fixture.Camera.Script = r => r.Method == "PLAY" ? ScriptedReply.Of(500, "No") : null;
        Mount mount = fixture.Create();
        PlayGrant grant = await mount.JoinAsync(fixture.Client(), PlayWish.Everything);
        Assert.Equal(PlayOutcome.BackendUnavailable, grant.Outcome);
        await Until.TrueAsync(() => mount.ClientCount == 0);
    }

    [Fact]
    public async Task JoinAsync_OverTheLimit_IsFullAndTheSameClientCountsOnce()
    {
        await using MountFixture fixture = new();
        Mount mount = fixture.Create(clientsMax: 1);
        (RecordingClient client, _) = await fixture.JoinAsync(mount);
        Assert.Equal(PlayOutcome.Playing, (await mount.JoinAsync(client, PlayWish.Everything)).Outcome);
        Assert.Equal(PlayOutcome.Full, (await mount.JoinAsync(fixture.Client(), PlayWish.Everything)).Outcome);
        mount.Leave(client);
        mount.Leave(client);
        await fixture.JoinAsync(mount);
    }

    [Fact]
    public async Task JoinAsync_OverTheLimit_IsSaidOnceAMinuteWithTheKey()
    {
        await using MountFixture fixture = new();
        Mount mount = fixture.Create(clientsMax: 1);
        await fixture.JoinAsync(mount);

        for (int i = 0; i < 3; i++)
        {
            Assert.Equal(PlayOutcome.Full, (await mount.JoinAsync(fixture.Client(), PlayWish.Everything)).Outcome);
        }

        string said = Assert.Single(fixture.Log.Loud, line => line.Contains("refused", StringComparison.Ordinal));
        Assert.Equal("cam: a viewer was refused: 1 are there, and its maxViewers allows no more", said);
    }

    [Fact]
    public async Task Leave_CameraKnowsPause_PausesAndTearsDownAMinuteLater()
    {
        await using MountFixture fixture = new(new FakeTimeProvider()) { BackendTimings = new() { DeadStream = TimeSpan.Zero } };
        fixture.Camera.Public = "OPTIONS, DESCRIBE, SETUP, PLAY, PAUSE, TEARDOWN";
        Mount mount = fixture.Create();
        (RecordingClient client, PlayGrant first) = await fixture.JoinAsync(mount);
        fixture.Camera.SendRtp(0, 96, 500, 9000, 42, true, [0x65, 1]);
        await Until.TrueAsync(() => mount.Ring.Head > first.JoinSequence && mount.CanPause);
        mount.Leave(client);
        await Until.TrueAsync(() => mount.State == StreamState.Lingering);
        await fixture.AdvanceAsync(TimeSpan.FromSeconds(10.1));
        await Until.TrueAsync(() => mount.State == StreamState.Resting);
        Assert.Equal(mount.Ring.Head, mount.Ring.Tail); // Nothing old is ever served.
        (client, _) = await fixture.JoinAsync(mount);
        Assert.Equal(1, fixture.Camera.Count("DESCRIBE"));
        Assert.Equal(2, fixture.Camera.Count("PLAY"));
        mount.Leave(client);
        await Until.TrueAsync(() => mount.State == StreamState.Lingering);
        await fixture.AdvanceAsync(TimeSpan.FromSeconds(10.1));
        await Until.TrueAsync(() => mount.State == StreamState.Resting);
        await fixture.AdvanceAsync(TimeSpan.FromSeconds(55));
        await Task.Delay(50);
        Assert.Equal(0, fixture.Camera.Count("TEARDOWN"));
        await fixture.AdvanceAsync(TimeSpan.FromSeconds(6));
        await Until.TrueAsync(() => fixture.Camera.Count("TEARDOWN") == 1);
    }

    [Fact]
    public async Task JoinAsync_WhileLingering_TakesTheStreamUpAgain()
    {
        await using MountFixture fixture = new();
        Mount mount = fixture.Create();
        (RecordingClient client, _) = await fixture.JoinAsync(mount);
        mount.Leave(client);
        await Until.TrueAsync(() => mount.State == StreamState.Lingering);
        await fixture.JoinAsync(mount);
        await Until.TrueAsync(() => mount.State == StreamState.Playing);
        Assert.Equal(1, fixture.Camera.Count("PLAY"));
    }

    [Fact]
    [Rule("R4")]
    public async Task Lost_CameraReboots_ClientsAreHeldAndTheStreamGoesOn()
    {
        await using MountFixture fixture = new();
        Mount mount = fixture.Create();
        (RecordingClient client, PlayGrant grant) = await fixture.JoinAsync(mount);
        fixture.Camera.SendRtp(0, 96, 500, 9000, 42, true, [0x65, 1]);
        await Until.TrueAsync(() => mount.Ring.Head > grant.JoinSequence);
        RingPacket before = fixture.Read(mount, grant.JoinSequence)[0];
        long lostAt = Environment.TickCount64;
        fixture.RestartCamera();
        await Until.TrueAsync(() => mount.State == StreamState.Holding);
        await Until.TrueAsync(() => fixture.Camera.Count("PLAY") == 1 && mount.State == StreamState.Playing);
        long from = mount.Ring.Head;
        fixture.Camera.SendRtp(0, 96, 40_000, 3_000_000_000, 4711, true, [0x65, 1]);
        RingPacket after = (await fixture.MediaAsync(mount, from))[0];
        double seconds = (Environment.TickCount64 - lostAt) / 1000.0;
        Assert.Equal(unchecked((ushort)(before.SequenceNumber + 1)), after.SequenceNumber);
        Assert.Equal(before.Ssrc, after.Ssrc);
        Assert.InRange(unchecked(after.Timestamp - before.Timestamp) / 90_000.0, 0.8, seconds + 0.5);
        Assert.Null(client.End);
        Assert.Equal(2, fixture.Log.Loud.Count); // Lost, and back.
    }

    [Fact]
    public async Task Lost_NotBackWithinTheHold_ClientsEndOnTheirShard()
    {
        await using MountFixture fixture = new() { Timings = PatientTimings.OfMount with { Hold = TimeSpan.FromMilliseconds(300) } };
        Mount mount = fixture.Create();
        (RecordingClient client, _) = await fixture.JoinAsync(mount);
        fixture.Camera.Dispose();
        await Until.TrueAsync(() => client.End is not null);
        Assert.Equal(MountEnd.HoldExpired, client.End);
        Assert.True(client.EndedOnItsShard);
        await Until.TrueAsync(() => mount.State == StreamState.Down);
    }

    [Fact]
    public async Task Lost_AnotherDescriptionComesBack_ClientsEndAndTheNewOneIsServed()
    {
        await using MountFixture fixture = new();
        Mount mount = fixture.Create();
        (RecordingClient client, _) = await fixture.JoinAsync(mount);
        uint ssrc = (await mount.DescribeAsync(s_limit))!.Tracks[0].Ssrc;
        fixture.RestartCamera();
        fixture.Camera.Sdp = ScriptedCamera.VideoOnly.Replace("H264", "H265", StringComparison.Ordinal);
        await Until.TrueAsync(() => client.End is not null);
        Assert.Equal(MountEnd.DescriptionChanged, client.End);
        MountDescription? description = await mount.DescribeAsync(s_limit);
        MountTrack track = Assert.Single(description!.Tracks);
        Assert.Equal("H265", track.EncodingName);
        Assert.NotEqual(ssrc, track.Ssrc);
    }

    [Fact]
    public async Task Lost_NothingOverUdp_TcpIsTriedAtOnceSaidAndRemembered()
    {
        await using MountFixture fixture = new() { BackendTimings = PatientTimings.OfBackend with { UdpSilence = TimeSpan.FromMilliseconds(200) } };
        Mount mount = fixture.Create(BackendTransport.Udp);
        (RecordingClient client, PlayGrant grant) = await fixture.JoinAsync(mount);
        await Until.TrueAsync(() => fixture.Camera.Count("PLAY") == 2);
        Assert.Contains("TCP", fixture.Camera.Requests.Last(r => r.Method == "SETUP").Header("Transport")!, StringComparison.Ordinal);
        Assert.Contains("trying TCP", Assert.Single(fixture.Log.Loud), StringComparison.Ordinal);
        fixture.Camera.SendRtp(0, 96, 1, 1, 1, true, [0x65, 1]);
        await Until.TrueAsync(() => mount.Ring.Head > grant.JoinSequence);
        Assert.Equal(grant.Tracks[0].SequenceNumber, fixture.Read(mount, grant.JoinSequence)[0].SequenceNumber);
        Assert.Null(client.End);
    }

    [Fact]
    public async Task StopAsync_Playing_EndsClientsAndTearsDownWithoutAWait()
    {
        await using MountFixture fixture = new(new FakeTimeProvider()); // the clock stands still: no wait ever ends
        Mount mount = fixture.Create();
        (RecordingClient client, _) = await fixture.JoinAsync(mount);
        await mount.StopAsync(MountEnd.Stopping).WaitAsync(s_limit);
        Assert.Equal(1, fixture.Camera.Count("TEARDOWN"));
        await Until.TrueAsync(() => client.End == MountEnd.Stopping);
        Assert.Equal(PlayOutcome.Gone, (await mount.JoinAsync(fixture.Client(), PlayWish.Everything)).Outcome);
    }

    [Fact]
    public async Task StopAsync_CameraDoesNotAnswer_IsBounded()
    {
        await using MountFixture fixture = new(new FakeTimeProvider());
        fixture.Camera.Script = _ => new ScriptedReply { Silent = true };
        Mount mount = fixture.Create();
        await Until.TrueAsync(() => fixture.Camera.Count("DESCRIBE") == 1);
        Task stopping = mount.StopAsync(MountEnd.Stopping);
        await fixture.AdvanceAsync(TimeSpan.FromSeconds(1));
        await stopping.WaitAsync(s_limit);
        Assert.Equal(StreamState.Stopped, mount.State);
    }

    [Fact]
    public async Task AlwaysOn_NoClient_PlaysFromTheStart()
    {
        await using MountFixture fixture = new();
        fixture.Create(alwaysOn: true);
        await Until.TrueAsync(() => fixture.Camera.Count("PLAY") == 1);
        Assert.Equal(["DESCRIBE", "SETUP", "SETUP", "PLAY"], fixture.Camera.Dialogue);
    }

    [Fact]
    public async Task Prepare_ClientSetsUp_TheCameraIsSetUpButDoesNotPlay()
    {
        await using MountFixture fixture = new();
        Mount mount = fixture.Create();
        Assert.NotNull(await mount.DescribeAsync(s_limit));
        mount.Prepare();
        await Until.TrueAsync(() => fixture.Camera.Count("SETUP") == 2);
        await Task.Delay(50);
        Assert.Equal(0, fixture.Camera.Count("PLAY"));
        await fixture.JoinAsync(mount);
        Assert.Equal(1, fixture.Camera.Count("PLAY"));
    }

    [Fact]
    [Rule("R2")]
    [Rule("R1")]
    public async Task SenderReports_WithoutOnesOfTheCamera_ComeAtLeastEveryFiveSeconds()
    {
        await using MountFixture fixture = new(new FakeTimeProvider()) { BackendTimings = new() { DeadStream = TimeSpan.Zero } };
        Mount mount = fixture.Create();
        (_, PlayGrant grant) = await fixture.JoinAsync(mount);
        for (int second = 0; second < 20; second++)
        {
            long head = mount.Ring.Head;
            fixture.Camera.SendRtp(0, 96, (ushort)second, (uint)(second * 90_000), 42, true, [0x65, 1]);
            await Until.TrueAsync(() => mount.Ring.Head > head);
            await fixture.AdvanceAsync(TimeSpan.FromSeconds(1));
        }

        await Until.TrueAsync(() => fixture.Read(mount, grant.JoinSequence).Count(p => (p.Flags & EntryFlags.Rtcp) != 0) >= 4);
        RingPacket report = fixture.Read(mount, grant.JoinSequence).First(p => (p.Flags & EntryFlags.Rtcp) != 0);
        Assert.Equal(200, report.Bytes[1]);
        Assert.Equal(202, report.Bytes[29]);
    }

    /// <summary>What goes to nobody leaves no hole that a player would wait for.</summary>
    [Theory]
    [InlineData(BackendTransport.Udp)]
    [InlineData(BackendTransport.Tcp)]
    public async Task Camera_SendsDataOfItsOwnBetweenItsPictures_ViewersNumbersHaveNoGaps(BackendTransport transport)
    {
        await using MountFixture fixture = new();
        Mount mount = fixture.Create(transport);
        await fixture.JoinAsync(mount);

        foreach (ushort number in (ushort[])[500, 501, 502, 503, 504, 505])
        {
            fixture.Camera.SendRtp(0, (byte)(number is 500 or 502 or 505 ? 96 : 50), number, 9000u * number, 42, true, [0x65, 0x88, 2]);
        }

        List<RingPacket> packets = await fixture.MediaAsync(mount, 0, 3);
        Assert.Equal([0, 1, 2], packets.Select(packet => (ushort)(packet.SequenceNumber - packets[0].SequenceNumber)));
    }

    [Fact]
    public async Task Camera_ReadOnceWhateverTheClients()
    {
        await using MountFixture fixture = new();
        Mount mount = fixture.Create();
        await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => fixture.JoinAsync(mount)));
        Assert.Equal(["DESCRIBE", "SETUP", "SETUP", "PLAY"], fixture.Camera.Dialogue);
        Assert.Equal(1, fixture.Camera.ConnectionCount);
    }

    [Fact]
    public async Task Lost_ClientJoinedWhileTheCameraWasLetGo_IsHeldAndPlaysOn()
    {
        await using MountFixture fixture = new() { Timings = PatientTimings.OfMount with { Linger = TimeSpan.FromMilliseconds(50) } };
        fixture.Camera.Public += ", PAUSE";
        fixture.Camera.Script = r => r.Method == "PAUSE" ? new ScriptedReply { Silent = true } : null;
        Mount mount = fixture.Create();
        (RecordingClient first, _) = await fixture.JoinAsync(mount);
        await Until.TrueAsync(() => mount.CanPause);
        mount.Leave(first);

        // PAUSE is never answered: the camera is as good as gone.
        await Until.TrueAsync(() => fixture.Camera.Count("PAUSE") == 1);
        (RecordingClient second, _) = await fixture.JoinAsync(mount);
        fixture.Camera.Dispose();
        await Until.TrueAsync(() => mount.State == StreamState.Holding);
        fixture.RestartCamera();
        await Until.TrueAsync(() => fixture.Camera.Count("PLAY") == 1 && mount.State == StreamState.Playing);
        Assert.Null(second.End);
    }

    [Fact]
    public async Task ErrorOfOurOwn_IsSaidAndTheCameraIsAskedAgain()
    {
        await using MountFixture fixture = new() { Connection = _ => throw new InvalidOperationException("a defect") };
        Mount mount = fixture.Create();
        Assert.NotNull(await mount.DescribeAsync(s_limit));
        Assert.Contains(fixture.Log.Loud, l => l.Contains("please report it", StringComparison.Ordinal));
    }
}
