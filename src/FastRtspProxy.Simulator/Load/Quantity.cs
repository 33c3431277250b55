using System.Globalization;

namespace FastRtspProxy.Simulator.Load;

/// <summary>Numbers with units, as users write them.</summary>
internal static class Quantity
{
    /// <summary>1000 hours: the timers of the runtime end at 49 days.</summary>
    private const double LongestSeconds = 3600.0 * 1000;

    /// <summary>`50ms`, `10s`, `5m`, `2h`, or seconds; up to 1000 h.</summary>
    public static bool TryDuration(string text, out TimeSpan duration)
    {
        (double factor, int suffix) = text switch
        {
            _ when text.EndsWith("ms", StringComparison.Ordinal) => (0.001, 2),
            _ when text.EndsWith('s') => (1, 1),
            _ when text.EndsWith('m') => (60, 1),
            _ when text.EndsWith('h') => (3600, 1),
            _ => (1.0, 0),
        };
        duration = default;
        if (!TryNumber(text.AsSpan(0, text.Length - suffix), out double number) || number * factor > LongestSeconds)
        {
            return false;
        }

        duration = TimeSpan.FromSeconds(number * factor);
        return true;
    }

    /// <summary>`500/s`, `30/m` or `500`: a second.</summary>
    public static bool TryRate(string text, out double perSecond)
    {
        (double factor, int suffix) = text.EndsWith("/s", StringComparison.Ordinal) ? (1, 2)
            : text.EndsWith("/m", StringComparison.Ordinal) ? (1 / 60.0, 2)
            : (1.0, 0);
        bool understood = TryNumber(text.AsSpan(0, text.Length - suffix), out perSecond);
        perSecond *= factor;
        return understood;
    }

    /// <summary>`5%` or `5`: percent, 0 to 100.</summary>
    public static bool TryPercent(string text, out double percent) =>
        TryNumber(text.AsSpan(0, text.EndsWith('%') ? text.Length - 1 : text.Length), out percent) && percent <= 100;

    private static bool TryNumber(ReadOnlySpan<char> text, out double number) =>
        double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out number) && double.IsFinite(number);
}
