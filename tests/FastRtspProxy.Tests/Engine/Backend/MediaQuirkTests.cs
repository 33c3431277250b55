using FastRtspProxy.Engine;
using FastRtspProxy.Engine.Backend;
using FastRtspProxy.TestPeers;

namespace FastRtspProxy.Tests.Engine.Backend;

/// <summary>What cameras do with media and RTCP that no RFC says, one rule a test; testdata/README.md has the whole list.</summary>
public sealed class MediaQuirkTests
{
    [Fact]
    public async Task Quirk_UdpMediaBeforeThePlayAnswer_IsTaken()
    {
        await using BackendFixture fixture = new();
        fixture.Camera.Script = r =>
        {
            if (r.Method == "PLAY")
            {
                fixture.Camera.SendRtp(0, 96, 1, 1, 1, true, "early"u8);
                Thread.Sleep(30);
            }

            return null;
        };
        Assert.Null(await fixture.PlayAsync(fixture.Create()));

        await Until.TrueAsync(() => fixture.Sink.Packets.Count == 1);
    }

    [Fact]
    public async Task Quirk_ChannelsIgnoredByTheCamera_TracksAreFoundByPayloadType()
    {
        await using BackendFixture fixture = new();
        BackendSession session = fixture.Create(BackendTransport.Tcp);
        Assert.Null(await fixture.PlayAsync(session));

        fixture.Camera.SendRaw(ScriptedCamera.FrameBytes(10, ScriptedCamera.RtpBytes(97, 7, 1, 2, true, "audio"u8)));
        fixture.Camera.SendRaw(ScriptedCamera.FrameBytes(8, ScriptedCamera.RtpBytes(96, 5, 1, 1, true, "video"u8)));
        fixture.Camera.SendRaw(ScriptedCamera.FrameBytes(8, ScriptedCamera.RtpBytes(96, 6, 1, 1, true, "video"u8)));
        fixture.Camera.SendRaw(ScriptedCamera.FrameBytes(9, ScriptedCamera.SenderReportBytes(1, 1, 1)));

        await Until.TrueAsync(() => fixture.Sink.Packets.Count == 3 && fixture.Sink.Reports.Count == 1);
        Assert.Equal([(1, 7), (0, 5), (0, 6)], fixture.Sink.Packets.Select(p => (p.Track, (int)p.SequenceNumber)));
        Assert.Null(session.Failure);
    }

    // Swapped; those of a camera that counts the back channel, which we leave out, too; all on one channel.
    [Theory]
    [InlineData(2, 0)]
    [InlineData(2, 4)]
    [InlineData(0, 0)]
    [InlineData(2, 2)]
    public async Task Quirk_ChannelsOfOtherTracks_TracksAreFoundByPayloadType(byte videoChannel, byte audioChannel)
    {
        await using BackendFixture fixture = new();
        BackendSession session = fixture.Create(BackendTransport.Tcp);
        Assert.Null(await fixture.PlayAsync(session));

        fixture.Camera.SendRaw(ScriptedCamera.FrameBytes((byte)(videoChannel + 1), ScriptedCamera.SenderReportBytes(1, 1, 1)));
        for (ushort i = 0; i < 2; i++)
        {
            fixture.Camera.SendRaw(ScriptedCamera.FrameBytes(videoChannel, ScriptedCamera.RtpBytes(96, (ushort)(5 + i), 1, 1, true, "video"u8)));
            fixture.Camera.SendRaw(ScriptedCamera.FrameBytes(audioChannel, ScriptedCamera.RtpBytes(97, (ushort)(7 + i), 1, 2, true, "audio"u8)));
        }

        await Until.TrueAsync(() => fixture.Sink.Packets.Count == 4);
        Assert.Equal([(0, 5), (1, 7), (0, 6), (1, 8)], fixture.Sink.Packets.Select(p => (p.Track, (int)p.SequenceNumber)));
    }

    [Fact]
    public async Task Quirk_PairOfChannelsTheOtherWayRound_IsUsedSo()
    {
        await using BackendFixture fixture = new();
        BackendSession session = fixture.Create(BackendTransport.Tcp);
        Assert.Null(await fixture.PlayAsync(session));

        fixture.Camera.SendRaw(ScriptedCamera.FrameBytes(1, ScriptedCamera.RtpBytes(96, 5, 1, 1, true, "video"u8)));
        fixture.Camera.SendRaw(ScriptedCamera.FrameBytes(0, ScriptedCamera.SenderReportBytes(1, 1, 1)));
        fixture.Camera.SendRaw(ScriptedCamera.FrameBytes(1, ScriptedCamera.RtpBytes(96, 6, 1, 1, false, "video"u8)));

        await Until.TrueAsync(() => fixture.Sink.Packets.Count == 2 && fixture.Sink.Reports.Count == 1);
        Assert.Equal([(0, 5), (0, 6)], fixture.Sink.Packets.Select(p => (p.Track, (int)p.SequenceNumber)));
    }

