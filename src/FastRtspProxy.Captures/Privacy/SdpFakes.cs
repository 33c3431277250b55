using System.Globalization;
using System.Text;
using FastRtspProxy.Protocol.Rtp;

namespace FastRtspProxy.Captures.Privacy;

/// <summary>A description, line by line: what a player needs to know of the media stays.</summary>
internal sealed class SdpFakes(Fakes fakes, TextFakes texts, UrlFakes urls)
{
    /// <summary>An AudioSpecificConfig or the header of MPEG-4 video, in hexadecimal digits.</summary>
    private const int ConfigCharsMax = 256;

    private static readonly string[] s_parameterSets = ["sprop-parameter-sets", "sprop-vps", "sprop-sps", "sprop-pps"];

    public static bool IsSdp(string body) => body.TrimStart().StartsWith("v=", StringComparison.Ordinal);

    public string Of(string description)
    {
        StringBuilder output = new(description.Length + 64);
        bool isH265 = description.Contains("H265", StringComparison.OrdinalIgnoreCase)
            || description.Contains("HEVC", StringComparison.OrdinalIgnoreCase);
        foreach ((string line, string end) in MessageFakes.Lines(description))
        {
            output.Append(Line(line, isH265)).Append(end);
        }

        return output.ToString();
    }

    private string Line(string line, bool isH265)
    {
        if (line.Length < 2 || line[1] != '=')
        {
            return texts.Of(line, Digits.None);
        }

        string value = line[2..];
        string fake = line[0] switch
        {
            'v' or 't' or 'r' or 'z' => texts.Of(value, Digits.All),
            'b' or 'm' => texts.Of(value, Digits.All),
            'o' => Origin(value),
            'c' => Connection(value),
            's' => texts.Of(value),
            'k' => fakes.Shaped(FakeKind.Nonce, value),
            'a' => Attribute(value, isH265),
            _ => texts.Of(value, Digits.None),
        };
        return line[..2] + fake;
    }

    /// <summary><c>user id version IN IP4 host</c>: ids are often made of the time and the address.</summary>
    private string Origin(string value)
    {
        string[] words = value.Split(' ');
        for (int i = 0; i < words.Length; i++)
        {
            words[i] = i switch
            {
                0 => words[i] is "-" or "" ? words[i] : texts.Of(words[i], Digits.None),
                1 or 2 => words[i].Length <= 2 ? words[i] : fakes.Shaped(FakeKind.Number, words[i]),
                3 or 4 => texts.Of(words[i]),
                _ => fakes.Host(words[i]),
            };
        }

        return string.Join(' ', words);
    }

    /// <summary><c>IN IP4 host/ttl</c>.</summary>
    private string Connection(string value)
    {
        int blank = value.TrimEnd().LastIndexOf(' ');
        int slash = value.IndexOf('/', StringComparison.Ordinal);
        int end = slash < 0 ? value.Length : slash;
        return blank < 0 || blank >= end
            ? texts.Of(value)
            : texts.Of(value[..(blank + 1)]) + fakes.Host(value[(blank + 1)..end].Trim()) + texts.Of(value[end..]);
    }

    private string Attribute(string value, bool isH265)
    {
        int colon = value.IndexOf(':', StringComparison.Ordinal);
        string name = colon < 0 ? value : value[..colon];
        string rest = colon < 0 ? string.Empty : value[(colon + 1)..];
        string fake = name.Trim().ToLowerInvariant() switch
        {
            "control" or "rtpref" => urls.Of(rest.Trim()),
            "fmtp" => Format(rest, isH265),
            "crypto" => Crypto(rest),
            "key-mgmt" => KeyManagement(rest),
            "ssrc" => Source(rest),
            "ssrc-group" => Group(rest),
            "range" or "rtpmap" or "framerate" or "x-framerate" or "framesize" or "x-dimensions" or "cliprect" => texts.Of(rest, Digits.All),
            _ => texts.Of(rest),
        };
        return texts.Of(name) + (colon < 0 ? string.Empty : ":") + fake;
    }

