using System.Globalization;
using System.Text;

namespace FastRtspProxy.Protocol.Rtsp;

/// <summary>The Transport header. What can not be understood is left out, a peer's value never throws.</summary>
public static class TransportHeader
{
    /// <summary>Nobody offers more alternatives than this; the rest is not looked at.</summary>
    private const int AlternativesMax = 16;

    /// <summary>All alternatives in the sender's order of preference; empty when there is nothing in it.</summary>
    public static IReadOnlyList<TransportSpec> Parse(string value)
    {
        List<TransportSpec> specs = [];
        ReadOnlySpan<char> rest = value;
        while (!rest.IsEmpty && specs.Count < AlternativesMax)
        {
            ReadOnlySpan<char> one = HeaderText.Next(ref rest, ',');
            if (!one.Trim().IsEmpty)
            {
                specs.Add(ParseOne(one));
            }
        }

        return specs;
    }

    /// <summary>Writes the fields in LIVE555's order, which some players depend on.</summary>
    public static string Format(TransportSpec spec)
    {
        ArgumentNullException.ThrowIfNull(spec);
        StringBuilder text = new(128);
        text.Append(spec.Profile).Append(spec.Tcp ? "/TCP" : string.Empty).Append(spec.Multicast ? ";multicast" : ";unicast");
        Append(text, "destination", spec.Destination);
        Append(text, "source", spec.Source);
        Append(text, "port", spec.Port);
        Append(text, "client_port", spec.ClientPort);
        Append(text, "server_port", spec.ServerPort);
        if (spec.Interleaved is { } channels)
        {
            text.Append(CultureInfo.InvariantCulture, $";interleaved={channels.Rtp}-{channels.Rtcp}");
        }

        if (spec.Ttl is { } ttl)
        {
            text.Append(CultureInfo.InvariantCulture, $";ttl={ttl}");
        }

        if (spec.Ssrc is { } ssrc)
        {
            text.Append(CultureInfo.InvariantCulture, $";ssrc={ssrc:X8}");
        }

        if (spec.Mode is { } mode)
        {
            text.Append(";mode=\"").Append(mode).Append('"');
        }

        return text.ToString();
    }

    private static TransportSpec ParseOne(ReadOnlySpan<char> text)
    {
        TransportSpec spec = new();
        bool hasProfile = false;
        while (!text.IsEmpty)
        {
            // Quirk (Hikvision): `ssrc=` with blanks around it. Quirk (Luckfox): `ssrc=` before the profile. So fields count by their name, not
            // by their place.
            ReadOnlySpan<char> field = HeaderText.Next(ref text, ';').Trim();
            int equals = field.IndexOf('=');
            if (equals >= 0)
            {
                spec = WithValue(spec, field[..equals].TrimEnd(), HeaderText.Unquote(field[(equals + 1)..]));
            }
            else if (!hasProfile && field.Contains('/'))
            {
                hasProfile = true;
                spec = WithProfile(spec, field);
            }
            else if (field.Equals("multicast", StringComparison.OrdinalIgnoreCase))
            {
                spec = spec with { Multicast = true };
            }
        }

        return spec;
    }

    private static TransportSpec WithProfile(TransportSpec spec, ReadOnlySpan<char> field)
    {
        string profile = field.ToString().ToUpperInvariant();
        if (!profile.StartsWith("RTP/", StringComparison.Ordinal))
        {
            return spec with { Profile = profile };
        }

        // RTP/<profile>/<lower transport>; what has more parts than that is nobody's profile and stays as it is.
        int lower = profile.IndexOf('/', "RTP/".Length);
        return (lower < 0 ? string.Empty : profile[lower..]) switch
        {
            "/TCP" => spec with { Profile = profile[..lower], Tcp = true },
            "/UDP" => spec with { Profile = profile[..lower] },
            _ => spec with { Profile = profile },
        };
    }

    private static TransportSpec WithValue(TransportSpec spec, ReadOnlySpan<char> name, ReadOnlySpan<char> value)
    {
        if (Is(name, "client_port"))
        {
            return spec with { ClientPort = Ports(value) };
        }

        if (Is(name, "server_port"))
        {
            return spec with { ServerPort = Ports(value) };
        }

        if (Is(name, "port"))
        {
            return spec with { Port = Ports(value) };
        }

        if (Is(name, "interleaved"))
        {
            return spec with { Interleaved = Channels(value) };
        }

        if (Is(name, "source"))
        {
            return spec with { Source = TextOrNull(value) };
        }

        if (Is(name, "destination"))
        {
            return spec with { Destination = TextOrNull(value) };
        }

        if (Is(name, "ssrc"))
        {
            return spec with { Ssrc = Ssrc(value) };
        }

        if (Is(name, "ttl"))
        {
            return spec with { Ttl = int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out int ttl) && ttl <= 255 ? ttl : null };
        }

        return Is(name, "mode") ? spec with { Mode = TextOrNull(value) } : spec;
    }

    private static bool Is(ReadOnlySpan<char> name, string known) => name.Equals(known, StringComparison.OrdinalIgnoreCase);

    private static string? TextOrNull(ReadOnlySpan<char> value) => value.IsEmpty ? null : value.ToString();

    // `5000` alone means 5000-5001, as LIVE555 reads it.
    private static PortPair? Ports(ReadOnlySpan<char> value)
    {
        if (!TryNumbers(value, out int first, out int? second))
        {
            return null;
        }

        int rtcp = second ?? first + 1;
        return first <= ushort.MaxValue && rtcp <= ushort.MaxValue ? new PortPair(first, rtcp) : null;
    }

    // LIVE555 takes channel numbers modulo 256, and scripts that worked with it must go on working.
    private static ChannelPair? Channels(ReadOnlySpan<char> value) =>
        TryNumbers(value, out int first, out int? second) ? new ChannelPair(unchecked((byte)first), unchecked((byte)(second ?? first + 1))) : null;

    private static bool TryNumbers(ReadOnlySpan<char> value, out int first, out int? second)
    {
        second = null;
        int dash = value.IndexOf('-');
        if (!int.TryParse((dash < 0 ? value : value[..dash]).Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out first) || first > 0xFFFFFF)
        {
            return false;
        }

        if (dash >= 0 && int.TryParse(value[(dash + 1)..].Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out int last) && last <= 0xFFFFFF)
        {
            second = last;
        }

        return true;
    }

    private static uint? Ssrc(ReadOnlySpan<char> value)
    {
        ReadOnlySpan<char> digits = value.StartsWith("0x", StringComparison.OrdinalIgnoreCase) ? value[2..] : value;
        return uint.TryParse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out uint ssrc) ? ssrc : null;
    }

    private static void Append(StringBuilder text, string name, string? value)
    {
        if (value is not null)
        {
            text.Append(';').Append(name).Append('=').Append(value);
        }
    }

    private static void Append(StringBuilder text, string name, PortPair? ports)
    {
        if (ports is { } pair)
        {
            text.Append(CultureInfo.InvariantCulture, $";{name}={pair.Rtp}");
            if (pair.Rtcp > 0)
            {
                text.Append(CultureInfo.InvariantCulture, $"-{pair.Rtcp}");
            }
        }
    }
}
