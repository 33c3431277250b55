using FastRtspProxy.Engine;
using FastRtspProxy.Engine.Backend;
using FastRtspProxy.TestPeers;

namespace FastRtspProxy.Tests.Engine.Backend;

/// <summary>What sessions tell the choice of a way, and what they make of its answers.</summary>
public sealed class BackendWayTests
{
    /// <summary>Long enough for what comes at once on loopback.</summary>
    private static readonly TimeSpan s_short = TimeSpan.FromMilliseconds(500);

    [Theory]
    [Rule("C9")]
    [InlineData(400)]
    [InlineData(404)]
    [InlineData(406)]
    [InlineData(461)]
    [InlineData(500)]
    [InlineData(501)]
    [InlineData(551)]
    public async Task Setup_FirstVideoRefusedOverUdp_TcpIsTriedOnTheSameConnection(int status)
    {
        await using BackendFixture fixture = new();
        fixture.Camera.Script = r => IsSetup(r, tcp: false) ? ScriptedReply.Of(status, "No") : null;
        BackendSession session = fixture.Create();

        Assert.Null(await fixture.PlayAsync(session));

        Assert.True(session.OverTcp);
        Assert.Equal(1, fixture.Camera.ConnectionCount);
        fixture.Camera.SendRtp(0, 96, 1, 1, 1, true, "x"u8);
        await Until.TrueAsync(() => fixture.Sink.Packets.Count == 1);
    }

    [Theory]
    [Rule("C9")]
    [InlineData(403, nameof(BackendFailureKind.Unauthorized))]
    [InlineData(453, nameof(BackendFailureKind.Busy))]
    [InlineData(454, nameof(BackendFailureKind.Refused))]
    [InlineData(503, nameof(BackendFailureKind.Busy))]
    public async Task Setup_RefusalThatIsNotAboutTheWay_EndsTheAttemptAndTheWayStays(int status, string kind)
    {
        await using BackendFixture fixture = new();
        fixture.Camera.Script = r => r.Method == "SETUP" ? ScriptedReply.Of(status, "No") : null;
        TransportChoice ways = new();

        BackendFailure? failure = await fixture.PlayAsync(fixture.Create(change: o => o with { Ways = ways }));

        Assert.Equal(kind, failure!.Kind.ToString());
        Assert.DoesNotContain(fixture.Camera.Requests, r => IsSetup(r, tcp: true));
        Assert.Equal(MediaWay.Udp, ways.Current);
    }

    [Fact]
    [Rule("C9")]
    public async Task Setup_EveryWayRefused_IsOneFailureThatNamesThem()
    {
        await using BackendFixture fixture = new();
        fixture.Camera.Script = r => r.Method == "SETUP" ? ScriptedReply.Of(IsSetup(r, tcp: true) ? 501 : 461, "No") : null;

        BackendFailure? failure = await fixture.PlayAsync(fixture.Create());

        Assert.Equal(BackendFailureKind.NoWay, failure!.Kind);
        Assert.Equal("no way brings media (UDP: SETUP was answered 461 No; TCP: SETUP was answered 501 No)", failure.Message);
        Assert.False(failure.RetryAtOnce);
    }

    [Theory]
    [Rule("C9")]
    [InlineData(BackendTransport.Tcp)]
    public async Task Setup_TcpIsTheUsersWish_ItIsNotLeft(BackendTransport transport)
    {
        await using BackendFixture fixture = new();
        fixture.Camera.Script = r => r.Method == "SETUP" ? ScriptedReply.Of(461, "Unsupported Transport") : null;

        BackendFailure? failure = await fixture.PlayAsync(fixture.Create(transport));

        Assert.Equal(BackendFailureKind.Refused, failure!.Kind);
        Assert.Equal(1, fixture.Camera.Count("SETUP"));
    }

