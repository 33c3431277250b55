using System.Buffers;
using System.Text;
using FastRtspProxy.Protocol.Rtsp;
using FastRtspProxy.TestPeers;

namespace FastRtspProxy.Tests.Protocol.Rtsp;

public class RtspMessageParserTests
{
    public static TheoryData<string> ValidMessages =>
    [
        "OPTIONS * RTSP/1.0\r\nCSeq: 1\r\n\r\n",
        "DESCRIBE rtsp://192.0.2.1/a?b=c RTSP/1.0\r\nCSeq: 2\r\nAccept: application/sdp\r\n\r\n",
        "SET_PARAMETER rtsp://192.0.2.1/a RTSP/1.0\r\nCSeq: 3\r\nContent-Length: 6\r\n\r\nbar: 1",
        "RTSP/1.0 200 OK\r\nCSeq: 4\r\nContent-Length: 0\r\n\r\n",
        "RTSP/1.0 200 OK\nCSeq: 4\nPublic: OPTIONS,\n DESCRIBE\nContent-Length: 3\n\n\r\n\r",
        "GET /a HTTP/1.0\r\nx-sessioncookie: abc\r\n\r\n",
    ];

    [Theory]
    [MemberData(nameof(ValidMessages))]
    public void TryParse_WholeMessageThenMore_ConsumesTheMessageOnly(string text)
    {
        byte[] bytes = Encoding.Latin1.GetBytes(text + "NEXT");
        RtspMessage message = new();

        ParseStatus status = RtspMessageParser.TryParse(bytes, message, RtspLimits.Server, out int consumed, out RtspDefect defect);

        Assert.Equal(ParseStatus.Complete, status);
        Assert.Equal(RtspDefect.None, defect);
        Assert.Equal(text.Length, consumed);
    }

    [Theory]
    [MemberData(nameof(ValidMessages))]
    public void TryParse_EachProperPrefix_NeedsMoreAndConsumesNothing(string text)
    {
        byte[] bytes = Encoding.Latin1.GetBytes(text);
        RtspMessage message = new();
        for (int length = 0; length < bytes.Length; length++)
        {
            ParseStatus status = RtspMessageParser.TryParse(bytes.AsSpan(0, length), message, RtspLimits.Server, out int consumed, out RtspDefect defect);

            Assert.Equal((ParseStatus.NeedMore, 0, RtspDefect.None), (status, consumed, defect));
            Assert.Equal(0, message.HeaderCount);

            ReadOnlySequence<byte> sequence = SplitSequence.At(bytes.AsMemory(0, length), length / 2);
            Assert.Equal(ParseStatus.NeedMore, RtspMessageParser.TryParse(ref sequence, message, RtspLimits.Server, out _));
            Assert.Equal(length, sequence.Length);
        }
    }

    [Theory]
    [MemberData(nameof(ValidMessages))]
    public void TryParse_SplitAtEachByte_SameMessage(string text)
    {
        byte[] bytes = Encoding.Latin1.GetBytes(text + "$");
        RtspMessage whole = new();
        RtspMessage split = new();
        Assert.Equal(ParseStatus.Complete, RtspMessageParser.TryParse(bytes, whole, RtspLimits.Server, out _, out _));
        for (int cut = 0; cut <= bytes.Length; cut++)
        {
            ReadOnlySequence<byte> input = SplitSequence.At(bytes, cut);

            Assert.Equal(ParseStatus.Complete, RtspMessageParser.TryParse(ref input, split, RtspLimits.Server, out _));

            Assert.Equal("$", Encoding.Latin1.GetString(input));
            AssertSame(whole, split);
        }

        ReadOnlySequence<byte> bytewise = SplitSequence.Bytewise(bytes);
        Assert.Equal(ParseStatus.Complete, RtspMessageParser.TryParse(ref bytewise, split, RtspLimits.Server, out _));
        AssertSame(whole, split);
    }

