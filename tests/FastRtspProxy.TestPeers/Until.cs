using System.Diagnostics;
using System.Globalization;
using System.Runtime.CompilerServices;

namespace FastRtspProxy.TestPeers;

/// <summary>Waits for something that must happen, with a limit that is generous enough for a machine with other work. The one place of the tests that does.</summary>
public static class Until
{
    private const double SecondsMax = 60;

    private const int PauseMilliseconds = 5;

    /// <summary>
    /// So long a look lasts: 0, or by the environment variable <c>UNTIL_LOOKS_FOR_MS</c>. With 100 a test goes on at the very moment at which its
    /// condition comes true, and whatever it takes for granted beside the condition, and happens a little later, is missed at once. A condition that
    /// moves a clock is looked at as ever.
    /// </summary>
    private static readonly TimeSpan s_look = TimeSpan.FromMilliseconds(
        double.Parse(Environment.GetEnvironmentVariable("UNTIL_LOOKS_FOR_MS") ?? "0", CultureInfo.InvariantCulture));

    /// <summary>Returns when the condition holds; throws after the limit, with the condition's text and what else there is to say.</summary>
    public static Task TrueAsync(
        Func<bool> condition,
        double seconds = SecondsMax,
        Func<string>? detail = null,
        [CallerArgumentExpression(nameof(condition))] string text = "")
    {
        ArgumentNullException.ThrowIfNull(condition);
        return TrueAsync(() => Task.FromResult(condition()), seconds, detail, text);
    }

    /// <summary>The same for a condition that has to ask somebody.</summary>
    public static async Task TrueAsync(
        Func<Task<bool>> condition,
        double seconds = SecondsMax,
        Func<string>? detail = null,
        [CallerArgumentExpression(nameof(condition))] string text = "")
    {
        ArgumentNullException.ThrowIfNull(condition);
        bool moves = text.Contains("Advance(", StringComparison.Ordinal) || text.Contains("Tick(", StringComparison.Ordinal);
        TimeSpan look = moves ? TimeSpan.Zero : s_look;
        long start = Stopwatch.GetTimestamp();
        long looking = start;
        while (true)
        {
            bool isLate = Stopwatch.GetElapsedTime(start).TotalSeconds > seconds; // before the look: a process that stood still looks once more
            if (await condition())
            {
                return;
            }

            if (isLate)
            {
                throw new TimeoutException($"Not within {seconds} s: {text}. {detail?.Invoke()}");
            }

            if (Stopwatch.GetElapsedTime(looking) >= look)
            {
                await Task.Delay(PauseMilliseconds);
                looking = Stopwatch.GetTimestamp();
            }
        }
    }
}
