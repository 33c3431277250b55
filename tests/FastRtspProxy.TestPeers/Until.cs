using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace FastRtspProxy.TestPeers;

/// <summary>Waits for a condition, with a limit.</summary>
public static class Until
{
    /// <summary>Returns when the condition holds; throws after the limit, with the condition's text and what else there is to say.</summary>
    public static async Task TrueAsync(
        Func<bool> condition, double seconds = 5, Func<string>? detail = null, [CallerArgumentExpression(nameof(condition))] string text = "")
    {
        ArgumentNullException.ThrowIfNull(condition);
        long start = Stopwatch.GetTimestamp();
        while (!condition())
        {
            if (Stopwatch.GetElapsedTime(start).TotalSeconds > seconds)
            {
                throw new TimeoutException($"Not within {seconds} s: {text}. {detail?.Invoke()}");
            }

            await Task.Delay(5);
        }
    }
}
