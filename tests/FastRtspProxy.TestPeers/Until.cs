using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace FastRtspProxy.TestPeers;

/// <summary>Waits for something that must happen, with a limit that is generous enough for a machine with other work. The one place of the tests that does.</summary>
public static class Until
{
    private const double SecondsMax = 60;

    private const int PauseMilliseconds = 5;

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
        long start = Stopwatch.GetTimestamp();
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

            await Task.Delay(PauseMilliseconds);
        }
    }
}