    /// <summary>RFC 4568: tag and suite stay; of the keys nothing does, nor of what follows them.</summary>
    private string Crypto(string text)
    {
        int inline = text.IndexOf("inline:", StringComparison.OrdinalIgnoreCase);
        return inline < 0
            ? texts.Of(text, Digits.None)
            : texts.Of(text[..(inline + 7)]) + fakes.Shaped(FakeKind.Nonce, text[(inline + 7)..]);
    }

    /// <summary>RFC 4567: <c>mikey BASE64</c>.</summary>
    private string KeyManagement(string text)
    {
        int blank = text.TrimStart().IndexOf(' ', StringComparison.Ordinal) + (text.Length - text.TrimStart().Length);
        return blank <= 0 ? texts.Of(text, Digits.None) : texts.Of(text[..blank]) + " " + fakes.Shaped(FakeKind.Nonce, text[blank..].Trim());
    }

    private string Format(string text, bool isH265)
    {
        int blank = text.TrimStart().IndexOf(' ', StringComparison.Ordinal) + (text.Length - text.TrimStart().Length);
        if (blank <= 0)
        {
            return texts.Of(text);
        }

        IEnumerable<string> parameters = text[blank..].Split(';').Select(parameter => Parameter(parameter, isH265));
        return texts.Of(text[..blank]) + string.Join(';', parameters);
    }

    private string Parameter(string parameter, bool isH265)
    {
        int equals = parameter.IndexOf('=', StringComparison.Ordinal);
        if (equals < 0)
        {
            return texts.Of(parameter);
        }

        string name = parameter[..equals].Trim().ToLowerInvariant();
        string value = parameter[(equals + 1)..];
        bool isKept = Array.IndexOf(s_parameterSets, name) >= 0 ? AreParameterSets(value, isH265)
            : name == "config" ? value.Length <= ConfigCharsMax && IsHex(value)
            : name == "profile-level-id" && value.Trim().Length is 1 or 2 or 3 or 6 && IsHex(value);
        return texts.Of(parameter[..equals]) + "=" + (isKept ? value : texts.Of(value));
    }

    /// <summary>Base64 of nothing but parameter sets, which tell the size of the pictures and nothing of what is to be seen.</summary>
    private static bool AreParameterSets(string value, bool isH265)
    {
        foreach (string one in value.Split(','))
        {
            byte[] bytes = new byte[one.Length];
            if (one.Trim().Length > 0
                && (!Convert.TryFromBase64String(one.Trim(), bytes, out int count) || !NalUnits.IsPlainParameterSet(bytes.AsSpan(0, count), isH265)))
            {
                return false;
            }
        }

        return true;
    }

    private static bool IsHex(string value)
    {
        foreach (char c in value.Trim())
        {
            if (!char.IsAsciiHexDigit(c))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary><c>ssrc:1234 cname:name</c>.</summary>
    private string Source(string text)
    {
        int end = text.AsSpan().IndexOfAnyExceptInRange('0', '9');
        end = end < 0 ? text.Length : end;
        if (!uint.TryParse(text.AsSpan(0, end), NumberStyles.None, CultureInfo.InvariantCulture, out uint ssrc))
        {
            return texts.Of(text, Digits.None);
        }

        string rest = text[end..];
        int colon = rest.IndexOf("cname:", StringComparison.OrdinalIgnoreCase);
        string named = colon < 0
            ? texts.Of(rest)
            : texts.Of(rest[..(colon + 6)]) + fakes.Shaped(FakeKind.SourceName, rest[(colon + 6)..].Trim());
        return fakes.Source(ssrc).ToString(CultureInfo.InvariantCulture) + named;
    }

    private string Group(string text) => string.Join(' ', text.Split(' ').Select(word =>
        uint.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out uint ssrc)
            ? fakes.Source(ssrc).ToString(CultureInfo.InvariantCulture)
            : texts.Of(word)));
}
