using System.Buffers;
using BenchmarkDotNet.Attributes;
using FastRtspProxy.Protocol.Rtsp;

namespace FastRtspProxy.Microbenchmarks;

/// <summary>The control path: a message per request of a client or answer of a camera.</summary>
public class RtspBenchmarks
{
    private static readonly byte[] Setup = """
        SETUP rtsp://192.0.2.1:8554/proxyStream-1/track1 RTSP/1.0
        CSeq: 4
        User-Agent: LibVLC/3.0.20 (LIVE555 Streaming Media v2016.11.28)
        Authorization: Digest username="viewer", realm="LIVE555 Streaming Media", nonce="0123456789abcdef0123456789abcdef", uri="rtsp://192.0.2.1:8554/", response="0123456789abcdef0123456789abcdef"
        Session: 4DBB1C3A4DBB1C3A
        Transport: RTP/AVP;unicast;client_port=50000-50001


        """u8.ToArray();

    private readonly RtspMessage _message = new();
    private readonly ArrayBufferWriter<byte> _output = new(1024);
    private readonly RtspHeader[] _headers =
    [
        new("Date", "Sun, 22 Nov 2026 10:22:09 GMT"), new("Range", "npt=0.000-"), new("Session", "4DBB1C3A4DBB1C3A"),
        new("RTP-Info", "url=rtsp://192.0.2.1:8554/proxyStream-1/track1;seq=17;rtptime=3063102211"),
    ];

    private ReadOnlySequence<byte> _split;

    [GlobalSetup]
    public void Prepare()
    {
        Segment last = new(Setup.AsMemory(100), 100, null);
        Segment first = new(Setup.AsMemory(0, 100), 0, last);
        _split = new ReadOnlySequence<byte>(first, 0, last, last.Memory.Length);
    }

    [Benchmark]
    public ParseStatus Parse_SetupRequest_OneSpan() => RtspMessageParser.TryParse(Setup, _message, RtspLimits.Server, out _, out _);

    [Benchmark]
    public ParseStatus Parse_SetupRequest_TwoSegments()
    {
        ReadOnlySequence<byte> input = _split;
        return RtspMessageParser.TryParse(ref input, _message, RtspLimits.Server, out _);
    }

    [Benchmark]
    public ParseStatus Parse_SetupRequest_Incomplete() =>
        RtspMessageParser.TryParse(Setup.AsSpan(0, Setup.Length - 1), _message, RtspLimits.Server, out _, out _);

    [Benchmark]
    public int Write_PlayResponse_OneTrack()
    {
        _output.ResetWrittenCount();
        RtspWriter.WriteResponse(_output, RtspStatus.Ok, null, "5"u8, _headers);
        return _output.WrittenCount;
    }

    [Benchmark]
    public int Parse_Transport_UdpRequest() => TransportHeader.Parse("RTP/AVP;unicast;client_port=50000-50001").Count;

    [Benchmark]
    public bool Parse_Url_WithCredentials() => RtspUrl.TryParse("rtsp://admin:p%40ss@192.0.2.7:554/Streaming/Channels/101?x=y", out _, out _);

    private sealed class Segment : ReadOnlySequenceSegment<byte>
    {
        public Segment(ReadOnlyMemory<byte> memory, long index, Segment? next)
        {
            Memory = memory;
            RunningIndex = index;
            Next = next;
        }
    }
}
