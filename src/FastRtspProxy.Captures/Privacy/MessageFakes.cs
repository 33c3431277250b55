using System.Globalization;
using System.Text;
using FastRtspProxy.Protocol.Rtsp;

namespace FastRtspProxy.Captures.Privacy;

/// <summary>
/// A whole RTSP message with the same lines in the same order, and the same line ends, blanks and faults; only what is somebody's own is another.
/// Where the body has another length, a Content-Length that was right is right again.
/// </summary>
internal sealed class MessageFakes
{
    /// <summary>Headers whose numbers are the protocol's.</summary>
    private static readonly string[] s_numbers =
    [
        "cseq", "content-length", "timestamp", "range", "scale", "speed", "date", "expires", "last-modified", "if-modified-since", "blocksize",
        "bandwidth", "rate-control", "rtcp-interval", "retry-after", "media-properties", "accept-ranges", "media-range", "x-dynamic-rate",
    ];

    private readonly Fakes _fakes;
    private readonly TextFakes _texts;
    private readonly UrlFakes _urls;
    private readonly SdpFakes _sdp;

    public MessageFakes(Fakes fakes)
    {
        _fakes = fakes;
        _texts = new TextFakes(fakes);
        _urls = new UrlFakes(fakes, _texts);
        _sdp = new SdpFakes(fakes, _texts, _urls);
        LogIns = new AuthFakes(fakes, _texts, _urls);
    }

    public AuthFakes LogIns { get; }

    /// <inheritdoc cref="UrlFakes.Of"/>
    public string Url(string url) => _urls.Of(url);

    /// <summary>The message with its fakes.</summary>
    /// <param name="message">Head and body, as they stood in the connection.</param>
    /// <param name="bodyBytes">How much of its end is the body.</param>
    public byte[] Of(ReadOnlySpan<byte> message, int bodyBytes)
    {
        string head = Encoding.Latin1.GetString(message[..^bodyBytes]);
        string body = Encoding.Latin1.GetString(message[^bodyBytes..]);
        string newBody = bodyBytes == 0 ? string.Empty : SdpFakes.IsSdp(body) ? _sdp.Of(body) : _texts.Of(body);
        StringBuilder output = new(message.Length + 64);
        string name = string.Empty;
        string method = string.Empty;
        foreach ((string line, string end) in Lines(head))
        {
            if (method.Length == 0 && line.Length > 0)
            {
                output.Append(StartLine(line, out method));
            }
            else
            {
                output.Append(HeaderLine(line, method, bodyBytes, newBody.Length, ref name));
            }

            output.Append(end);
        }

        return Encoding.Latin1.GetBytes(output.Append(newBody).ToString());
    }

    /// <summary>Lines with their ends; the last one may have none.</summary>
    internal static IEnumerable<(string Line, string End)> Lines(string text)
    {
        for (int at = 0; at < text.Length;)
        {
            int feed = text.IndexOf('\n', at);
            int next = feed < 0 ? text.Length : feed + 1;
            int length = (feed < 0 ? text.Length : feed) - at;
            length -= length > 0 && feed >= 0 && text[at + length - 1] == '\r' ? 1 : 0;
            yield return (text.Substring(at, length), text[(at + length)..next]);
            at = next;
        }
    }

    private string StartLine(string line, out string method)
    {
        int blank = line.IndexOf(' ', StringComparison.Ordinal);
        method = blank < 0 ? "-" : line[..blank];
        if (blank < 0 || line.StartsWith("RTSP/", StringComparison.OrdinalIgnoreCase) || line.StartsWith("HTTP/", StringComparison.OrdinalIgnoreCase))
        {
            return _texts.Of(line);
        }

        int last = line.LastIndexOf(' ');
        return last == blank
            ? _texts.Of(method) + " " + _urls.Of(line[(blank + 1)..])
            : _texts.Of(method) + " " + _urls.Of(line[(blank + 1)..last].Trim()) + " " + _texts.Of(line[(last + 1)..]);
    }

    private string HeaderLine(string line, string method, int bodyBytes, int newBodyBytes, ref string name)
    {
        int colon = line.IndexOf(':', StringComparison.Ordinal);
        if (line.Length == 0 || line[0] is ' ' or '\t' || colon < 0)
        {
            return _texts.Of(line, Digits.None); // a folded header, or none
        }

        name = line[..colon].Trim().ToLowerInvariant();
        int value = colon + 1;
        while (value < line.Length && line[value] is ' ' or '\t')
        {
            value++;
        }

        string text = line[value..];
        string fake = name == "content-length" && text.Trim() == bodyBytes.ToString(CultureInfo.InvariantCulture)
            ? text.Replace(text.Trim(), newBodyBytes.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal)
            : Value(name, text, method);
        return _texts.Of(line[..colon]) + line[colon..value] + fake;
    }

