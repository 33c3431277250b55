using System.Globalization;

namespace FastRtspProxy.Engine.Frontend;

/// <summary>How a client asks to begin, with <c>?start=</c>: by a mode, or with a past of some length.</summary>
/// <param name="Mode">The mode; <see cref="StartMode.Past"/> where a length is given.</param>
/// <param name="Back">So long before its PLAY; zero: as the mode says.</param>
internal readonly record struct StartWish(StartMode Mode, TimeSpan Back)
{
    /// <summary>The longest past that can be asked for; what is kept is less.</summary>
    public static readonly TimeSpan BackMax = TimeSpan.FromHours(1);

    private static readonly (string Unit, double Seconds)[] s_units = [("ms", 0.001), ("s", 1), ("m", 60)];

    /// <summary>What a word says: <c>past</c>, <c>-10s</c>, <c>-500ms</c>, <c>-2m</c>; null: nothing that we know.</summary>
    public static StartWish? Of(ReadOnlySpan<char> word)
    {
        if (StartModes.TryParse(word, out StartMode mode))
        {
            return new StartWish(mode, TimeSpan.Zero);
        }

        if (!word.StartsWith('-'))
        {
            return null;
        }

        foreach ((string unit, double seconds) in s_units)
        {
            if (word.EndsWith(unit, StringComparison.Ordinal)
                && double.TryParse(word[1..^unit.Length], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double count)
                && double.IsFinite(count))
            {
                double back = Math.Min(count * seconds, BackMax.TotalSeconds);
                return new StartWish(StartMode.Past, TimeSpan.FromSeconds(back));
            }
        }

        return null;
    }
}
