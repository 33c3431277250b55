using System.Globalization;
using System.Text;
using CommunityToolkit.HighPerformance.Buffers;
using FastRtspProxy.Protocol.Rtsp;
using FastRtspProxy.Protocol.Srtp;

namespace FastRtspProxy.Protocol.Sdp;

/// <summary>
/// Makes the description that clients get from the camera's. All that is about codecs stays byte for byte; all that is about the way from the
/// camera to us (addresses, ports, controls, keys, SSRCs) is replaced by the way from us to the client (RFC 2326 appendix C.1). Servers put the URL
/// that they were asked into names and attributes of their own: passwords in what they say in words are masked.
/// </summary>
public static class SdpRewriter
{
    /// <summary>Room for most descriptions; what is longer gets more.</summary>
    private const int DescriptionBytes = 2048;

    private const string Always = "t=0 0";

    /// <summary>Keys, addresses, sources and the transport between the camera and us, at whichever level a camera writes them.</summary>
    private static readonly string[] s_camerasWay =
    [
        "control", "range", "source-filter", "key-mgmt", "crypto", "mikey", "fingerprint", "setup", "candidate", "remote-candidates",
        "end-of-candidates", "ice-ufrag", "ice-pwd", "ice-options", "ice-lite", "ice-mismatch", "ice-pacing", "rtcp", "rtcp-mux", "rtcp-mux-only",
        "rtcp-rsize", "rtcp-unicast", "rtcp-fb", "ssrc", "ssrc-group", "msid", "sendonly", "inactive",
    ];

    /// <summary>What is about codecs: no URL is in it, and its values are the decoder's, whatever they are called.</summary>
    private static readonly string[] s_ofTheCodec = ["rtpmap", "fmtp"];

    /// <summary>Of the session besides: what is said anew, and what groups tracks that may be missing.</summary>
    private static readonly string[] s_ofTheSessionOnly = ["group", "msid-semantic", "recvonly", "sendrecv", "tool", "type", "etag"];

    /// <summary>The media that clients are offered, in order: the first is `track1`, in the clear also where the camera encrypts (SRTP). Left out
    /// are back channels, what is not RTP, sections without a payload type, and encrypted ones of a type that is there in the clear.</summary>
    public static IReadOnlyList<SdpMedia> Served(SdpDocument backend)
    {
        ArgumentNullException.ThrowIfNull(backend);
        return Plain(backend, isBackChannel: false);
    }

    /// <summary>The back channels of a camera, in order: the first is `back1`. Left out is what is not plain RTP, and sections without a payload
    /// type.</summary>
    public static IReadOnlyList<SdpMedia> BackChannels(SdpDocument backend)
    {
        ArgumentNullException.ThrowIfNull(backend);
        return Plain(backend, isBackChannel: true);
    }

    /// <summary>The description for clients; tracks are `track1` … in the order of <see cref="Served"/>, whichever of them are left out.</summary>
    public static byte[] ForFrontend(SdpDocument backend, SdpRewriteOptions options)
    {
        ArgumentNullException.ThrowIfNull(backend);
        ArgumentNullException.ThrowIfNull(options);
        using ArrayPoolBufferWriter<byte> text = new(DescriptionBytes);
        WriteSession(text, backend, options);
        IReadOnlyList<SdpMedia> served = Served(backend);
        for (int i = 0; i < served.Count; i++)
        {
            if (i >= 32 || (options.LeftOutTracks & (1u << i)) == 0)
            {
                bool isAsked = i < 32 && (options.KeyFrameTracks & (1u << i)) != 0;
                WriteMedia(text, served[i], "a=control:track", i + 1, options, isAsked);
            }
        }

        // Behind the others, whose places and names are the same with and without them.
        IReadOnlyList<SdpMedia> back = options.OffersBackChannels ? BackChannels(backend) : [];
        for (int i = 0; i < back.Count; i++)
        {
            WriteMedia(text, back[i], "a=sendonly\r\na=control:back", i + 1, options);
        }

        return text.WrittenSpan.ToArray();
    }

    private static List<SdpMedia> Plain(SdpDocument backend, bool isBackChannel)
    {
        List<SdpMedia> plain = [];
        foreach (SdpMedia media in backend.Media)
        {
            bool isRtp = IsPlainRtp(media.Protocol) || (!isBackChannel && SrtpOffer.IsProtected(media.Protocol));
            if (media.IsBackChannel == isBackChannel && media.PayloadTypes.Count > 0 && isRtp)
            {
                plain.Add(media);
            }
        }

        // The same once more, encrypted, is another way to it.
        plain.RemoveAll(media => SrtpOffer.IsProtected(media.Protocol)
            && plain.Exists(other => other.Type == media.Type && !SrtpOffer.IsProtected(other.Protocol)));
        return plain;
    }

