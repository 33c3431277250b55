using FastRtspProxy.Engine;
using FastRtspProxy.Engine.Backend;
using FastRtspProxy.Protocol.Rtcp;
using FastRtspProxy.TestPeers;

namespace FastRtspProxy.Tests.Engine.Backend;

/// <summary>Whether and how a camera is asked for a picture that stands alone.</summary>
public sealed class KeyFrameAskingTests
{
    private const uint Source = 42;

    [Theory]
    [InlineData("RTP/AVP", "", null, 0)]
    [InlineData("RTP/AVP", "", true, RtcpPacketView.PictureLossFormat)]
    [InlineData("RTP/AVP", "a=rtcp-fb:96 nack\r\n", null, 0)] // lost packets are repeated on request, which is something else
    [InlineData("RTP/AVP", "a=rtcp-fb:96 nack pli\r\n", null, RtcpPacketView.PictureLossFormat)]
    [InlineData("RTP/AVP", "a=rtcp-fb:* NACK PLI\r\n", null, RtcpPacketView.PictureLossFormat)]
    [InlineData("RTP/AVP", "a=rtcp-fb:96 CCM FIR\r\n", null, RtcpPacketView.FullIntraFormat)]
    [InlineData("RTP/AVP", "a=rtcp-fb:* nack pli\r\n", false, 0)]
    [InlineData("RTP/AVP", "a=rtcp-fb:96 ccm fir\r\n", null, RtcpPacketView.FullIntraFormat)]
    [InlineData("RTP/AVP", "a=rtcp-fb:96 ccm fir\r\na=rtcp-fb:96 nack pli\r\n", null, RtcpPacketView.PictureLossFormat)]
    [InlineData("RTP/AVPF", "", null, RtcpPacketView.PictureLossFormat)]
    public async Task Ask_CameraThatOffersItOrIsSaidTo_IsAskedInItsWay(string profile, string feedback, bool? option, int format)
    {
        await using BackendFixture fixture = new();
        fixture.Camera.Sdp = ScriptedCamera.VideoOnly.Replace("RTP/AVP", profile, StringComparison.Ordinal) + feedback;
        BackendSession session = fixture.Create(BackendTransport.Tcp, change: options => options with { AsksForKeyFrames = option });
        Assert.Null(await fixture.PlayAsync(session));
        fixture.Camera.SendRtp(0, 96, 1, 1, Source, true, "x"u8);
        await Until.TrueAsync(() => fixture.Sink.Packets.Count == 1);

        bool isAsked = await fixture.Shard.RunAsync(() => Task.FromResult(session.TryAskForKeyFrame()));

        Assert.Equal(format != 0, isAsked);
        if (isAsked)
        {
            await Until.TrueAsync(() => fixture.Camera.Frames.Any(static frame => FormatOf(frame.Payload) != 0));
            (byte channel, byte[] compound) = fixture.Camera.Frames.First(static frame => FormatOf(frame.Payload) != 0);
            Assert.Equal((1, format), (channel, FormatOf(compound)));
            Assert.Equal((byte)RtcpPacketType.ReceiverReport, compound[1]); // RFC 3550 section 6.1: a report comes first
        }
    }

    [Fact]
    public async Task Ask_BeforeAnyPicture_IsNotDone()
    {
        await using BackendFixture fixture = new();
        BackendSession session = fixture.Create(BackendTransport.Tcp, change: static options => options with { AsksForKeyFrames = true });
        Assert.Null(await fixture.PlayAsync(session));

        Assert.False(await fixture.Shard.RunAsync(() => Task.FromResult(session.TryAskForKeyFrame())));
    }

    /// <summary>The feedback format of a compound that asks <see cref="Source"/>; 0: none does.</summary>
    private static int FormatOf(byte[] compound)
    {
        RtcpCompoundReader reader = new(compound);
        while (reader.MoveNext(out RtcpPacketView packet))
        {
            if (packet.AsksForKeyFrame(Source))
            {
                return packet.Count;
            }
        }

        return 0;
    }
}
