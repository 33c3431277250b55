using FastRtspProxy.Engine;
using FastRtspProxy.Engine.Backend;
using FastRtspProxy.TestPeers;

namespace FastRtspProxy.Tests.Engine.Backend;

/// <summary>Sources that change, through a session: no packet of a source that plays is lost. The rules alone are in <see cref="SourceChoiceTests"/>.</summary>
public sealed class SourceChangeTests
{
    [Theory]
    [Rule("C13")]
    [InlineData(BackendTransport.Tcp)]
    [InlineData(BackendTransport.Udp)]
    public async Task Rtp_UniviewNewSsrcForEachGroup_EveryPacketOfOneStreamIsPassedOn(BackendTransport transport)
    {
        await using BackendFixture fixture = new();
        BackendSession session = fixture.Create(transport);
        Assert.Null(await fixture.PlayAsync(session));
        for (ushort i = 0; i < 100; i++)
        {
            fixture.Camera.SendRtp(0, 96, i, 1, ssrc: 1u + (i / 5u), false, "x"u8);
        }

        await Until.TrueAsync(() => fixture.Sink.Packets.Count == 100);
        Assert.Equal(Enumerable.Range(0, 100), fixture.Sink.Packets.Select(p => (int)p.SequenceNumber));
        Assert.All(fixture.Sink.Sources, source => Assert.Equal(1u, source));
        Assert.Equal(0, session.Tracks[0].Lost);
    }

    [Theory]
    [Rule("C13")]
    [InlineData(BackendTransport.Tcp, 0)]
    [InlineData(BackendTransport.Udp, 0)]
    [InlineData(BackendTransport.Udp, 1)]
    [InlineData(BackendTransport.Udp, 2)]
    public async Task Rtp_SourceWithOtherNumbers_IsPassedOnFromItsFirstPacket(BackendTransport transport, int overtaken)
    {
        await using BackendFixture fixture = new();
        BackendSession session = fixture.Create(transport);
        Assert.Null(await fixture.PlayAsync(session));
        int[] newNumbers = overtaken switch { 0 => [5000, 5001, 5002, 5003], 1 => [5001, 5000, 5002, 5003], _ => [5002, 5001, 5000, 5003] };
        foreach (ushort number in (ushort[])[1, 2])
        {
            fixture.Camera.SendRtp(0, 96, number, 1, 1, false, "x"u8);
        }

        foreach (int number in newNumbers)
        {
            fixture.Camera.SendRtp(0, 96, (ushort)number, 1, 2, false, "x"u8);
        }

        await Until.TrueAsync(() => fixture.Sink.Packets.Count == 6);
        Assert.Equal([1, 2, 5000, 5001, 5002, 5003], fixture.Sink.Packets.Select(p => (int)p.SequenceNumber));
        Assert.Equal([1u, 1, 2, 2, 2, 2], fixture.Sink.Sources);
        Assert.Equal(0, session.Tracks[0].Sources.Others);
    }

    /// <summary>What a source has lost stays counted when another one plays.</summary>
    [Fact]
    public async Task Rtp_LossesOfSeveralSourcesOverTcp_AreAddedUp()
    {
        await using BackendFixture fixture = new();
        BackendSession session = fixture.Create(BackendTransport.Tcp);
        Assert.Null(await fixture.PlayAsync(session));
        foreach ((uint ssrc, int number) in ((uint, int)[])[(1, 1), (1, 2), (1, 5), (2, 5000), (2, 5001), (2, 5003)])
        {
            fixture.Camera.SendRtp(0, 96, (ushort)number, 1, ssrc, false, "x"u8);
        }

        await Until.TrueAsync(() => fixture.Sink.Packets.Count == 6);
        Assert.Equal(3, session.Tracks[0].Lost);
    }

    [Fact]
    [Rule("C13")]
    public async Task Rtp_NewNumbersOfTheSameSourceOverUdp_LosesNoPacket()
    {
        await using BackendFixture fixture = new();
        Assert.Null(await fixture.PlayAsync(fixture.Create()));
        foreach (ushort number in (ushort[])[1, 2, 40_001, 40_000, 40_002])
        {
            fixture.Camera.SendRtp(0, 96, number, 1, 1, false, "x"u8);
        }

        await Until.TrueAsync(() => fixture.Sink.Packets.Count == 5);
        Assert.Equal([1, 2, 40_000, 40_001, 40_002], fixture.Sink.Packets.Select(p => (int)p.SequenceNumber));
    }

    [Fact]
    [Rule("C13")]
    public async Task Rtp_PacketsBehindAGapWhenTheSourceChanges_ArePassedOnFirst()
    {
        await using BackendFixture fixture = new() { Timings = PatientTimings.OfBackend with { Reorder = TimeSpan.FromMinutes(1) } };
        Assert.Null(await fixture.PlayAsync(fixture.Create()));
        foreach ((uint ssrc, ushort number) in ((uint, ushort)[])[(1, 1), (1, 3), (1, 4), (2, 5000), (2, 5001), (2, 5002)])
        {
            fixture.Camera.SendRtp(0, 96, number, 1, ssrc, false, "x"u8);
        }

        await Until.TrueAsync(() => fixture.Sink.Packets.Count == 6);
        Assert.Equal([1, 3, 4, 5000, 5001, 5002], fixture.Sink.Packets.Select(p => (int)p.SequenceNumber));
        Assert.Equal([1u, 1, 1, 2, 2, 2], fixture.Sink.Sources);
    }