    private static void WriteSession(ArrayPoolBufferWriter<byte> text, SdpDocument backend, SdpRewriteOptions options)
    {
        string family = IsIPv6(options) ? "IP6" : "IP4";
        Line(text, "v=0");
        Append(text, "o=- ");
        Append(text, options.SessionId);
        Append(text, " ");
        Append(text, options.SessionVersion);
        Append(text, " IN ");
        Append(text, family);
        Append(text, " ");
        Line(text, options.OriginAddress);
        Append(text, "s=");
        Line(text, UrlSecrets.Mask(backend.SessionName ?? options.SessionName));
        CopyFirst(text, backend.SessionLines, 'i');
        CopyAll(text, backend.SessionLines, 'b');
        Line(text, options.KeepsTimes ? SdpLine.First(backend.SessionLines, 't') ?? Always : Always);
        if (options.Tool is { } tool)
        {
            Append(text, "a=tool:");
            Line(text, tool);
        }

        Line(text, options.KeepsTimes ? "a=control:*" : "a=type:broadcast\r\na=control:*\r\na=range:npt=now-");

        foreach (string line in backend.SessionLines)
        {
            if (line[0] == 'a' && !IsCamerasWay(line, options) && !IsOneOf(line, s_ofTheSessionOnly))
            {
                Line(text, Shown(line));
            }
        }
    }

    private static void WriteMedia(
        ArrayPoolBufferWriter<byte> text, SdpMedia media, string control, int number, SdpRewriteOptions options, bool isAsked = false)
    {
        Append(text, "m=");
        Append(text, media.Type);
        Append(text, " 0 RTP/AVP");
        foreach (int payloadType in media.PayloadTypes)
        {
            Append(text, " ");
            Append(text, payloadType);
        }

        Line(text, string.Empty);

        // RFC 4566 section 5: i=, c=, b=, then attributes, whatever order the camera has.
        CopyFirst(text, media.Lines, 'i');
        // Of the family that the media will be of: rtspsrc and LIVE555's client open their sockets in the family that stands here.
        Line(text, IsIPv6(options) ? "c=IN IP6 ::" : "c=IN IP4 0.0.0.0");
        CopyAll(text, media.Lines, 'b');
        string? fmtp = null;
        bool replacesFmtp = options.Fmtp is not null && options.Fmtp.TryGetValue(media.Index, out fmtp);
        foreach (string line in media.Lines)
        {
            if (line[0] == 'a' && !IsCamerasWay(line, options) && !(replacesFmtp && IsFmtpOf(line, media.PayloadTypes[0])))
            {
                Line(text, Shown(line));
            }
        }

        if (replacesFmtp)
        {
            Append(text, "a=fmtp:");
            Append(text, media.PayloadTypes[0]);
            Append(text, " ");
            Line(text, fmtp);
        }

        if (isAsked)
        {
            WriteFeedback(text, media.PayloadTypes[0], " nack pli");
            WriteFeedback(text, media.PayloadTypes[0], " ccm fir");
        }

        Append(text, control);
        Append(text, number);
        Line(text, string.Empty);
    }

    private static void WriteFeedback(ArrayPoolBufferWriter<byte> text, int payloadType, string feedback)
    {
        Append(text, "a=rtcp-fb:");
        Append(text, payloadType);
        Line(text, feedback);
    }

    private static string Shown(string line) => IsOneOf(line, s_ofTheCodec) ? line : UrlSecrets.Mask(line);

    private static bool IsCamerasWay(string line, SdpRewriteOptions options) =>
        IsOneOf(line, s_camerasWay) && !(options.KeepsTimes && SdpLine.IsAttribute(line, "range"));

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
        int blank = value.IndexOfAny(' ', '\t');
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

    private static void CopyFirst(ArrayPoolBufferWriter<byte> text, IReadOnlyList<string> lines, char type)
    {
        if (SdpLine.First(lines, type) is { } line)
        {
            Line(text, Shown(line));
        }
    }

    private static void CopyAll(ArrayPoolBufferWriter<byte> text, IReadOnlyList<string> lines, char type)
    {
        foreach (string line in lines)
        {
            if (line[0] == type)
            {
                Line(text, line);
            }
        }
    }

    private static void Line(ArrayPoolBufferWriter<byte> text, ReadOnlySpan<char> line)
    {
        Append(text, line);
        Append(text, "\r\n");
    }

    /// <summary>Latin-1, as it was read: every byte of the camera's goes out as it came in.</summary>
    private static void Append(ArrayPoolBufferWriter<byte> text, ReadOnlySpan<char> part) => Encoding.Latin1.GetBytes(part, text);

    private static void Append<T>(ArrayPoolBufferWriter<byte> text, T number)
        where T : struct, ISpanFormattable
    {
        Span<char> digits = stackalloc char[20]; // as many as 2^64 has
        _ = number.TryFormat(digits, out int count, default, CultureInfo.InvariantCulture);
        Append(text, digits[..count]);
    }
}
