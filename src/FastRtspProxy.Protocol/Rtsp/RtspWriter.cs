using System.Buffers;
using System.Globalization;
using System.Text;

namespace FastRtspProxy.Protocol.Rtsp;

/// <summary>Writes messages. CR, LF and NUL in what goes into a line are dropped: nobody smuggles a header through a value.</summary>
public static class RtspWriter
{
    public static void WriteRequest(
        IBufferWriter<byte> output, string method, string uri, int cseq, ReadOnlySpan<RtspHeader> headers, ReadOnlySpan<byte> body = default)
    {
        ArgumentNullException.ThrowIfNull(output);
        WriteText(output, method);
        output.Write(" "u8);
        WriteText(output, uri);
        output.Write(" RTSP/1.0\r\nCSeq: "u8);
        WriteNumber(output, cseq);
        output.Write("\r\n"u8);
        WriteRest(output, headers, body);
    }

    /// <summary>Writes a response; an empty <paramref name="cseq"/> (the request had none) writes none, a null <paramref name="reason"/> writes the
    /// usual phrase.</summary>
    public static void WriteResponse(
        IBufferWriter<byte> output,
        int status,
        string? reason,
        ReadOnlySpan<byte> cseq,
        ReadOnlySpan<RtspHeader> headers,
        ReadOnlySpan<byte> body = default,
        string version = "RTSP/1.0")
    {
        ArgumentNullException.ThrowIfNull(output);
        WriteText(output, version);
        output.Write(" "u8);
        WriteNumber(output, status);
        output.Write(" "u8);
        WriteText(output, reason ?? RtspStatus.Reason(status));
        output.Write("\r\n"u8);
        if (!cseq.IsEmpty)
        {
            output.Write("CSeq: "u8);
            output.Write(cseq);
            output.Write("\r\n"u8);
        }

        WriteRest(output, headers, body);
    }

    /// <summary>The head of a request that opens a tunnel.</summary>
    public static void WriteHttpRequest(IBufferWriter<byte> output, string method, string target, ReadOnlySpan<RtspHeader> headers)
    {
        ArgumentNullException.ThrowIfNull(output);
        WriteText(output, method);
        output.Write(" "u8);
        WriteText(output, target);
        output.Write(" HTTP/1.0\r\n"u8);
        WriteRest(output, headers, default);
    }

    private static void WriteRest(IBufferWriter<byte> output, ReadOnlySpan<RtspHeader> headers, ReadOnlySpan<byte> body)
    {
        foreach (RtspHeader header in headers)
        {
            WriteText(output, header.Name);
            output.Write(": "u8);
            WriteText(output, header.Value);
            output.Write("\r\n"u8);
        }

        if (!body.IsEmpty)
        {
            output.Write("Content-Length: "u8);
            WriteNumber(output, body.Length);
            output.Write("\r\n"u8);
        }

        output.Write("\r\n"u8);
        output.Write(body);
    }

    private static void WriteNumber(IBufferWriter<byte> output, int number)
    {
        Span<byte> span = output.GetSpan(11);
        _ = number.TryFormat(span, out int written, default, CultureInfo.InvariantCulture);
        output.Advance(written);
    }

    private static void WriteText(IBufferWriter<byte> output, string text)
    {
        ReadOnlySpan<char> rest = text;
        while (!rest.IsEmpty)
        {
            int bad = rest.IndexOfAny('\r', '\n', '\0');
            ReadOnlySpan<char> piece = bad < 0 ? rest : rest[..bad];
            Encoding.UTF8.GetBytes(piece, output);
            rest = bad < 0 ? default : rest[(bad + 1)..];
        }
    }
}
