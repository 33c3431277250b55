using System.Text;
using FastRtspProxy.Protocol.Rtsp;
using FastRtspProxy.TestPeers;

namespace FastRtspProxy.Tests.Protocol.Rtsp;

/// <summary>What a message holds while nobody says anything: thousands of connections have one each.</summary>
public sealed class RtspMessageBufferTests
{
    private static readonly byte[] s_request = Encoding.ASCII.GetBytes(
        "OPTIONS * RTSP/1.0\r\nCSeq: 7\r\nAuthorization: Basic c2VjcmV0\r\n" + string.Concat(Enumerable.Range(0, 40).Select(static i => $"X-{i}: {i}\r\n")) + "\r\n");

    [Fact]
    public void Trim_AfterAMessage_HoldsNothingAndTakesTheNextOne()
    {
        RtspMessage message = new();
        Assert.Equal(0, message.BufferBytes);
        for (int i = 0; i < 3; i++)
        {
            Assert.Equal(ParseStatus.Complete, RtspMessageParser.TryParse(s_request, message, RtspLimits.Server, out _, out _));
            Assert.Equal((42, 7L, "39"), (message.HeaderCount, message.CSeq, message.Header("X-39")));
            Assert.True(message.BufferBytes >= s_request.Length);
            message.Trim();
            message.Trim();
            Assert.Equal((0, 0), (message.BufferBytes, message.HeaderCount));
            Assert.Equal("", message.Method);
            Assert.Null(message.Header("Authorization"));
        }
    }

    [Fact]
    public void Trim_TwoMessagesByTurns_NeitherReadsTheOthers()
    {
        RtspMessage first = new();
        RtspMessage second = new();
        Assert.Equal(ParseStatus.Complete, RtspMessageParser.TryParse(s_request, first, RtspLimits.Server, out _, out _));
        first.Trim();
        Assert.Equal(ParseStatus.Complete, RtspMessageParser.TryParse("OPTIONS * RTSP/1.0\r\nCSeq: 8\r\n\r\n"u8, second, RtspLimits.Server, out _, out _));
        Assert.Equal(ParseStatus.Complete, RtspMessageParser.TryParse(s_request, first, RtspLimits.Server, out _, out _));
        Assert.Equal((8L, 7L), (second.CSeq, first.CSeq));
        Assert.Equal(1, second.HeaderCount);
    }

    [Fact]
    public void Trim_RequestAfterRequest_AllocatesNothing()
    {
        RtspMessage message = new();
        Assert.Equal(0, AllocationMeter.SteadyBytes(() =>
        {
            _ = RtspMessageParser.TryParse(s_request, message, RtspLimits.Server, out _, out _);
            message.Trim();
        }));
    }
}
