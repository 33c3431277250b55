using System.Buffers;
using FastRtspProxy.Protocol.Rtsp;
using FastRtspProxy.TestPeers;

namespace FastRtspProxy.Fuzz.Targets;

/// <summary>
/// RTSP and HTTP messages. Whole and cut at any place they give the same; every proper prefix of a message needs more; an answer that is not complete consumes nothing;
/// what was read can be written and reads back the same.
/// </summary>
internal sealed class MessageTarget(string name, RtspLimits limits) : FuzzTarget
{
    private static readonly RtspLimits s_wide = new() { HeadBytes = 1 << 20, HeaderLines = 4096, BodyBytes = 1 << 21 };

    private readonly RtspMessage _message = new();
    private readonly RtspMessage _other = new();

    public override string Name => name;

    /// <summary>The message's buffers are kept and have grown before; a body above 64 KiB is the exception, and no input is that long.</summary>
    public override int FixedBytes => 1024;

    public override int BytesPerInputByte => 2;

    public override void Parse(ReadOnlySpan<byte> input) => RtspMessageParser.TryParse(input, _message, limits, out _, out _);

    public override void Check(ReadOnlySpan<byte> input)
    {
        ParseStatus status = RtspMessageParser.TryParse(input, _message, limits, out int consumed, out RtspDefect defect);
        Property.Equal(status == ParseStatus.Malformed, defect != RtspDefect.None);
        Property.Holds(status == ParseStatus.Complete ? consumed > 0 && consumed <= input.Length : consumed == 0, "what is not complete consumes nothing");
        if (status != ParseStatus.Complete)
        {
            Property.Equal(0, _message.HeaderCount + _message.Body.Length + _message.MethodBytes.Length);
        }

        byte[] bytes = input.ToArray();
        foreach (int cut in Cuts.Of(input))
        {
            CheckCut(bytes, cut, status, consumed, defect);
            if (cut < consumed)
            {
                Property.Equal(ParseStatus.NeedMore, RtspMessageParser.TryParse(bytes.AsSpan(0, cut), _other, limits, out int none, out _));
                Property.Equal(0, none);
            }
        }

        if (status == ParseStatus.Complete)
        {
            CheckWriting();
        }
    }

    private void CheckCut(byte[] bytes, int cut, ParseStatus status, int consumed, RtspDefect defect)
    {
        ReadOnlySequence<byte> sequence = SplitSequence.At(bytes, cut);
        ParseStatus cutStatus = RtspMessageParser.TryParse(ref sequence, _other, limits, out RtspDefect cutDefect);
        Property.Equal((status, defect, (long)consumed), (cutStatus, cutDefect, bytes.Length - sequence.Length));
        CheckSame(status == ParseStatus.Complete);
    }

    private void CheckSame(bool isComplete)
    {
        Property.Equal(_message.HeaderCount, _other.HeaderCount);
        for (int i = 0; isComplete && i < _message.HeaderCount; i++)
        {
            Property.Equal(_message.HeaderAt(i), _other.HeaderAt(i));
        }

        Property.Equal((_message.Method, _message.Uri, _message.Version), (_other.Method, _other.Uri, _other.Version));
        Property.Equal((_message.StatusCode, _message.Reason, _message.CSeq), (_other.StatusCode, _other.Reason, _other.CSeq));
        Property.SameBytes(_message.Body, _other.Body, "the body");
    }

    private void CheckWriting()
    {
        List<RtspHeader> headers = [];
        for (int i = 0; i < _message.HeaderCount; i++)
        {
            (string header, string value) = _message.HeaderAt(i);
            if (value.AsSpan().IndexOfAny("\r\n\0") >= 0 || header.AsSpan().IndexOfAny("\r\n\0") >= 0)
            {
                return; // The writer drops these, so that nobody smuggles a line; what is left may read differently.
            }

            if (!header.Equals("CSeq", StringComparison.OrdinalIgnoreCase) && !header.Equals("Content-Length", StringComparison.OrdinalIgnoreCase))
            {
                headers.Add(new RtspHeader(header, value));
            }
        }

        ArrayBufferWriter<byte> written = new();
        if (_message.IsRequest)
        {
            RtspWriter.WriteRequest(written, _message.Method, _message.Uri.Replace("\r", string.Empty, StringComparison.Ordinal), 7, [.. headers], _message.Body);
        }
        else
        {
            RtspWriter.WriteResponse(written, _message.StatusCode, _message.Reason, "7"u8, [.. headers], _message.Body, _message.Version);
        }

        Property.Equal(ParseStatus.Complete, RtspMessageParser.TryParse(written.WrittenSpan, _other, s_wide, out int consumed, out _));
        if (_message.IsHttp)
        {
            return; // The body of a tunnel's POST is not the message's.
        }

        Property.Equal(written.WrittenCount, consumed);
        Property.Equal((_message.Method, _message.StatusCode, _message.Session), (_other.Method, _other.StatusCode, _other.Session));
        Property.Equal(headers.Count, _other.HeaderCount - 1 - (_message.Body.IsEmpty ? 0 : 1));
        for (int i = 0; i < headers.Count; i++)
        {
            Property.Equal((headers[i].Name, headers[i].Value), _other.HeaderAt(i + 1));
        }

        Property.SameBytes(_message.Body, _other.Body, "the body that was written");
    }
}