    [Fact]
    [Rule("C13")]
    public async Task SenderReport_OfEachSsrcOfAStream_IsItsReport()
    {
        await using BackendFixture fixture = new();
        Assert.Null(await fixture.PlayAsync(fixture.Create(BackendTransport.Tcp)));
        fixture.Camera.SendRtp(0, 96, 1, 1, 0, false, "sps"u8);
        fixture.Camera.SendRtp(0, 96, 2, 1, 7, false, "idr"u8);
        fixture.Camera.SendRtp(0, 96, 3, 1, 0, false, "sps"u8);
        fixture.Camera.SendRtcp(0, ScriptedCamera.SenderReportBytes(7, 1, 1));
        fixture.Camera.SendRtcp(0, ScriptedCamera.SenderReportBytes(8, 2, 2));
        fixture.Camera.SendRtcp(0, ScriptedCamera.SenderReportBytes(0, 3, 3));
        await Until.TrueAsync(() => fixture.Sink.Reports.Count == 2);
        Assert.Equal([(0u, 1u), (0u, 3u)], fixture.Sink.Reports.Select(r => (r.Ssrc, r.RtpTime)));
    }

    [Fact]
    [Rule("C13")]
    public async Task Bye_OfAnSsrcThatTheStreamHadBefore_EndsNothing()
    {
        await using BackendFixture fixture = new();
        BackendSession session = fixture.Create(BackendTransport.Tcp);
        Assert.Null(await fixture.PlayAsync(session));
        fixture.Camera.SendRtp(0, 96, 1, 1, 7, true, "x"u8);
        fixture.Camera.SendRtp(0, 96, 2, 1, 8, true, "x"u8);
        fixture.Camera.SendRtcp(0, ScriptedCamera.ByeBytes(7));
        fixture.Camera.SendRtp(0, 96, 3, 1, 8, true, "x"u8);
        await Until.TrueAsync(() => fixture.Sink.Packets.Count == 3);
        Assert.Null(session.Failure);
    }

    /// <summary>RFC 3550, 8.2: who changes its SSRC says BYE for the old one first.</summary>
    [Fact]
    [Rule("C13")]
    public async Task Bye_AndThenTheNextSsrcOfTheStream_EndsNothing()
    {
        await using BackendFixture fixture = new(new FakeTimeProvider());
        BackendSession session = fixture.Create(BackendTransport.Tcp);
        Assert.Null(await fixture.PlayAsync(session));
        fixture.Camera.SendRtp(0, 96, 1, 1, 7, true, "x"u8);
        fixture.Camera.SendRtcp(0, ScriptedCamera.ByeBytes(7));
        await Until.TrueAsync(() => session.Tracks[0].HasEnded);
        fixture.Camera.SendRtp(0, 96, 2, 1, 8, true, "x"u8);
        await Until.TrueAsync(() => fixture.Sink.Packets.Count == 2);
        await fixture.AdvanceAsync(TimeSpan.FromSeconds(1.5)); // longer than a camera has for its next source
        await fixture.TakeTurnsAsync();

        Assert.Null(session.Failure);
    }

    [Theory]
    [Rule("C13")]
    [InlineData("a=ssrc:2 cname:x\r\n", null)]
    [InlineData("", ";ssrc=00000002")]
    [InlineData("a=ssrc:1 cname:x\r\n", "; ssrc= 2")]
    public async Task Rtp_TwoSourcesByTurns_TheOneThatDescriptionOrSetUpNamesStays(string attribute, string? setUp)
    {
        await using BackendFixture fixture = new();
        fixture.Camera.Sdp = ScriptedCamera.VideoOnly.TrimEnd() + "\r\n" + attribute;
        fixture.Camera.Script = r => r.Method == "SETUP" && setUp is not null
            ? ScriptedReply.Of(200, "OK", ("Session", "1"), ("Transport", "RTP/AVP/TCP;unicast;interleaved=0-1" + setUp))
            : null;
        BackendSession session = fixture.Create(BackendTransport.Tcp);
        Assert.Null(await fixture.PlayAsync(session));
        for (ushort i = 0; i < 50; i++)
        {
            fixture.Camera.SendRaw(ScriptedCamera.FrameBytes(0, ScriptedCamera.RtpBytes(96, i, 1, 1, false, "x"u8)));
            fixture.Camera.SendRaw(ScriptedCamera.FrameBytes(0, ScriptedCamera.RtpBytes(96, (ushort)(20_000 + i), 1, 2, false, "x"u8)));
        }

        await Until.TrueAsync(() => fixture.Sink.Packets.Count(p => p.Ssrc == 2) == 50);
        Assert.Equal(1, fixture.Sink.Packets.Count(p => p.Ssrc == 1));
        Assert.Equal(49, session.Tracks[0].Sources.Others);
        Assert.Equal(1u, session.Tracks[0].Sources.Rival);
    }
}