    [Theory]
    [MemberData(nameof(ValidMessages))]
    public void Write_WhatWasParsed_ReadsBackTheSame(string text)
    {
        RtspMessage message = Parse(text);
        if (message.IsHttp)
        {
            return;
        }

        List<RtspHeader> headers = [];
        for (int i = 0; i < message.HeaderCount; i++)
        {
            (string name, string value) = message.HeaderAt(i);
            if (name is not ("CSeq" or "Content-Length"))
            {
                headers.Add(new RtspHeader(name, value));
            }
        }

        ArrayBufferWriter<byte> output = new();
        if (message.IsRequest)
        {
            RtspWriter.WriteRequest(output, message.Method, message.Uri, (int)message.CSeq!.Value, headers.ToArray(), message.Body);
        }
        else
        {
            RtspWriter.WriteResponse(output, message.StatusCode, message.Reason, message.CSeqText, headers.ToArray(), message.Body);
        }

        RtspMessage again = Parse(Encoding.UTF8.GetString(output.WrittenSpan));
        Assert.Equal(message.Method, again.Method);
        Assert.Equal(message.Uri, again.Uri);
        Assert.Equal(message.StatusCode, again.StatusCode);
        Assert.Equal(message.CSeq, again.CSeq);
        Assert.Equal(message.Body.ToArray(), again.Body.ToArray());
        Assert.All(headers, header => Assert.Equal(header.Value, again.Header(header.Name)));
    }

    [Fact]
    public void TryParse_Request_GivesItsParts()
    {
        RtspMessage message = Parse("SETUP rtsp://h/a/track1 RTSP/1.0\r\nCSeq: 302\r\nSession: AB12 ; timeout=65\r\nTransport: x\r\nTransport: y\r\n\r\n");

        Assert.True(message.IsRequest);
        Assert.Equal("SETUP", message.Method);
        Assert.Equal("rtsp://h/a/track1", message.Uri);
        Assert.Equal("RTSP/1.0", message.Version);
        Assert.Equal(302, message.CSeq);
        Assert.Equal("AB12", message.Session);
        Assert.Equal("x", message.Header("transport"));
        Assert.Equal(["x", "y"], message.HeaderValues("TRANSPORT"));
        Assert.Equal(4, message.HeaderCount);
        Assert.Null(message.Header("Range"));
        Assert.Empty(message.HeaderValues("Range"));
        Assert.True(message.TryGetHeader("SESSION"u8, out ReadOnlySpan<byte> session));
        Assert.Equal("AB12 ; timeout=65"u8.ToArray(), session.ToArray());
    }

    [Theory]
    [InlineData("CSeq: abc", null)]
    [InlineData("CSeq: -1", null)]
    [InlineData("CSeq: 99999999999", null)]
    [InlineData("CSeq: 7 x", null)]
    [InlineData("CSeq:", null)]
    [InlineData("X: 1", null)]
    [InlineData("CSeq: +5", null)]
    [InlineData("cseq:9", 9L)]
    [InlineData("CSEQ :\t10\t", 10L)]
    [InlineData("CSeq: 007", 7L)]
    [InlineData("CSeq: 4294967295", 4294967295L)]
    [InlineData("CSeq: 9999999999", 9999999999L)]
    public void CSeq_GoodAndBad_NumberOrNull(string header, long? expected)
    {
        RtspMessage message = Parse($"OPTIONS * RTSP/1.0\r\n{header}\r\n\r\n");

        Assert.Equal(expected, message.CSeq);
        Assert.Equal(expected is null ? "" : header[(header.IndexOf(':') + 1)..].Trim(), Encoding.ASCII.GetString(message.CSeqText));
    }

    [Fact]
    public void Quirk_NoReasonAndLowerCaseCseq_IsRead()
    {
        RtspMessage message = Parse(TestData.Text("no_reason_lower_case_cseq.txt"));

        Assert.Equal((200, "", 2), (message.StatusCode, message.Reason, message.CSeq));
        Assert.Equal("hello"u8.ToArray(), message.Body.ToArray());
    }

    [Fact]
    public void Quirk_LongseTrailingBlanks_AreTrimmed()
    {
        RtspMessage message = Parse(TestData.Text("longse_unauthorized.txt"));

        Assert.Equal((401, "Unauthorized", 1), (message.StatusCode, message.Reason, message.CSeq));
        Assert.Equal("Rtsp Server", message.Header("Server"));
        Assert.EndsWith("algorithm=\"MD5\"", message.Header("WWW-Authenticate"), StringComparison.Ordinal);
    }

    [Fact]
    [Rule("S9")]
    public void TryParse_FoldedHeadersLineFeedsAndBlankLineInFront_AreRead()
    {
        RtspMessage message = Parse(TestData.Text("line_feeds_folded.txt"));

        Assert.Equal(7, message.CSeq);
        Assert.Equal("some player    with a long  name", message.Header("user-agent"));
        Assert.Equal("", message.Header("Require"));
    }