    /// <summary>The sound comes first in the description: its refusal is not about the way, the video's is, and another way needs another session by then.</summary>
    [Fact]
    [Rule("C9")]
    public async Task Setup_VideoRefusedAfterTheSoundWasSetUp_AnotherSessionTriesTcp()
    {
        await using BackendFixture fixture = new();
        fixture.Camera.Sdp = SoundFirst();
        fixture.Camera.Script = r => IsSetup(r, tcp: false) && r.Uri.EndsWith("trackID=0", StringComparison.Ordinal) ? ScriptedReply.Of(461, "No") : null;
        TransportChoice ways = new();

        BackendFailure? failure = await fixture.PlayAsync(fixture.Create(change: o => o with { Ways = ways }));
        Assert.Equal((BackendFailureKind.WayFailed, MediaWay.Tcp), (failure!.Kind, failure.NextWay));

        Assert.Null(await fixture.PlayAsync(fixture.Create(change: o => o with { Ways = ways })));
    }

    [Fact]
    [Rule("C9")]
    public async Task Setup_OtherTrackRefusedOnBothWays_TheFirstWayStays()
    {
        await using BackendFixture fixture = new();
        fixture.Camera.Script = r => r.Method == "SETUP" && r.Uri.EndsWith("trackID=1", StringComparison.Ordinal) ? ScriptedReply.Of(461, "No") : null;
        TransportChoice ways = new();

        BackendFailure? overUdp = await fixture.PlayAsync(fixture.Create(change: o => o with { Ways = ways }));
        Assert.Equal((BackendFailureKind.WayFailed, MediaWay.Tcp), (overUdp!.Kind, overUdp.NextWay));

        BackendFailure? overTcp = await fixture.PlayAsync(fixture.Create(change: o => o with { Ways = ways }));
        Assert.Equal((BackendFailureKind.WayFailed, MediaWay.Udp), (overTcp!.Kind, overTcp.NextWay));

        // From here on the refusal is the track's own.
        BackendSession last = fixture.Create(change: o => o with { Ways = ways });
        Assert.NotEqual(BackendFailureKind.WayFailed, (await fixture.PlayAsync(last))?.Kind);
        Assert.False(last.OverTcp);
    }

    /// <summary>Some cameras and relays draw a new group with each DESCRIBE: it is the same offer all the same, and was refused.</summary>
    [Fact]
    [Rule("C9")]
    public async Task Describe_AnotherGroupEachTime_MulticastThatFailedIsNotTriedAgain()
    {
        await using BackendFixture fixture = new();
        int groups = 0;
        fixture.Camera.Script = r =>
        {
            fixture.Camera.Sdp = ScriptedCamera.VideoOnly.Replace("t=0 0\r\n", $"c=IN IP4 239.255.7.{groups + 1}/1\r\nt=0 0\r\n", StringComparison.Ordinal);
            groups += r.Method == "DESCRIBE" ? 1 : 0;
            return r.Method == "SETUP" && r.Header("Transport")!.Contains("multicast", StringComparison.Ordinal) ? ScriptedReply.Of(461, "No") : null;
        };
        TransportChoice ways = new();
        for (int i = 0; i < 3; i++)
        {
            Assert.Null(await fixture.PlayAsync(fixture.Create(change: o => o with { Ways = ways })));
        }

        Assert.Equal(3, groups);
        Assert.Equal(["multicast", "unicast", "unicast", "unicast"], fixture.Camera.Requests.Where(r => r.Method == "SETUP").Select(r => r.Header("Transport")!.Split(';')[1]));
    }

    [Theory]
    [Rule("C9")]
    [InlineData(461)]
    [InlineData(500)]
    public async Task Play_RefusedOverUdp_TheNextSessionUsesTcp(int status)
    {
        await using BackendFixture fixture = new();
        bool isUdp = false;
        fixture.Camera.Script = r =>
        {
            isUdp = r.Method == "SETUP" ? IsSetup(r, tcp: false) : isUdp;
            return r.Method == "PLAY" && isUdp ? ScriptedReply.Of(status, "No") : null;
        };
        TransportChoice ways = new();

        BackendFailure? failure = await fixture.PlayAsync(fixture.Create(change: o => o with { Ways = ways }));
        Assert.Equal((BackendFailureKind.WayFailed, MediaWay.Tcp), (failure!.Kind, failure.NextWay));

        Assert.Null(await fixture.PlayAsync(fixture.Create(change: o => o with { Ways = ways })));
    }

