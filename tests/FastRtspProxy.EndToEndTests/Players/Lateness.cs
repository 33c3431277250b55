namespace FastRtspProxy.EndToEndTests.Players;

/// <summary>
/// How media time and the clock went along, on a machine that has other work too. Such a machine hands things over late, never early, so of each second of media only what came with
/// the least delay counts: that is when the second was due.
/// </summary>
public static class Lateness
{
    private const double WindowSeconds = 1;

    /// <summary>A program that stands still hands over some seconds late, and is prompt again after them: of so many windows in a row one is.</summary>
    private const int RunWindows = 4;

    /// <summary>In a second that is cut short by a gap or an end, nobody may have been prompt.</summary>
    private const int UnitsMin = 5;

    /// <summary>The clock less the media time of the promptest unit of each second of media, in the order of the seconds.</summary>
    public static IReadOnlyList<double> Least(IEnumerable<(double AtSeconds, double MediaSeconds)> units)
    {
        SortedDictionary<long, (double Least, int Units)> windows = [];
        foreach ((double at, double media) in units)
        {
            long window = (long)Math.Floor(media / WindowSeconds);
            double late = at - media;
            windows[window] = windows.TryGetValue(window, out (double Least, int Units) known) ? (Math.Min(known.Least, late), known.Units + 1) : (late, 1);
        }

        return [.. windows.Values.Where(window => window.Units >= UnitsMin).Select(window => window.Least)];
    }

    /// <summary>Over all seconds the media time went on as the clock did: in none is it ahead, and it is behind for no longer than a machine that has other work may stand still.</summary>
    public static void AssertSteady(string what, IEnumerable<(double AtSeconds, double MediaSeconds)> units, double toleranceSeconds)
    {
        IReadOnlyList<double> least = Least(units);
        Assert.NotEmpty(least);
        int run = Math.Min(RunWindows, least.Count);
        double lasting = Enumerable.Range(0, least.Count - run + 1).Max(first => least.Skip(first).Take(run).Min());
        double spread = lasting - least.Min();
        Assert.True(spread < toleranceSeconds, $"{what}: media time left the clock by {spread:f2} s ({string.Join(' ', least.Select(late => $"{late:f2}"))})");
    }
}
