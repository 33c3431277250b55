using FastRtspProxy.Engine;
using FastRtspProxy.Engine.Backend;
using FastRtspProxy.TestPeers;

namespace FastRtspProxy.Tests.Engine.Backend;

/// <summary>Media of a session, and what tells that it is lost.</summary>
public sealed class BackendMediaTests
{
    [Fact]
    [Rule("C10")]
    public async Task KeepAlive_PlayingCamera_ComesAtHalfTheTimeoutAndReportsAtLeastEveryFiveSeconds()
    {
        await using BackendFixture fixture = new(new FakeTimeProvider()) { Timings = BackendTimings.Default with { DeadStream = TimeSpan.Zero, UdpSilence = TimeSpan.FromHours(1) } };
        fixture.Camera.TimeoutSeconds = 20;
        BackendSession session = fixture.Create();
        Assert.Null(await fixture.PlayAsync(session));
        await Until.TrueAsync(() => session.KnowsPublic);
        for (int second = 1; second <= 30; second++)
        {
            await fixture.AdvanceAsync(TimeSpan.FromSeconds(1));
            int wantedKeepAlives = second / 10;
            int wantedReports = 1 + (second / 5);
            await Until.TrueAsync(() => fixture.Camera.Count("GET_PARAMETER") >= wantedKeepAlives, detail: () => $"second {second}");
            await Until.TrueAsync(() => fixture.Camera.Datagrams(0, rtcp: true).Count(d => d.Length > 4) >= wantedReports, detail: () => $"second {second}");
        }

        Assert.Equal((1, 3), (fixture.Camera.Count("OPTIONS"), fixture.Camera.Count("GET_PARAMETER")));
    }

    [Fact]
    [Rule("C12")]
    public async Task Media_BeforeTheAnswers_IsTaken()
    {
        await using BackendFixture fixture = new();
        byte[] early = ScriptedCamera.FrameBytes(0, ScriptedCamera.RtpBytes(96, 1, 1, 1, true, "early"u8));
        byte[] late = ScriptedCamera.FrameBytes(0, ScriptedCamera.RtpBytes(96, 2, 1, 1, true, "late"u8));
        fixture.Camera.Script = r => r.Method is "SETUP" or "PLAY" && !r.Uri.Contains("trackID=1", StringComparison.Ordinal)
            ? fixture.Camera.Default(r) with { Before = r.Method == "SETUP" ? early : [], After = r.Method == "PLAY" ? late : [] }
            : null;
        Assert.Null(await fixture.PlayAsync(fixture.Create(BackendTransport.Tcp)));
        await Until.TrueAsync(() => fixture.Sink.Packets.Count == 2);
        Assert.Equal([1, 2], fixture.Sink.Packets.Select(p => (int)p.SequenceNumber));
    }

    [Fact]
    [Rule("C13")]
    public async Task Rtp_UnknownTypeAndBadVersion_IsIgnoredAndCounted()
    {
        await using BackendFixture fixture = new();
        BackendSession session = fixture.Create(BackendTransport.Tcp);
        Assert.Null(await fixture.PlayAsync(session));
        fixture.Camera.SendRtp(0, ScriptedCamera.RtpBytes(50, 1, 1, 1, false, "x"u8));
        byte[] version1 = ScriptedCamera.RtpBytes(96, 1, 1, 1, false, "x"u8);
        version1[0] = 0x40;
        fixture.Camera.SendRtp(0, version1);
        byte[] padded = ScriptedCamera.RtpBytes(96, 1, 1, 1, false, "x\u00ff"u8);
        padded[0] = 0xA0;
        fixture.Camera.SendRtp(0, padded);
        fixture.Camera.SendRtp(0, ScriptedCamera.RtpBytes(96, 1, 1, 1, false, "x"u8));
        await Until.TrueAsync(() => fixture.Sink.Packets.Count == 1);
        Assert.Equal(1, session.Tracks[0].UnknownPayloadTypes);
        Assert.Equal(2, session.Tracks[0].Malformed);
    }

    [Fact]
    [Rule("C15")]
    public async Task Setup_OverUdp_PortsAreAnEvenAndOddPairForEachTrack()
    {
        await using BackendFixture fixture = new();
        fixture.Camera.Sdp = ScriptedCamera.VideoAndAudio.Replace("m=video 0", "m=video 5004", StringComparison.Ordinal);
        Assert.Null(await fixture.PlayAsync(fixture.Create()));
        int[] ports = [.. fixture.Camera.Requests.Where(r => r.Method == "SETUP").SelectMany(r => r.Header("Transport")!.Split("client_port=")[1].Split('-').Select(int.Parse))];
        Assert.Equal(4, ports.Distinct().Count());
        Assert.True(ports[0] % 2 == 0 && ports[1] == ports[0] + 1 && ports[2] % 2 == 0 && ports[3] == ports[2] + 1);
        Assert.DoesNotContain(5004, ports);
    }

