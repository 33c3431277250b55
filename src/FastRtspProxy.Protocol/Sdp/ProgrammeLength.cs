using System.Globalization;

namespace FastRtspProxy.Protocol.Sdp;

/// <summary>
/// How long a programme is: the `a=range` of a file or a recording has an end (RFC 2326 section 3.6 and appendix C.1.5), that of a live source has
/// none, or `now`.
/// </summary>
public static class ProgrammeLength
{
    /// <summary>A year. Servers that mean "without end" were seen to write the largest number that they have.</summary>
    private const double SecondsMax = 366 * 86_400.0;

    /// <summary>The longest finite range of the session and its media; null: there is none, the source is live for all that is said.</summary>
    public static TimeSpan? Of(SdpDocument document)
    {
        ArgumentNullException.ThrowIfNull(document);
        TimeSpan? longest = Of(document.Range);
        foreach (SdpMedia media in document.Media)
        {
            // Servers of files whose tracks differ in length say it for each track, and for the session nothing.
            if (SdpLine.Attribute(media.Lines, "range") is not { } range)
            {
                continue;
            }

            if (Of(range) is not { } length)
            {
                return null; // one track is live
            }

            longest = longest is { } known && known > length ? known : length;
        }

        return longest;
    }

    /// <summary>
    /// The length of a range with both ends: `npt=0-12.3`, `npt=0:00:10-0:01:00.5`, `clock=19961108T142300Z-19961108T143520.25Z`; null for anything
    /// else, and where the end is not behind the start.
    /// </summary>
    public static TimeSpan? Of(string? range)
    {
        if (range is null)
        {
            return null;
        }

        ReadOnlySpan<char> text = range.AsSpan().Trim();
        int equals = text.IndexOf('=');
        if (equals < 0)
        {
            return null;
        }

        ReadOnlySpan<char> unit = text[..equals].Trim();
        ReadOnlySpan<char> rest = text[(equals + 1)..];
        int end = rest.IndexOf(';'); // `;time=` of a Range header
        rest = end < 0 ? rest : rest[..end];
        int dash = rest.IndexOf('-');
        if (dash < 0)
        {
            return null;
        }

        ReadOnlySpan<char> from = rest[..dash].Trim();
        ReadOnlySpan<char> to = rest[(dash + 1)..].Trim();
        double? length = unit switch
        {
            _ when unit.Equals("npt", StringComparison.OrdinalIgnoreCase) => Npt(to) - (from.IsEmpty ? 0 : Npt(from)),
            _ when unit.Equals("clock", StringComparison.OrdinalIgnoreCase) => (Clock(to) - Clock(from))?.TotalSeconds,
            _ => null,
        };
        return length is > 0 and < SecondsMax ? TimeSpan.FromSeconds(length.Value) : null;
    }

    /// <summary>Seconds, or hours, minutes and seconds (RFC 2326 section 3.6); null: `now`, or nothing.</summary>
    private static double? Npt(ReadOnlySpan<char> text)
    {
        double seconds = 0;
        int parts = 0;
        foreach (Range part in text.Split(':'))
        {
            if (++parts > 3 || !double.TryParse(text[part], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double number))
            {
                return null;
            }

            seconds = (seconds * 60) + number;
        }

        return seconds;
    }

    /// <summary>RFC 2326 section 3.7: `YYYYMMDDThhmmss[.fraction]Z`.</summary>
    private static DateTime? Clock(ReadOnlySpan<char> text) =>
        DateTime.TryParseExact(
            text,
            ["yyyyMMdd'T'HHmmss'Z'", "yyyyMMdd'T'HHmmss.FFFFFFF'Z'"],
            CultureInfo.InvariantCulture,
            DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal,
            out DateTime time)
            ? time
            : null;
}