    [Fact]
    public async Task Quirk_OtherChannelsAnsweredThanAsked_AreUsed()
    {
        await using BackendFixture fixture = new();
        fixture.Camera.Script = r => r.Method == "SETUP"
            ? ScriptedReply.Of(200, "OK", ("Session", "1"), ("Transport", r.Uri.EndsWith('0') ? "RTP/AVP/TCP;interleaved=2-3" : "RTP/AVP/TCP;unicast;interleaved=0-1"))
            : null;
        Assert.Null(await fixture.PlayAsync(fixture.Create(BackendTransport.Tcp)));

        fixture.Camera.SendRaw(ScriptedCamera.FrameBytes(2, ScriptedCamera.RtpBytes(96, 1, 1, 1, true, "video"u8)));
        fixture.Camera.SendRaw(ScriptedCamera.FrameBytes(0, ScriptedCamera.RtpBytes(97, 2, 1, 1, true, "audio"u8)));

        await Until.TrueAsync(() => fixture.Sink.Packets.Count == 2);
        Assert.Equal([(0, 1), (1, 2)], fixture.Sink.Packets.Select(p => (p.Track, (int)p.SequenceNumber)));
    }

    [Fact]
    public async Task Quirk_SameChannelsAnsweredForEveryTrack_OursAreUsed()
    {
        await using BackendFixture fixture = new();
        fixture.Camera.Script = r => r.Method == "SETUP"
            ? ScriptedReply.Of(200, "OK", ("Session", "1"), ("Transport", "RTP/AVP/TCP;unicast;interleaved=0-1"))
            : null;
        Assert.Null(await fixture.PlayAsync(fixture.Create(BackendTransport.Tcp)));

        fixture.Camera.SendRaw(ScriptedCamera.FrameBytes(0, ScriptedCamera.RtpBytes(96, 1, 1, 1, true, "video"u8)));
        fixture.Camera.SendRaw(ScriptedCamera.FrameBytes(2, ScriptedCamera.RtpBytes(97, 2, 1, 1, true, "audio"u8)));

        await Until.TrueAsync(() => fixture.Sink.Packets.Count == 2);
        Assert.Equal([(0, 1), (1, 2)], fixture.Sink.Packets.Select(p => (p.Track, (int)p.SequenceNumber)));
    }

    /// <summary>One channel for each track, as cameras without RTCP number them; and RTCP in front of RTP.</summary>
    [Theory]
    [InlineData("0", "1", 0, 1)]
    [InlineData("0-1", "2-3", 0, 1)]
    [InlineData("0-1", "2-3", 1, 3)]
    public async Task Quirk_MediaOnAChannelForReports_IsFoundByPayloadType(string videoAnswer, string audioAnswer, byte video, byte audio)
    {
        await using BackendFixture fixture = new();
        fixture.Camera.Script = r => r.Method == "SETUP"
            ? ScriptedReply.Of(
                200, "OK", ("Session", "1"), ("Transport", "RTP/AVP/TCP;unicast;interleaved=" + (r.Uri.EndsWith('0') ? videoAnswer : audioAnswer)))
            : null;
        Assert.Null(await fixture.PlayAsync(fixture.Create(BackendTransport.Tcp)));

        fixture.Camera.SendRaw(ScriptedCamera.FrameBytes(0, ScriptedCamera.SenderReportBytes(1, 1, 1)));
        fixture.Camera.SendRaw(ScriptedCamera.FrameBytes(video, ScriptedCamera.RtpBytes(96, 1, 1, 1, true, "video"u8)));
        fixture.Camera.SendRaw(ScriptedCamera.FrameBytes(audio, ScriptedCamera.RtpBytes(97, 2, 1, 2, true, "audio"u8)));
        fixture.Camera.SendRaw(ScriptedCamera.FrameBytes(0, ScriptedCamera.SenderReportBytes(1, 2, 2)));

        await Until.TrueAsync(() => fixture.Sink.Packets.Count == 2 && fixture.Sink.Reports.Count == 2);
        Assert.Equal([(0, 1), (1, 2)], fixture.Sink.Packets.Select(p => (p.Track, (int)p.SequenceNumber)));
    }