    private string Value(string name, string text, string method)
    {
        switch (name)
        {
            case "authorization" or "proxy-authorization" or "www-authenticate" or "proxy-authenticate" or "authentication-info"
                or "proxy-authentication-info":
                return LogIns.Of(text, method);
            case "session":
                return Session(text);
            case "transport":
                return Transport(text);
            case "keymgmt":
                return KeyManagement(text);
            case "rtp-info":
                return RtpInfo(text);
            case "content-base" or "content-location" or "location" or "referer":
                return _urls.Of(text.Trim());
            case "host":
                return _urls.Of("x://" + text.Trim())["x://".Length..];
            default:
                return _texts.Of(text, Array.IndexOf(s_numbers, name) >= 0 ? Digits.All : Digits.Short);
        }
    }

    private string Session(string text)
    {
        int end = text.IndexOf(';', StringComparison.Ordinal);
        string id = (end < 0 ? text : text[..end]).Trim();
        return _fakes.Shaped(FakeKind.Session, id) + (end < 0 ? string.Empty : _texts.Of(text[end..]));
    }

    private string Transport(string text)
    {
        StringBuilder output = new(text.Length);
        foreach (string field in Fields(text, ',', ';'))
        {
            int equals = field.IndexOf('=', StringComparison.Ordinal);
            string name = equals < 0 ? string.Empty : field[..equals].Trim().ToLowerInvariant();
            output.Append(name switch
            {
                "source" or "destination" or "src_addr" or "dest_addr" => field[..(equals + 1)] + _fakes.Host(field[(equals + 1)..].Trim()),
                "ssrc" => field[..(equals + 1)] + Sources(field[(equals + 1)..]),
                _ => _texts.Of(field),
            });
        }

        return output.ToString();
    }

    /// <summary>Hexadecimal, with or without 0x and zeros in front, of which there may be several (<c>/</c>).</summary>
    private string Sources(string text)
    {
        StringBuilder output = new(text.Length);
        foreach (string one in Fields(text, '/', '/'))
        {
            string bare = one.Trim(' ', '/', '"');
            string digits = bare.StartsWith("0x", StringComparison.OrdinalIgnoreCase) ? bare[2..] : bare;
            output.Append(uint.TryParse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out uint ssrc)
                ? one.Replace(digits, Written(digits, _fakes.Source(ssrc)), StringComparison.Ordinal)
                : _texts.Of(one, Digits.None));
        }

        return output.ToString();
    }

    private static string Written(string like, uint ssrc)
    {
        bool isUpper = like.AsSpan().ContainsAnyInRange('A', 'F') || !like.AsSpan().ContainsAnyInRange('a', 'f');
        return ssrc.ToString(isUpper ? "X8" : "x8", CultureInfo.InvariantCulture);
    }

    /// <summary>RFC 4567: <c>prot=mikey; uri="…"; data="BASE64"</c>, whose data are keys.</summary>
    private string KeyManagement(string text)
    {
        StringBuilder output = new(text.Length);
        foreach (string field in Fields(text, ',', ';'))
        {
            int equals = field.IndexOf('=', StringComparison.Ordinal);
            string name = field[..Math.Max(0, equals)].Trim().ToLowerInvariant();
            string value = field[(equals + 1)..];
            output.Append(name switch
            {
                _ when field is ";" or "," => field,
                "prot" => _texts.Of(field),
                "uri" => field[..(equals + 1)] + '"' + _urls.Of(value.Trim(' ', '"')) + '"',
                _ => field[..(equals + 1)] + _fakes.Shaped(FakeKind.Nonce, value),
            });
        }

        return output.ToString();
    }

    private string RtpInfo(string text)
    {
        StringBuilder output = new(text.Length);
        foreach (string field in Fields(text, ',', ';'))
        {
            int equals = field.IndexOf('=', StringComparison.Ordinal);
            string name = equals < 0 ? string.Empty : field[..equals].Trim(' ', ',', ';').ToLowerInvariant();
            output.Append(name switch
            {
                "url" => field[..(equals + 1)] + _urls.Of(field[(equals + 1)..].Trim()),
                "ssrc" => field[..(equals + 1)] + Sources(field[(equals + 1)..]),
                _ => _texts.Of(field, Digits.All),
            });
        }

        return output.ToString();
    }

    /// <summary>The fields between the signs; the signs are fields of their own.</summary>
    private static IEnumerable<string> Fields(string text, char sign, char other)
    {
        int start = 0;
        for (int i = 0; i < text.Length; i++)
        {
            if (text[i] == sign || text[i] == other)
            {
                yield return text[start..i];
                yield return text[i..(i + 1)];
                start = i + 1;
            }
        }

        yield return text[start..];
    }
}
