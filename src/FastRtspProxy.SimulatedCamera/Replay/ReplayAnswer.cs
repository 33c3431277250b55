using System.Globalization;
using System.Text;
using FastRtspProxy.Protocol.Rtsp;

namespace FastRtspProxy.SimulatedCamera.Replay;

/// <summary>A recorded answer for another request: the same lines, with this request's number, this connection's addresses and ports. Pure.</summary>
internal static class ReplayAnswer
{
    /// <param name="exchange">Its answer, which there is.</param>
    /// <param name="request">Asked now.</param>
    /// <param name="hosts">What stood for the camera in the recording, and what stands for it now.</param>
    /// <param name="transport">Of a SETUP; null: as it was.</param>
    public static byte[] Write(RecordedExchange exchange, RtspMessage request, IReadOnlyList<KeyValuePair<string, string>> hosts, string? transport)
    {
        string text = Encoding.Latin1.GetString(exchange.Answer!);
        int bodyAt = text.Length - exchange.AnswerBodyBytes;
        string body = Replace(text[bodyAt..], hosts);
        StringBuilder output = new(text.Length + 128);
        int at = 0;
        while (at < bodyAt)
        {
            int feed = text.IndexOf('\n', at, bodyAt - at);
            int end = feed < 0 ? bodyAt : feed + 1;
            output.Append(Line(text[at..end], exchange, request, hosts, transport, body.Length));
            at = end;
        }

        return Encoding.Latin1.GetBytes(output.Append(body).ToString());
    }

    /// <summary>The recorded Transport with the ports and channels of this request; where the ways differ, a plain one.</summary>
    public static string Transport(TransportSpec? recorded, TransportSpec wanted, TransportSpec given) => TransportHeader.Format(
        (recorded is { } known && known.Tcp == wanted.Tcp ? known : new TransportSpec { Ssrc = recorded?.Ssrc, Mode = recorded?.Mode }) with
        {
            Tcp = given.Tcp,
            Multicast = false,
            Interleaved = given.Interleaved,
            ClientPort = given.ClientPort,
            ServerPort = given.ServerPort,
            Source = given.Source,
            Destination = null,
            Port = null,
            Ttl = null,
        });

    private static string Line(
        string line, RecordedExchange exchange, RtspMessage request, IReadOnlyList<KeyValuePair<string, string>> hosts, string? transport,
        int bodyBytes)
    {
        int colon = line.IndexOf(':', StringComparison.Ordinal);
        string name = colon < 0 ? string.Empty : line[..colon].Trim();
        if (Is(name, "CSeq"))
        {
            return With(line, colon, Encoding.ASCII.GetString(request.CSeqText));
        }

        if (Is(name, "Transport") && transport is not null)
        {
            return With(line, colon, transport);
        }

        bool isRightLength = Is(name, "Content-Length")
            && line[(colon + 1)..].Trim() == exchange.AnswerBodyBytes.ToString(CultureInfo.InvariantCulture);
        return isRightLength ? With(line, colon, bodyBytes.ToString(CultureInfo.InvariantCulture)) : Replace(line, hosts);
    }

    private static bool Is(string name, string known) => name.Equals(known, StringComparison.OrdinalIgnoreCase);

    private static string With(string line, int colon, string value)
    {
        string end = line.EndsWith("\r\n", StringComparison.Ordinal) ? "\r\n" : line.EndsWith('\n') ? "\n" : string.Empty;
        int blanks = colon + 1;
        while (blanks < line.Length && line[blanks] == ' ')
        {
            blanks++;
        }

        return line[..blanks] + value + end;
    }

    private static string Replace(string text, IReadOnlyList<KeyValuePair<string, string>> hosts)
    {
        foreach ((string recorded, string now) in hosts)
        {
            int at = 0;
            while ((at = text.IndexOf(recorded, at, StringComparison.OrdinalIgnoreCase)) >= 0)
            {
                int end = at + recorded.Length;
                bool isWhole = end == text.Length || !(char.IsAsciiLetterOrDigit(text[end]) || text[end] is '.' or ':' or '-');
                text = isWhole ? text[..at] + now + text[end..] : text;
                at += isWhole ? now.Length : recorded.Length;
            }
        }

        return text;
    }
}