    [Fact]
    public void Quirk_MissingCSeq_IsNullNotMalformed()
    {
        Assert.Null(Parse("RTSP/1.0 200 OK\r\nSession: 1\r\n\r\n").CSeq);
    }

    [Fact]
    public void TryParse_LineWithoutColon_IsPassedOver()
    {
        RtspMessage message = Parse("RTSP/1.0 200 OK\r\nrubbish\r\n: x\r\nCSeq: 1\r\n\r\n");

        Assert.Equal((1, 1), (message.HeaderCount, message.CSeq));
    }

    [Fact]
    [Rule("S7")]
    public void TryParse_OtherVersion_IsGivenToTheCaller()
    {
        Assert.Equal("RTSP/9.9", Parse("OPTIONS * RTSP/9.9\r\nCSeq: 1\r\n\r\n").Version);
    }

    [Fact]
    [Rule("S8")]
    public void TryParse_LowerCaseMethod_StaysAsSent()
    {
        Assert.Equal("play", Parse("play * RTSP/1.0\r\nCSeq: 1\r\n\r\n").Method);
    }

    [Theory]
    [InlineData("HELLO\r\n")]
    [InlineData("GET / FTP/1.0\r\n")]
    [InlineData("RTSP/1.0 20 OK\r\n")]
    [InlineData("RTSP/1.0 2x0 OK\r\n")]
    [InlineData("RTSP/1.0\r\n")]
    [InlineData("RTSP/1.0 099 No\r\n")]
    [InlineData("OPTIONS RTSP/1.0\r\n")]
    [InlineData("OPT\0IONS * RTSP/1.0\r\n")]
    [InlineData("O(P) * RTSP/1.0\r\n")]
    [InlineData("\u0016\u0003\u0001\u0002\n\u0001")]
    public void TryParse_BadStartLine_MalformedBeforeTheHeadEnds(string text)
    {
        AssertMalformed(text, RtspDefect.BadStartLine);
    }

    [Theory]
    [Rule("S45")]
    [InlineData("1099511627776", RtspDefect.BodyTooLong)]
    [InlineData("99999999999999999999999999999999", RtspDefect.BodyTooLong)]
    [InlineData("65537", RtspDefect.BodyTooLong)]
    [InlineData("-1", RtspDefect.BadContentLength)]
    [InlineData("1e3", RtspDefect.BadContentLength)]
    [InlineData("", RtspDefect.BadContentLength)]
    [InlineData("5\r\nContent-Length: 6", RtspDefect.BadContentLength)]
    public void TryParse_BadContentLength_IsMalformedAtOnce(string length, RtspDefect defect)
    {
        AssertMalformed($"SET_PARAMETER * RTSP/1.0\r\nCSeq: 1\r\nContent-Length: {length}\r\n\r\n", defect);
    }

    [Fact]
    public void TryParse_SameContentLengthTwice_IsRead()
    {
        Assert.Equal(2, Parse("PLAY * RTSP/1.0\r\nContent-Length: 2\r\nContent-Length: 2\r\n\r\nab").Body.Length);
    }

    [Fact]
    [Rule("S45")]
    public void TryParse_TenThousandHeaders_IsMalformed()
    {
        string start = "OPTIONS * RTSP/1.0\r\n";
        AssertMalformed(start + string.Concat(Enumerable.Repeat("X: y\r\n", 10_000)) + "\r\n", RtspDefect.HeadTooLong);
        AssertMalformed(start + string.Concat(Enumerable.Repeat("X: y\r\n", 129)) + "\r\n", RtspDefect.TooManyHeaders);
        Assert.Equal(128, Parse(start + string.Concat(Enumerable.Repeat("X: y\r\n", 128)) + "\r\n").HeaderCount);
    }

    [Theory]
    [Rule("S45")]
    [InlineData('a')]
    [InlineData('\r')]
    [InlineData('\n')]
    [InlineData(' ')]
    public void TryParse_EndlessLine_IsMalformedOnceTheLimitIsPassed(char filler)
    {
        string atLimit = new(filler, RtspLimits.Server.HeadBytes);
        RtspMessage message = new();
        byte[] bytes = Encoding.Latin1.GetBytes(atLimit);
        Assert.Equal(ParseStatus.NeedMore, RtspMessageParser.TryParse(bytes, message, RtspLimits.Server, out _, out _));

        AssertMalformed(atLimit + filler, RtspDefect.HeadTooLong);
    }