    /// <summary>A camera without TCP that hangs up, or says nothing, in place of 461.</summary>
    [Theory]
    [Rule("C9")]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Setup_TcpIsNotEvenAnswered_UdpIsNext(bool closes)
    {
        await using BackendFixture fixture = new(new FakeTimeProvider());
        fixture.Camera.Script = r => IsSetup(r, tcp: true) ? new ScriptedReply { Silent = true, Close = closes } : null;
        TransportChoice ways = new();
        BackendSession silent = fixture.Create(change: o => o with { Ways = ways });
        Assert.Null(await fixture.PlayAsync(silent));
        await fixture.AdvanceAsync(fixture.Timings.UdpSilence);
        Assert.Equal(MediaWay.Tcp, (await fixture.FailureOfAsync(silent)).NextWay);

        Task<BackendFailure?> overTcp = fixture.PlayAsync(fixture.Create(change: o => o with { Ways = ways }));
        await Until.TrueAsync(() => fixture.Camera.Requests.Any(static r => IsSetup(r, tcp: true)));
        await fixture.AdvanceAsync(fixture.Timings.Answer);
        Assert.NotNull(await overTcp);

        Assert.Null(await fixture.PlayAsync(fixture.Create(change: o => o with { Ways = ways })));
        Assert.Contains("client_port", fixture.Camera.Requests.Last(r => r.Method == "SETUP").Header("Transport"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Silence_RtcpAloneOverUdp_IsWaitedForUntilTheDeadStreamTimeThenTcp()
    {
        await using BackendFixture fixture = new(new FakeTimeProvider());
        BackendSession session = fixture.Create();
        Assert.Null(await fixture.PlayAsync(session));
        fixture.Camera.SendRtcp(0, ScriptedCamera.SenderReportBytes(1, 1, 1));
        await Until.TrueAsync(() => fixture.Sink.Reports.Count == 1);

        await fixture.AdvanceAsync(fixture.Timings.UdpSilence + TimeSpan.FromSeconds(1));
        await fixture.TakeTurnsAsync();
        Assert.Null(session.Failure);
        await fixture.AdvanceAsync(fixture.Timings.DeadStream - fixture.Timings.UdpSilence);

        BackendFailure failure = await fixture.FailureOfAsync(session);
        Assert.Equal((BackendFailureKind.WayFailed, MediaWay.Tcp), (failure.Kind, failure.NextWay));
        Assert.Contains("no media for 10 s, only RTCP", failure.Message, StringComparison.Ordinal);
    }

    /// <summary>A camera, or a switch, that sends back what we send: neither our reports nor our punches are a sign of life.</summary>
    [Fact]
    public async Task Silence_OwnPacketsComeBack_AreNobodys()
    {
        await using BackendFixture fixture = new() { Timings = PatientTimings.OfBackend with { UdpSilence = s_short, DeadStream = TimeSpan.FromMinutes(1) } };
        BackendSession session = fixture.Create();
        Assert.Null(await fixture.PlayAsync(session));
        await Until.TrueAsync(() => fixture.Camera.Datagrams(0, rtcp: true).Any(d => d.Length > 4));
        foreach (byte[] datagram in fixture.Camera.Datagrams(0, rtcp: true))
        {
            fixture.Camera.SendRtcp(0, datagram);
        }

        foreach (byte[] datagram in fixture.Camera.Datagrams(0, rtcp: false))
        {
            fixture.Camera.SendRtp(0, datagram);
        }

        BackendFailure failure = await fixture.FailureOfAsync(session);
        Assert.Contains("no media for 0.5 s", failure.Message, StringComparison.Ordinal);
    }

    /// <summary>It delivered before, so its silence after a reboot gets the dead-stream time.</summary>
    [Fact]
    public async Task Silence_OfAWayThatDelivered_GetsTheDeadStreamTime()
    {
        await using BackendFixture fixture = new(new FakeTimeProvider());
        TransportChoice ways = new();
        BackendSession first = fixture.Create(change: o => o with { Ways = ways });
        Assert.Null(await fixture.PlayAsync(first));
        fixture.Camera.SendRtp(0, 96, 1, 1, 1, true, "x"u8);
        await Until.TrueAsync(() => fixture.Sink.Packets.Count == 1);
        await fixture.CloseAsync(first);

        BackendSession second = fixture.Create(change: o => o with { Ways = ways });
        Assert.Null(await fixture.PlayAsync(second));
        await fixture.AdvanceAsync(fixture.Timings.UdpSilence + TimeSpan.FromSeconds(1));
        await fixture.TakeTurnsAsync();
        Assert.Null(second.Failure);
        await fixture.AdvanceAsync(fixture.Timings.DeadStream - fixture.Timings.UdpSilence);

        Assert.Contains("no media for 10 s", (await fixture.FailureOfAsync(second)).Message, StringComparison.Ordinal);
    }

    /// <summary>`-D 0` never gives a stream up that plays; a way that brings nothing is left all the same.</summary>
    [Fact]
    public async Task Silence_WithoutADeadStreamTime_LeadsFromUdpToTcpAndBack()
    {
        await using BackendFixture fixture = new(new FakeTimeProvider()) { Timings = BackendTimings.Default with { DeadStream = TimeSpan.Zero } };
        TransportChoice ways = new();
        await SilentSessionAsync(fixture, ways, 3, "WayFailed");
        await SilentSessionAsync(fixture, ways, 10, "NoWay");
        await SilentSessionAsync(fixture, ways, 10, "WayFailed");

        Assert.Equal(MediaWay.Tcp, ways.Current);
    }

    /// <summary>Small datagrams pass and large ones vanish: the sound comes over UDP and the pictures do not.</summary>
    [Fact]
    public async Task Silence_OfThePicturesAloneOverUdp_TcpIsTriedForThem()
    {
        await using BackendFixture fixture = new(new FakeTimeProvider());
        TransportChoice ways = new();
        BackendSession session = fixture.Create(change: o => o with { Ways = ways });
        Assert.Null(await fixture.PlayAsync(session));
        for (ushort second = 1; second <= 30 && session.Failure is null; second++)
        {
            int packets = fixture.Sink.Packets.Count;
            fixture.Camera.SendRtp(1, 97, second, 1, 1, true, "x"u8);
            await Until.TrueAsync(() => fixture.Sink.Packets.Count > packets || session.Failure is not null);
            await fixture.AdvanceAsync(TimeSpan.FromSeconds(1));
            await fixture.TakeTurnsAsync();
        }

        Assert.Equal(BackendFailureKind.VideoSilent, (await fixture.FailureOfAsync(session)).Kind);
        await fixture.CloseAsync(session);

        BackendSession next = fixture.Create(change: o => o with { Ways = ways });
        Assert.Null(await fixture.PlayAsync(next));
        Assert.True(next.OverTcp);
    }

    /// <summary>A first video that no way carries is left out where there is a second one.</summary>
    [Fact]
    [Rule("C9")]
    public async Task Setup_FirstOfTwoVideosRefusedOnEachWay_TheSecondIsServed()
    {
        await using BackendFixture fixture = new();
        fixture.Camera.Sdp = ScriptedCamera.VideoOnly + ScriptedCamera.VideoOnly[ScriptedCamera.VideoOnly.IndexOf("m=video", StringComparison.Ordinal)..].Replace("trackID=0", "trackID=1", StringComparison.Ordinal);
        fixture.Camera.Script = r => r.Method == "SETUP" && r.Uri.EndsWith("trackID=0", StringComparison.Ordinal) ? ScriptedReply.Of(404, "Not Found") : null;

        Assert.Null(await fixture.PlayAsync(fixture.Create()));

        fixture.Camera.SendRtp(1, 96, 1, 1, 1, true, "x"u8);
        await Until.TrueAsync(() => fixture.Sink.Packets.Count == 1);
    }

    /// <summary>What refuses the first video is no word about the ways: the second one's silence and media choose, and the choice stays.</summary>
    [Fact]
    [Rule("C9")]
    public async Task Setup_FirstOfTwoVideosIsAlwaysRefused_TheWayIsChosenByTheSecond()
    {
        await using BackendFixture fixture = new(new FakeTimeProvider());
        fixture.Camera.Sdp = ScriptedCamera.VideoOnly + ScriptedCamera.VideoOnly[ScriptedCamera.VideoOnly.IndexOf("m=video", StringComparison.Ordinal)..].Replace("trackID=0", "trackID=1", StringComparison.Ordinal);
        fixture.Camera.Script = r => r.Method == "SETUP" && r.Uri.EndsWith("trackID=0", StringComparison.Ordinal) ? ScriptedReply.Of(404, "Not Found") : null;
        TransportChoice ways = new();
        BackendOptions? mount = null; // one for all its sessions, with what they have learnt
        BackendSession silent = fixture.Create(change: o => mount = o with { Ways = ways });
        Assert.Null(await fixture.PlayAsync(silent));
        Assert.Equal(MediaWay.Udp, ways.Current);
        await fixture.AdvanceAsync(TimeSpan.FromSeconds(3));
        Assert.Equal((BackendFailureKind.WayFailed, MediaWay.Tcp), ((await fixture.FailureOfAsync(silent)).Kind, ways.Current));
        await fixture.CloseAsync(silent);

        for (ushort i = 1; i <= 3; i++)
        {
            BackendSession session = fixture.Create(change: _ => mount!);
            Assert.Null(await fixture.PlayAsync(session));
            fixture.Camera.SendRtp(1, 96, i, i, 1, true, "x"u8);
            await Until.TrueAsync(() => fixture.Sink.Packets.Count == i);
            await fixture.CloseAsync(session);
            Assert.Equal(MediaWay.Tcp, ways.Current);
        }
    }

    /// <summary>A server that describes RTP/AVPF and knows RTP/AVP alone: what most clients name, whatever they read.</summary>
    [Theory]
    [Rule("C9")]
    [InlineData(461, BackendTransport.Udp)]
    [InlineData(400, BackendTransport.Udp)]
    [InlineData(500, BackendTransport.Udp)]
    [InlineData(461, BackendTransport.Tcp)]
    public async Task Setup_DescribedFeedbackProfileIsRefused_ThePlainOneIsTakenByTheSameWay(int status, BackendTransport transport)
    {
        await using BackendFixture fixture = new();
        fixture.Camera.Sdp = ScriptedCamera.VideoAndAudio.Replace("RTP/AVP ", "RTP/AVPF ", StringComparison.Ordinal);
        fixture.Camera.Script = r => r.Method == "SETUP" && ProfileOf(r).StartsWith("RTP/AVPF", StringComparison.Ordinal) ? ScriptedReply.Of(status, "No") : null;
        BackendSession session = fixture.Create(transport);

        Assert.Null(await fixture.PlayAsync(session));

        Assert.Equal(transport == BackendTransport.Tcp, session.OverTcp);
        string way = transport == BackendTransport.Tcp ? "/TCP" : string.Empty;
        Assert.Equal(["RTP/AVPF" + way, "RTP/AVP" + way, "RTP/AVP" + way], fixture.Camera.Requests.Where(static r => r.Method == "SETUP").Select(ProfileOf));
        fixture.Camera.SendRtp(0, 96, 1, 1, 1, true, "x"u8);
        fixture.Camera.SendRtp(1, 97, 1, 1, 2, true, "x"u8);
        await Until.TrueAsync(() => fixture.Sink.Packets.Count == 2);
        await fixture.CloseAsync(session);

        BackendSession next = fixture.Again(session);
        Assert.Null(await fixture.PlayAsync(next));
        Assert.Equal(5, fixture.Camera.Count("SETUP")); // it is remembered
    }

    [Fact]
    [Rule("C9")]
    public async Task Setup_SoundIsDescribedWithFeedbackAndRefused_ItIsNotLeftOut()
    {
        await using BackendFixture fixture = new();
        fixture.Camera.Sdp = ScriptedCamera.VideoAndAudio.Replace("audio 0 RTP/AVP ", "audio 0 RTP/AVPF ", StringComparison.Ordinal);
        fixture.Camera.Script = static r => r.Method == "SETUP" && ProfileOf(r) == "RTP/AVPF" ? ScriptedReply.Of(461, "No") : null;

        Assert.Null(await fixture.PlayAsync(fixture.Create()));

        fixture.Camera.SendRtp(1, 97, 1, 1, 2, true, "x"u8);
        await Until.TrueAsync(() => fixture.Sink.Packets.Count == 1);
    }

    /// <summary>What was learnt is unlearnt by the next SETUP that says so: firmware changes.</summary>
    [Fact]
    [Rule("C9")]
    public async Task Setup_PlainProfileIsRefusedLater_TheDescribedOneIsTakenAgain()
    {
        await using BackendFixture fixture = new();
        string refused = "RTP/AVPF";
        fixture.Camera.Sdp = ScriptedCamera.VideoOnly.Replace("RTP/AVP ", "RTP/AVPF ", StringComparison.Ordinal);
        fixture.Camera.Script = r => r.Method == "SETUP" && ProfileOf(r) == refused ? ScriptedReply.Of(461, "No") : null;
        BackendSession session = fixture.Create();
        Assert.Null(await fixture.PlayAsync(session));
        await fixture.CloseAsync(session);
        refused = "RTP/AVP";

        BackendSession next = fixture.Again(session);
        Assert.Null(await fixture.PlayAsync(next));

        Assert.False(next.OverTcp);
        Assert.Equal(["RTP/AVPF", "RTP/AVP", "RTP/AVP", "RTP/AVPF"], fixture.Camera.Requests.Where(static r => r.Method == "SETUP").Select(ProfileOf));
    }

    /// <summary>Refused in both profiles it is the way's fault, and the next one is asked for in both, too.</summary>
    [Fact]
    [Rule("C9")]
    public async Task Setup_BothProfilesRefusedOverUdp_TcpIsNext()
    {
        await using BackendFixture fixture = new();
        fixture.Camera.Sdp = ScriptedCamera.VideoOnly.Replace("RTP/AVP ", "RTP/AVPF ", StringComparison.Ordinal);
        fixture.Camera.Script = static r => r.Method == "SETUP" && ProfileOf(r) != "RTP/AVP/TCP" ? ScriptedReply.Of(461, "No") : null;
        BackendSession session = fixture.Create();

        Assert.Null(await fixture.PlayAsync(session));

        Assert.True(session.OverTcp);
        Assert.Equal(["RTP/AVPF", "RTP/AVP", "RTP/AVPF/TCP", "RTP/AVP/TCP"], fixture.Camera.Requests.Where(static r => r.Method == "SETUP").Select(ProfileOf));
    }

    private static string ProfileOf(ScriptedRequest setup) => setup.Header("Transport")!.Split(';')[0];

    private static async Task SilentSessionAsync(BackendFixture fixture, TransportChoice ways, int seconds, string kind)
    {
        BackendSession session = fixture.Create(change: o => o with { Ways = ways });
        Assert.Null(await fixture.PlayAsync(session));
        await fixture.AdvanceAsync(TimeSpan.FromSeconds(seconds - 1));
        await fixture.TakeTurnsAsync();
        Assert.Null(session.Failure);
        await fixture.AdvanceAsync(TimeSpan.FromSeconds(1));
        BackendFailure failure = await fixture.FailureOfAsync(session);
        Assert.Equal(kind, failure.Kind.ToString());
        await fixture.CloseAsync(session);
    }

    private static string SoundFirst()
    {
        int video = ScriptedCamera.VideoAndAudio.IndexOf("m=video", StringComparison.Ordinal);
        int audio = ScriptedCamera.VideoAndAudio.IndexOf("m=audio", StringComparison.Ordinal);
        return ScriptedCamera.VideoAndAudio[..video] + ScriptedCamera.VideoAndAudio[audio..] + ScriptedCamera.VideoAndAudio[video..audio];
    }

    private static bool IsSetup(ScriptedRequest request, bool tcp) =>
        request.Method == "SETUP" && request.Header("Transport")!.Contains("TCP", StringComparison.Ordinal) == tcp;
}
