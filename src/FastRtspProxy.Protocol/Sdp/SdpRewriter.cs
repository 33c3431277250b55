using System.Globalization;
using System.Text;

namespace FastRtspProxy.Protocol.Sdp;

/// <summary>
/// Makes the description that clients get from the camera's. All that is about codecs stays byte for byte; all that is about the way from the
/// camera to us (addresses, ports, controls, keys, SSRCs) is replaced by the way from us to the client (RFC 2326 appendix C.1).
/// </summary>
public static class SdpRewriter
{
    /// <summary>Keys, addresses, sources and the transport between the camera and us, at whichever level a camera writes them.</summary>
    private static readonly string[] s_camerasWay =
    [
        "control", "range", "source-filter", "key-mgmt", "crypto", "mikey", "fingerprint", "setup", "candidate", "remote-candidates",
        "end-of-candidates", "ice-ufrag", "ice-pwd", "ice-options", "ice-lite", "ice-mismatch", "ice-pacing", "rtcp", "rtcp-mux", "rtcp-mux-only",
        "rtcp-rsize", "rtcp-unicast", "rtcp-fb", "ssrc", "ssrc-group", "msid", "sendonly", "inactive",
    ];

    /// <summary>Of the session besides: what is said anew, and what groups tracks that may be missing.</summary>
    private static readonly string[] s_ofTheSessionOnly = ["group", "msid-semantic", "recvonly", "sendrecv", "tool", "type", "etag"];

    /// <summary>The media that clients are offered, in order: the first is `track1`. Left out are back channels, what is not plain RTP, and
    /// sections without a payload type.</summary>
    public static IReadOnlyList<SdpMedia> Served(SdpDocument backend)
    {
        ArgumentNullException.ThrowIfNull(backend);
        List<SdpMedia> served = [];
        foreach (SdpMedia media in backend.Media)
        {
            if (!media.IsBackChannel && media.PayloadTypes.Count > 0 && IsPlainRtp(media.Protocol))
            {
                served.Add(media);
            }
        }

        return served;
    }

    /// <summary>The description for clients; tracks are `track1` … in the order of <see cref="Served"/>, whichever of them are left out.</summary>
    public static byte[] ForFrontend(SdpDocument backend, SdpRewriteOptions options)
    {
        ArgumentNullException.ThrowIfNull(backend);
        ArgumentNullException.ThrowIfNull(options);
        StringBuilder text = new(1024);
        WriteSession(text, backend, options);
        IReadOnlyList<SdpMedia> served = Served(backend);
        for (int i = 0; i < served.Count; i++)
        {
            if (i >= 32 || (options.LeftOutTracks & (1u << i)) == 0)
            {
                WriteMedia(text, served[i], i + 1, options);
            }
        }

        return Encoding.Latin1.GetBytes(text.ToString());
    }

    private static void WriteSession(StringBuilder text, SdpDocument backend, SdpRewriteOptions options)
    {
        string family = IsIPv6(options) ? "IP6" : "IP4";
        Line(text, "v=0");
        Line(text, string.Create(
            CultureInfo.InvariantCulture, $"o=- {options.SessionId} {options.SessionVersion} IN {family} {options.OriginAddress}"));
        Line(text, "s=" + (backend.SessionName ?? options.SessionName));
        CopyFirst(text, backend.SessionLines, 'i');
        CopyAll(text, backend.SessionLines, 'b');
        Line(text, "t=0 0");
        if (options.Tool is { } tool)
        {
            Line(text, "a=tool:" + tool);
        }

        Line(text, "a=type:broadcast");
        Line(text, "a=control:*");
        Line(text, "a=range:npt=now-");
        foreach (string line in backend.SessionLines)
        {
            if (line[0] == 'a' && !IsOneOf(line, s_camerasWay) && !IsOneOf(line, s_ofTheSessionOnly))
            {
                Line(text, line);
            }
        }
    }

    private static void WriteMedia(StringBuilder text, SdpMedia media, int number, SdpRewriteOptions options)
    {
        text.Append("m=").Append(media.Type).Append(" 0 RTP/AVP");
        foreach (int payloadType in media.PayloadTypes)
        {
            text.Append(CultureInfo.InvariantCulture, $" {payloadType}");
        }

        text.Append("\r\n");

        // RFC 4566 section 5: i=, c=, b=, then attributes, whatever order the camera has.
        CopyFirst(text, media.Lines, 'i');
        // Of the family that the media will be of: rtspsrc and LIVE555's client open their sockets in the family that stands here.
        Line(text, IsIPv6(options) ? "c=IN IP6 ::" : "c=IN IP4 0.0.0.0");
        CopyAll(text, media.Lines, 'b');
        string? fmtp = null;
        bool replacesFmtp = options.Fmtp is not null && options.Fmtp.TryGetValue(media.Index, out fmtp);
        foreach (string line in media.Lines)
        {
            if (line[0] == 'a' && !IsOneOf(line, s_camerasWay) && !(replacesFmtp && IsFmtpOf(line, media.PayloadTypes[0])))
            {
                Line(text, line);
            }
        }

        if (replacesFmtp)
        {
            Line(text, string.Create(CultureInfo.InvariantCulture, $"a=fmtp:{media.PayloadTypes[0]} {fmtp}"));
        }

        Line(text, string.Create(CultureInfo.InvariantCulture, $"a=control:track{number}"));
    }

    private static bool IsIPv6(SdpRewriteOptions options) => options.OriginAddress.Contains(':', StringComparison.Ordinal);

    private static bool IsPlainRtp(string protocol) =>
        protocol.StartsWith("RTP/AVP", StringComparison.OrdinalIgnoreCase) && (protocol.Length == 7 || protocol[7] is '/' or 'F' or 'f');

    private static bool IsFmtpOf(string line, int payloadType)
    {
        if (!SdpLine.IsAttribute(line, "fmtp") || line.Length < 8)
        {
            return false;
        }

        ReadOnlySpan<char> value = line.AsSpan(7).Trim();
        int blank = value.IndexOf(' ');
        return SdpLine.Number(blank < 0 ? value : value[..blank]) == payloadType;
    }

    private static bool IsOneOf(string line, string[] names)
    {
        foreach (string name in names)
        {
            if (SdpLine.IsAttribute(line, name))
            {
                return true;
            }
        }

        return false;
    }

    private static void CopyFirst(StringBuilder text, IReadOnlyList<string> lines, char type)
    {
        if (SdpLine.FirstValue(lines, type) is { } value)
        {
            text.Append(type).Append('=').Append(value).Append("\r\n");
        }
    }

    private static void CopyAll(StringBuilder text, IReadOnlyList<string> lines, char type)
    {
        foreach (string line in lines)
        {
            if (line[0] == type)
            {
                Line(text, line);
            }
        }
    }

    private static void Line(StringBuilder text, string line) => text.Append(line).Append("\r\n");
}