    [Theory]
    [InlineData("garbage $ without a frame $\u0000\u0001")]
    [InlineData("\r\n\r\n\u0000\u00ff\u00fe")]
    [InlineData("RTSP/1.0 is not an answer\u0000\u0000\n\n")]
    public async Task Quirk_EscamGarbageBetweenFrames_TheNextFrameIsFound(string garbage)
    {
        await using BackendFixture fixture = new();
        BackendSession session = fixture.Create(BackendTransport.Tcp);
        Assert.Null(await fixture.PlayAsync(session));

        fixture.Camera.SendRtp(0, 96, 1, 1, 1, true, "x"u8);
        fixture.Camera.SendRaw(System.Text.Encoding.Latin1.GetBytes(garbage));
        for (ushort i = 2; i < 6; i++)
        {
            fixture.Camera.SendRtp(0, 96, i, 1, 1, true, new byte[1000]);
        }

        await Until.TrueAsync(() => fixture.Sink.Packets.Any(p => p.SequenceNumber == 5));
        Assert.Null(session.Failure);
    }

    [Theory]
    [InlineData(10_000, false)]
    [InlineData(10_000, true)]
    [InlineData(65_000, false)]
    public async Task Quirk_TapoDatagramsOfTenKilobytes_ArePassedOnWhole(int bytes, bool isReordered)
    {
        await using BackendFixture fixture = new() { Timings = PatientTimings.OfBackend with { Reorder = TimeSpan.FromMinutes(1) } };
        Assert.Null(await fixture.PlayAsync(fixture.Create()));

        fixture.Camera.SendRtp(0, 96, 1, 1, 1, false, "x"u8);
        fixture.Camera.SendRtp(0, 96, (ushort)(isReordered ? 3 : 2), 1, 1, true, new byte[bytes]);
        fixture.Camera.SendRtp(0, 96, (ushort)(isReordered ? 2 : 3), 1, 1, true, "x"u8);

        await Until.TrueAsync(() => fixture.Sink.Packets.Count == 3);
        Assert.Equal([1, 2, 3], fixture.Sink.Packets.Select(p => (int)p.SequenceNumber));
        Assert.Equal(12 + bytes, fixture.Sink.LongestBytes);
    }

    [Fact]
    public async Task Quirk_LargestInterleavedFrame_IsPassedOnWhole()
    {
        await using BackendFixture fixture = new();
        Assert.Null(await fixture.PlayAsync(fixture.Create(BackendTransport.Tcp)));

        fixture.Camera.SendRtp(0, 96, 1, 1, 1, true, new byte[65_535 - 12]);
        fixture.Camera.SendRtp(0, 96, 2, 1, 1, true, "x"u8);

        await Until.TrueAsync(() => fixture.Sink.Packets.Count == 2);
        Assert.Equal(65_535, fixture.Sink.LongestBytes);
    }

    [Theory]
    [InlineData(0x80, 201, 0)]
    [InlineData(0x80, 200, 6)]
    [InlineData(0xff, 0xff, 0xff)]
    public async Task Quirk_HikvisionOversizedRtcpOverTcp_DoesNotSpinAndMediaGoesOn(byte first, byte type, byte words)
    {
        await using BackendFixture fixture = new();
        BackendSession session = fixture.Create(BackendTransport.Tcp);
        Assert.Null(await fixture.PlayAsync(session));

        byte[] report = new byte[60_000];
        for (int i = 0; i + 4 <= report.Length; i += 4 * (1 + words))
        {
            report[i] = first;
            report[i + 1] = type;
            report[i + 3] = words;
        }

        for (int i = 0; i < 20; i++)
        {
            fixture.Camera.SendRtcp(0, report);
        }

        fixture.Camera.SendRtp(0, 96, 1, 1, 1, true, "x"u8);
        await Until.TrueAsync(() => fixture.Sink.Packets.Count == 1);
        Assert.Null(session.Failure);
    }

    [Fact]
    public async Task Quirk_RtcpOfAnUnknownSource_IsNotTakenForTheTracks()
    {
        await using BackendFixture fixture = new();
        BackendSession session = fixture.Create(BackendTransport.Tcp);
        Assert.Null(await fixture.PlayAsync(session));

        fixture.Camera.SendRtp(0, 96, 1, 1, 7, true, "x"u8);
        fixture.Camera.SendRtcp(0, ScriptedCamera.SenderReportBytes(0, 1, 1));
        fixture.Camera.SendRtcp(0, ScriptedCamera.SenderReportBytes(7, 2, 2));
        await Until.TrueAsync(() => fixture.Sink.Reports.Count > 0);

        Assert.Equal(7u, Assert.Single(fixture.Sink.Reports).Ssrc);
        Assert.Null(session.Failure);
    }
}
