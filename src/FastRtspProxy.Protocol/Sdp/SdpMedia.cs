using System.Globalization;

namespace FastRtspProxy.Protocol.Sdp;

/// <summary>One m= section.</summary>
public sealed class SdpMedia
{
    private SdpMedia(int index, IReadOnlyList<string> lines)
    {
        Index = index;
        Lines = lines;
    }

    /// <summary>The place among all m= sections, from 0; sections that can not be used count too.</summary>
    public int Index { get; }

    /// <summary>`video`, `audio`, `application`, …; as sent.</summary>
    public string Type { get; private init; } = string.Empty;

    /// <summary>The port of the m= line, 0 when it can not be read.</summary>
    public int Port { get; private init; }

    /// <summary>`RTP/AVP`, …; as sent.</summary>
    public string Protocol { get; private init; } = string.Empty;

    /// <summary>Valid RTP payload types (0 to 127) of the m= line; empty when there is none (`smart/1/90000` of TP-Link).</summary>
    public IReadOnlyList<int> PayloadTypes { get; private init; } = [];

    public string? Control { get; private init; }

    /// <summary>Of the first payload type, from its rtpmap or, for static types, from RFC 3551; empty when nothing says it.</summary>
    public string EncodingName { get; private init; } = string.Empty;

    /// <summary>RTP ticks a second; never 0.</summary>
    public int ClockRate { get; private init; }

    public int Channels { get; private init; }

    /// <summary>The parameters of the first payload type, null when there are none.</summary>
    public string? Fmtp { get; private init; }

    /// <summary>The player may send here (ONVIF, a=sendonly); such a section is for clients that ask for it.</summary>
    public bool IsBackChannel { get; private init; }

    /// <summary>The c= address of this section, else of the session.</summary>
    public string? ConnectionAddress { get; private init; }

    public int? Ttl { get; private init; }

    /// <summary>The value of a=source-filter (RFC 4570), of this section or of the session.</summary>
    public string? SourceFilter { get; private init; }

    public bool RtcpMux { get; private init; }

    /// <summary>How a key frame can be asked for (a=rtcp-fb, or a profile with feedback).</summary>
    public KeyFrameFeedback KeyFrames { get; private init; }

    /// <summary>
    /// The first a=ssrc (RFC 5576): the source that carries the media; those that repair it are named behind it. Null: none is named.
    /// </summary>
    public uint? Ssrc { get; private init; }

    /// <summary>All lines, m= first, as sent.</summary>
    public IReadOnlyList<string> Lines { get; }

    internal static SdpMedia Read(int index, List<string> lines, List<string> session, bool isBackChannel)
    {
        // m=<type> <port>[/<number>] <protocol> <payload type> …
        string[] words = lines[0][2..].Split((char[])[' ', '\t'], StringSplitOptions.RemoveEmptyEntries);
        List<int> payloadTypes = [];
        for (int i = 3; i < words.Length; i++)
        {
            if (SdpLine.Number(words[i]) is >= 0 and <= 127 and int payloadType)
            {
                payloadTypes.Add(payloadType);
            }
        }

        string type = words.Length > 0 ? words[0] : string.Empty;
        int first = payloadTypes.Count > 0 ? payloadTypes[0] : -1;
        (string name, int clockRate, int channels) = Encoding(lines, type, first);
        (string? address, int? ttl) = SdpLine.Connection(lines);
        if (address is null)
        {
            (address, ttl) = SdpLine.Connection(session);
        }

        string? fmtp = SdpLine.AttributeOf(lines, "fmtp", first);
        return new SdpMedia(index, lines)
        {
            Type = type,
            Port = words.Length > 1 ? PortNumber(words[1]) : 0,
            Protocol = words.Length > 2 ? words[2] : string.Empty,
            PayloadTypes = payloadTypes,
            Control = SdpLine.Attribute(lines, "control"),
            EncodingName = name,
            ClockRate = clockRate,
            Channels = channels,
            Fmtp = string.IsNullOrEmpty(fmtp) ? null : fmtp,
            IsBackChannel = isBackChannel,
            ConnectionAddress = address,
            Ttl = ttl,
            SourceFilter = SdpLine.Attribute(lines, "source-filter") ?? SdpLine.Attribute(session, "source-filter"),
            RtcpMux = SdpLine.HasFlag(lines, "rtcp-mux"),
            KeyFrames = Feedback(lines, words.Length > 2 && words[2].EndsWith("AVPF", StringComparison.OrdinalIgnoreCase)),
            Ssrc = Source(SdpLine.Attribute(lines, "ssrc")),
        };
    }

    private static (string Name, int ClockRate, int Channels) Encoding(List<string> lines, string type, int payloadType)
    {
        string? map = payloadType < 0 ? null : SdpLine.AttributeOf(lines, "rtpmap", payloadType);
        if (map is null)
        {
            return StaticPayloadTypes.TryGet(payloadType, out string known, out int rate, out int count)
                ? (known, rate, count)
                : (string.Empty, DefaultClockRate(type), 1);
        }

        // rtpmap:<pt> <name>/<clock rate>[/<channels>]; quirk: the rate is missing.
        string[] parts = map.Split('/', StringSplitOptions.TrimEntries);
        int clockRate = parts.Length > 1 ? SdpLine.Number(parts[1]) : -1;
        int channels = parts.Length > 2 ? SdpLine.Number(parts[2]) : 1;
        return (parts[0], clockRate > 0 ? clockRate : DefaultClockRate(type), channels > 0 ? channels : 1);
    }

    // rtcp-fb:<pt or *> nack pli, rtcp-fb:<pt or *> ccm fir (RFC 4585 section 4.2, RFC 5104 section 7.1), in letters of any case, as ABNF has them.
    private static KeyFrameFeedback Feedback(List<string> lines, bool isFeedbackProfile)
    {
        KeyFrameFeedback found = isFeedbackProfile ? KeyFrameFeedback.PictureLoss : KeyFrameFeedback.None;
        bool isNamed = false;
        foreach (string line in lines)
        {
            string[] words = SdpLine.IsAttribute(line, "rtcp-fb")
                ? line.ToUpperInvariant().Split((char[])[' ', '\t'], StringSplitOptions.RemoveEmptyEntries)
                : [];
            if (words is [_, "NACK", "PLI", ..])
            {
                return KeyFrameFeedback.PictureLoss;
            }

            if (words is [_, "CCM", "FIR", ..] && !isNamed)
            {
                found = KeyFrameFeedback.FullIntra;
                isNamed = true;
            }
        }

        return found;
    }

    // ssrc:<number> <attribute>
    private static uint? Source(string? value)
    {
        ReadOnlySpan<char> text = value.AsSpan().Trim();
        int blank = text.IndexOfAny(' ', '\t');
        return uint.TryParse(blank < 0 ? text : text[..blank], NumberStyles.None, CultureInfo.InvariantCulture, out uint ssrc) ? ssrc : null;
    }

    private static int DefaultClockRate(string type) => type.Equals("audio", StringComparison.OrdinalIgnoreCase) ? 8000 : 90000;

    // <port>/<number of ports>
    private static int PortNumber(string word)
    {
        int slash = word.IndexOf('/', StringComparison.Ordinal);
        return SdpLine.Number(slash < 0 ? word : word.AsSpan(0, slash)) is >= 0 and <= ushort.MaxValue and int port ? port : 0;
    }
}
