using System.Globalization;

namespace FastRtspProxy.Protocol.Rtsp;

/// <summary>A Range in absolute time (RFC 2326 section 3.7): <c>clock=20261125T101500.25Z-20261125T101600Z</c>.</summary>
/// <param name="From">Where it begins; null: nothing is said of it.</param>
/// <param name="To">Where it ends; null: it does not.</param>
public readonly record struct ClockRange(DateTimeOffset? From, DateTimeOffset? To)
{
    private const string Unit = "clock";

    /// <summary>No moment, and not of this unit (it is npt's), but it says what it means: what plays anyway.</summary>
    private const string Now = "now";

    /// <summary>Digits of a second's fraction that are read; further ones say nothing.</summary>
    private const int FractionDigitsMax = 7;

    /// <summary>At the end of a day that is a second longer (ISO 8601). Clocks have no name for it: it is taken for the second after it.</summary>
    private const string LeapSecond = "T235960";
    private const string SecondBefore = "T235959";

    /// <summary>Reads the header; false: it is in another unit, or no range.</summary>
    public static bool TryParse(string? header, out ClockRange range)
    {
        range = default;
        return TryUnit(header, out ReadOnlySpan<char> text) && TryRange(text, out range);
    }

    /// <summary>
    /// True: the header is in absolute time, and what it names cannot be read, so nobody knows what is meant. One that names nothing
    /// (<c>clock=</c>), or the present, means what plays without it.
    /// </summary>
    public static bool IsMalformed(string? header) =>
        TryUnit(header, out ReadOnlySpan<char> text) && !text.IsEmpty && !text.StartsWith(Now, StringComparison.OrdinalIgnoreCase)
        && !TryRange(text, out _);

    /// <summary>As it stands in an answer.</summary>
    public static string Format(DateTimeOffset from, DateTimeOffset? to = null) => string.Create(
        CultureInfo.InvariantCulture, $"{Unit}={Format(from)}-{(to is { } end ? Format(end) : "")}");

    /// <summary>What stands behind the unit. LIVE555 reads blanks around the equals sign, so some clients may write them.</summary>
    private static bool TryUnit(string? header, out ReadOnlySpan<char> text)
    {
        text = header.AsSpan().Trim();
        ReadOnlySpan<char> behind = text.StartsWith(Unit, StringComparison.OrdinalIgnoreCase) ? text[Unit.Length..].TrimStart() : default;
        if (behind.IsEmpty || behind[0] != '=')
        {
            return false;
        }

        int end = behind.IndexOf(';'); // time=, when the operation is to take effect
        text = (end < 0 ? behind[1..] : behind[1..end]).Trim();
        return true;
    }

    private static bool TryRange(ReadOnlySpan<char> text, out ClockRange range)
    {
        range = default;
        int dash = text.IndexOf('-');
        if (dash < 0 || !TryTime(text[..dash].Trim(), out DateTimeOffset? from) || !TryTime(text[(dash + 1)..].Trim(), out DateTimeOffset? to))
        {
            return false;
        }

        range = new ClockRange(from, to);
        return true;
    }

    private static string Format(DateTimeOffset time) => time.UtcDateTime.ToString("yyyyMMdd'T'HHmmss.fff'Z'", CultureInfo.InvariantCulture);

    private static bool TryTime(ReadOnlySpan<char> text, out DateTimeOffset? time)
    {
        time = null;
        if (text.IsEmpty)
        {
            return true;
        }

        int dot = text.IndexOf('.');
        ReadOnlySpan<char> fraction = dot < 0 ? default : text[(dot + 1)..].TrimEnd('Z');
        if (text[^1] != 'Z' || (dot >= 0 && fraction.ContainsAnyExceptInRange('0', '9')))
        {
            return false;
        }

        ReadOnlySpan<char> seconds = dot < 0 ? text[..^1] : text[..dot];
        bool isLeap = seconds.EndsWith(LeapSecond, StringComparison.Ordinal);
        bool isTime = DateTimeOffset.TryParseExact(
            isLeap ? string.Concat(seconds[..^LeapSecond.Length], SecondBefore) : seconds,
            "yyyyMMdd'T'HHmmss", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset whole);
        if (isTime && isLeap)
        {
            isTime = whole.Year < DateTimeOffset.MaxValue.Year;
            whole = isTime ? whole.AddSeconds(1) : whole;
        }

        if (isTime)
        {
            fraction = fraction[..Math.Min(fraction.Length, FractionDigitsMax)];
            long ticks = fraction.IsEmpty ? 0 : long.Parse(fraction, NumberStyles.None, CultureInfo.InvariantCulture);
            time = whole.AddTicks(ticks * (long)Math.Pow(10, FractionDigitsMax - fraction.Length));
        }

        return isTime;
    }
}