    [Fact]
    [Rule("C17")]
    public async Task SenderReport_OfTheCamera_IsReadWithItsName()
    {
        await using BackendFixture fixture = new();
        Assert.Null(await fixture.PlayAsync(fixture.Create()));
        fixture.Camera.SendRtcp(1, ScriptedCamera.SenderReportBytes(9, 0xE000_0000_0000_0000, 1234));
        await Until.TrueAsync(() => fixture.Sink.Reports.Count == 1 && fixture.Sink.Names.Count == 1);
        Assert.Equal((1, 9u, 0xE000_0000_0000_0000, 1234u), fixture.Sink.Reports[0]);
        Assert.Equal("cam1", fixture.Sink.Names[0]);
    }

    [Fact]
    public async Task PlayAsync_OverUdp_PunchesFromBothPortsAndReadsPacketsInOrder()
    {
        await using BackendFixture fixture = new() { Timings = PatientTimings.OfBackend with { Reorder = TimeSpan.FromMinutes(1) } };
        Assert.Null(await fixture.PlayAsync(fixture.Create()));
        await Until.TrueAsync(() => fixture.Camera.Datagrams(0, rtcp: false).Count == 2 && fixture.Camera.Datagrams(1, rtcp: true).Count(d => d.Length == 4) == 2);
        foreach (ushort number in (ushort[])[10, 12, 11, 13, 13])
        {
            fixture.Camera.SendRtp(0, 96, number, 1, 1, false, "x"u8);
        }

        await Until.TrueAsync(() => fixture.Sink.Packets.Count >= 4);
        Assert.Equal([10, 11, 12, 13], fixture.Sink.Packets.Select(p => (int)p.SequenceNumber));
    }

    [Fact]
    public async Task PlayAsync_PacketMissingOverUdp_IsGivenUpInTimeWithoutAnotherPacket()
    {
        await using BackendFixture fixture = new();
        Assert.Null(await fixture.PlayAsync(fixture.Create()));
        fixture.Camera.SendRtp(0, 96, 10, 1, 1, false, "x"u8);
        fixture.Camera.SendRtp(0, 96, 12, 1, 1, false, "x"u8);
        await Until.TrueAsync(() => fixture.Sink.Packets.Count == 2);
        Assert.Equal([10, 12], fixture.Sink.Packets.Select(p => (int)p.SequenceNumber));
    }

    [Fact]
    public async Task Lost_NothingOverUdp_IsToldApart()
    {
        await using BackendFixture fixture = new() { Timings = PatientTimings.OfBackend with { UdpSilence = TimeSpan.FromMilliseconds(150) } };
        BackendSession session = fixture.Create();
        Assert.Null(await fixture.PlayAsync(session));
        BackendFailure failure = await fixture.FailureOfAsync(session);
        Assert.Equal((BackendFailureKind.WayFailed, MediaWay.Tcp), (failure.Kind, failure.NextWay));
        Assert.True(failure.RetryAtOnce);
    }

    [Fact]
    public async Task Lost_RtcpBye_OfThePlayingSource()
    {
        await using BackendFixture fixture = new();
        BackendSession session = fixture.Create(BackendTransport.Tcp);
        Assert.Null(await fixture.PlayAsync(session));
        fixture.Camera.SendRtp(0, 96, 1, 1, 7, true, "x"u8);
        fixture.Camera.SendRtcp(0, ScriptedCamera.ByeBytes(8));
        fixture.Camera.SendRtp(0, 96, 2, 1, 7, true, "x"u8);
        await Until.TrueAsync(() => fixture.Sink.Packets.Count == 2);
        Assert.Null(session.Failure);
        fixture.Camera.SendRtcp(0, ScriptedCamera.ByeBytes(7));
        Assert.Equal(BackendFailureKind.Bye, (await fixture.FailureOfAsync(session)).Kind);
    }

    [Fact]
    public async Task Lost_ConnectionClosed_IsSaid()
    {
        await using BackendFixture fixture = new();
        BackendSession session = fixture.Create();
        Assert.Null(await fixture.PlayAsync(session));
        fixture.Camera.DropConnections();
        Assert.Equal(BackendFailureKind.ConnectionLost, (await fixture.FailureOfAsync(session)).Kind);
    }

    [Theory]
    [InlineData(400)]
    [InlineData(401)]
    [InlineData(404)]
    [InlineData(405)]
    [InlineData(501)]
    public async Task KeepAlive_OptionsRefused_LearnsSetParameter(int status)
    {
        await using BackendFixture fixture = new();
        fixture.Camera.TimeoutSeconds = 2;
        fixture.Camera.Script = r => r.Method == "OPTIONS" ? ScriptedReply.Of(status, "No") : null;
        BackendSession session = fixture.Create();
        Assert.Null(await fixture.PlayAsync(session));
        await Until.TrueAsync(() => fixture.Camera.Count("SET_PARAMETER") > 0);
        Assert.Null(session.Failure);
        Assert.Equal(1, fixture.Camera.Count("OPTIONS"));
    }
}
