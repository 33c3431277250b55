using System.Globalization;
using System.Text;

namespace FastRtspProxy.Protocol.Rtsp;

/// <summary>The RTP-Info header (RFC 2326 section 12.33).</summary>
public static class RtpInfoHeader
{
    /// <summary>Nobody has more tracks; what follows is not read.</summary>
    public const int EntriesMax = 64;

    private static readonly string[] s_fields = ["url", "seq", "rtptime"];

    public static List<RtpInfoEntry> Parse(string value)
    {
        List<RtpInfoEntry> entries = [];
        ReadOnlySpan<char> rest = value;
        while (!rest.IsEmpty && entries.Count < EntriesMax)
        {
            ReadOnlySpan<char> entry = NextEntry(ref rest);
            if (!entry.Trim(" \t;,").IsEmpty)
            {
                entries.Add(ParseEntry(entry));
            }
        }

        return entries;
    }

    /// <summary>Entries separated by a comma without a blank, as LIVE555 writes them.</summary>
    public static string Format(IReadOnlyList<RtpInfoEntry> entries)
    {
        ArgumentNullException.ThrowIfNull(entries);
        StringBuilder text = new();
        for (int i = 0; i < entries.Count; i++)
        {
            RtpInfoEntry entry = entries[i];
            text.Append(i == 0 ? "url=" : ",url=").Append(entry.Url);
            if (entry.Seq is { } seq)
            {
                text.Append(CultureInfo.InvariantCulture, $";seq={seq}");
            }

            if (entry.RtpTime is { } time)
            {
                text.Append(CultureInfo.InvariantCulture, $";rtptime={time}");
            }
        }

        return text.ToString();
    }

    // URLs may hold commas: an entry ends only at a comma that one of the known fields follows.
    private static ReadOnlySpan<char> NextEntry(ref ReadOnlySpan<char> rest)
    {
        ReadOnlySpan<char> all = rest;
        for (int i = 0; i < all.Length; i++)
        {
            if (all[i] == ',' && StartsWithField(all[(i + 1)..]))
            {
                rest = all[(i + 1)..];
                return all[..i];
            }
        }

        rest = default;
        return all;
    }

    private static bool StartsWithField(ReadOnlySpan<char> text)
    {
        text = text.TrimStart();
        foreach (string field in s_fields)
        {
            if (text.StartsWith(field, StringComparison.OrdinalIgnoreCase) && text[field.Length..].TrimStart().StartsWith("="))
            {
                return true;
            }
        }

        return false;
    }

    // Quirks: a trailing `;` (Laureii), `rtptime=-1` (several cameras: not known yet), fields missing or in any order.
    private static RtpInfoEntry ParseEntry(ReadOnlySpan<char> text)
    {
        string url = string.Empty;
        ushort? seq = null;
        uint? time = null;
        text = text.TrimEnd(" \t,");
        while (!text.IsEmpty)
        {
            ReadOnlySpan<char> field = HeaderText.Next(ref text, ';').Trim();
            int equals = field.IndexOf('=');
            if (equals < 0)
            {
                continue;
            }

            ReadOnlySpan<char> name = field[..equals].TrimEnd();
            ReadOnlySpan<char> value = HeaderText.Unquote(field[(equals + 1)..]);
            if (name.Equals("url", StringComparison.OrdinalIgnoreCase))
            {
                url = value.ToString();
            }
            else if (name.Equals("seq", StringComparison.OrdinalIgnoreCase))
            {
                seq = ushort.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out ushort number) ? number : null;
            }
            else if (name.Equals("rtptime", StringComparison.OrdinalIgnoreCase))
            {
                time = uint.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out uint ticks) ? ticks : null;
            }
        }

        return new RtpInfoEntry(url, seq, time);
    }
}
