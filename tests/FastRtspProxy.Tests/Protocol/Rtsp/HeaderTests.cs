using System.Buffers;
using System.Text;
using FastRtspProxy.Protocol.Rtsp;
using FastRtspProxy.TestPeers;

namespace FastRtspProxy.Tests.Protocol.Rtsp;

public class HeaderTests
{
    [Theory]
    [InlineData("4DBB1C3A;timeout=65", "4DBB1C3A", 65)]
    [InlineData("4DBB1C3A", "4DBB1C3A", null)]
    [InlineData(" 4DBB1C3A ; timeout = 30 ", "4DBB1C3A", 30)]
    [InlineData("a;x=y;TIMEOUT=60s", "a", 60)]
    [InlineData("a;timeout=0", "a", null)]
    [InlineData("a;timeout=-3", "a", null)]
    [InlineData("a;timeout=99999999999", "a", null)]
    [InlineData("a;timeout=", "a", null)]
    public void SessionHeader_Forms_GiveIdAndTimeout(string value, string id, int? timeout)
    {
        Assert.True(SessionHeader.TryParse(value, out string parsed, out int? seconds));
        Assert.Equal((id, timeout), (parsed, seconds));
    }

    [Theory]
    [InlineData("")]
    [InlineData(";timeout=65")]
    [InlineData("  ")]
    public void SessionHeader_NoId_IsRefused(string value)
    {
        Assert.False(SessionHeader.TryParse(value, out _, out _));
    }

    [Fact]
    public void RtpInfo_TwoTracks_AreRead()
    {
        List<RtpInfoEntry> entries = RtpInfoHeader.Parse("url=rtsp://h/a/track1;seq=17;rtptime=4294967295, url=\"track2\";rtptime=5;seq=65535");

        Assert.Equal([new("rtsp://h/a/track1", 17, uint.MaxValue), new("track2", 65535, 5)], entries);
    }

    [Fact]
    public void Quirk_LaureiiTrailingSemicolon_IsRead()
    {
        string value = RtspMessageParserTests.Parse(TestData.Text("laureii_play.txt")).Header("RTP-Info")!;

        Assert.Equal([new("rtsp://192.0.2.7:554/ch1/track1", 26317, 3063102211)], RtpInfoHeader.Parse(value));
    }

    [Theory]
    [InlineData("url=a;seq=1;rtptime=-1", 1, null)]
    [InlineData("url=a;seq=65536;rtptime=4294967296", null, null)]
    [InlineData("url=a;seq=;rtptime=", null, null)]
    [InlineData("url=a", null, null)]
    public void Quirk_RtpInfoValuesThatCanNotBe_AreNull(string value, int? seq, uint? time)
    {
        Assert.Equal([new("a", (ushort?)seq, time)], RtpInfoHeader.Parse(value));
    }

    [Fact]
    public void RtpInfo_CommaInUrl_StaysInUrl()
    {
        Assert.Equal([new("rtsp://h/a,b/track1", 1, null), new("c", 2, null)], RtpInfoHeader.Parse("url=rtsp://h/a,b/track1;seq=1,url=c;seq=2"));
    }

    [Theory]
    [InlineData("")]
    [InlineData(";")]
    [InlineData(" , ;,")]
    public void RtpInfo_NothingInIt_IsEmpty(string value)
    {
        Assert.Empty(RtpInfoHeader.Parse(value));
    }

    [Fact]
    public void RtpInfo_Format_SeparatesByCommaOnly()
    {
        List<RtpInfoEntry> entries = [new("rtsp://h/a/track1", 17, 4), new("rtsp://h/a/track2", null, null)];

        string text = RtpInfoHeader.Format(entries);

        Assert.Equal("url=rtsp://h/a/track1;seq=17;rtptime=4,url=rtsp://h/a/track2", text);
        Assert.Equal(entries, RtpInfoHeader.Parse(text));
    }

    [Fact]
    public void RtspDate_Format_IsRfc1123()
    {
        Assert.Equal("Sun, 22 Nov 2026 10:22:09 GMT", RtspDate.Format(new DateTimeOffset(2026, 11, 22, 12, 22, 9, TimeSpan.FromHours(2))));
    }

    [Theory]
    [InlineData(200, "OK")]
    [InlineData(454, "Session Not Found")]
    [InlineData(461, "Unsupported Transport")]
    [InlineData(551, "Option not supported")]
    [InlineData(599, "Server Error")]
    [InlineData(299, "OK")]
    public void RtspStatus_Reason_KnownAndUnknown(int status, string reason)
    {
        Assert.Equal(reason, RtspStatus.Reason(status));
    }

    [Fact]
    public void RtspWriter_Request_PutsCSeqFirstAndLengthLast()
    {
        ArrayBufferWriter<byte> output = new();
        RtspWriter.WriteRequest(output, RtspMethod.Describe, "rtsp://h/ä", 2, [new("Accept", "application/sdp")], "xy"u8);

        Assert.Equal("DESCRIBE rtsp://h/ä RTSP/1.0\r\nCSeq: 2\r\nAccept: application/sdp\r\nContent-Length: 2\r\n\r\nxy", Encoding.UTF8.GetString(output.WrittenSpan));
    }

    [Fact]
    public void RtspWriter_Response_WithoutCSeqAndReason()
    {
        ArrayBufferWriter<byte> output = new();
        RtspWriter.WriteResponse(output, 400, null, default, [], version: "HTTP/1.0");

        Assert.Equal("HTTP/1.0 400 Bad Request\r\n\r\n", Encoding.UTF8.GetString(output.WrittenSpan));
    }

    [Fact]
    public void RtspWriter_LineEndsInValues_AreDropped()
    {
        ArrayBufferWriter<byte> output = new();
        RtspWriter.WriteResponse(output, 200, "O\r\nK", "1"u8, [new("X\r\n", "a\r\nEvil: 1\0")]);

        Assert.Equal("RTSP/1.0 200 OK\r\nCSeq: 1\r\nX: aEvil: 1\r\n\r\n", Encoding.UTF8.GetString(output.WrittenSpan));
    }
}