    [Fact]
    [Rule("S45")]
    public void TryParse_TenKilobyteHeader_IsMalformed()
    {
        AssertMalformed($"OPTIONS * RTSP/1.0\r\nCSeq: 1\r\nX: {new string('x', 10_240)}\r\n\r\n", RtspDefect.HeadTooLong);
    }

    [Fact]
    public void TryParse_TunnelPost_DoesNotWaitForItsNominalBody()
    {
        RtspMessage message = new();
        byte[] bytes = "POST /a HTTP/1.0\r\nContent-Length: 32767\r\n\r\nT1BU"u8.ToArray();

        Assert.Equal(ParseStatus.Complete, RtspMessageParser.TryParse(bytes, message, RtspLimits.Server, out int consumed, out _));

        Assert.Equal(bytes.Length - 4, consumed);
        Assert.True(message.IsHttp);
        Assert.Equal("32767", message.Header("Content-Length"));
    }

    [Fact]
    public void Reset_AfterAMessage_IsEmpty()
    {
        RtspMessage message = Parse("SET_PARAMETER * RTSP/1.0\r\nCSeq: 1\r\nContent-Length: 2\r\n\r\nab");

        message.Reset();

        Assert.Equal((0, "", "", 0), (message.HeaderCount, message.Method, message.Uri, message.Body.Length));
        Assert.Null(message.CSeq);
        Assert.False(message.IsHttp);
    }

    [Fact]
    public void TryParse_SteadyState_AllocatesNothing()
    {
        byte[] bytes = Encoding.Latin1.GetBytes(
            "SETUP rtsp://h/a/track1 RTSP/1.0\r\nCSeq: 302\r\nSession: AB12;timeout=65\r\nTransport: RTP/AVP;unicast\r\nContent-Length: 4\r\n\r\nbody");
        ReadOnlySequence<byte> split = SplitSequence.At(bytes, 10, 50);
        RtspMessage message = new();
        int calls = 0;
        int read = 0;

        long allocated = AllocationMeter.SteadyBytes(() =>
        {
            ReadOnlySequence<byte> input = split;
            read += RtspMessageParser.TryParse(bytes, message, RtspLimits.Server, out _, out _) == ParseStatus.Complete ? 1 : 0;
            read += RtspMessageParser.TryParse(ref input, message, RtspLimits.Server, out _) == ParseStatus.Complete ? 1 : 0;
            read += message.CSeq == 302 && message.TryGetHeader("transport"u8, out _) && message.Method == RtspMethod.Setup ? 1 : 0;
            calls++;
        });

        Assert.Equal(3 * calls, read);
        Assert.Equal(0, allocated);
    }

    internal static RtspMessage Parse(string text)
    {
        RtspMessage message = new();
        ParseStatus status = RtspMessageParser.TryParse(Encoding.UTF8.GetBytes(text), message, RtspLimits.Server, out _, out RtspDefect defect);
        Assert.Equal((ParseStatus.Complete, RtspDefect.None), (status, defect));
        return message;
    }

    private static void AssertMalformed(string text, RtspDefect expected)
    {
        byte[] bytes = Encoding.Latin1.GetBytes(text);
        RtspMessage message = new();
        ParseStatus status = RtspMessageParser.TryParse(bytes, message, RtspLimits.Server, out int consumed, out RtspDefect defect);
        Assert.Equal((ParseStatus.Malformed, 0, expected), (status, consumed, defect));

        ReadOnlySequence<byte> split = SplitSequence.At(bytes, bytes.Length / 2);
        Assert.Equal(ParseStatus.Malformed, RtspMessageParser.TryParse(ref split, message, RtspLimits.Server, out defect));
        Assert.Equal((bytes.Length, expected), (split.Length, defect));
    }

    private static void AssertSame(RtspMessage expected, RtspMessage actual)
    {
        Assert.Equal(
            (expected.IsRequest, expected.Method, expected.Uri, expected.Version, expected.StatusCode, expected.Reason, expected.HeaderCount),
            (actual.IsRequest, actual.Method, actual.Uri, actual.Version, actual.StatusCode, actual.Reason, actual.HeaderCount));
        for (int i = 0; i < expected.HeaderCount; i++)
        {
            Assert.Equal(expected.HeaderAt(i), actual.HeaderAt(i));
        }

        Assert.Equal(expected.Body.ToArray(), actual.Body.ToArray());
    }
}
