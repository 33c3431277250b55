namespace FastRtspProxy.Operations.Hooks;

/// <summary>What follows an attempt to deliver. Pure.</summary>
internal static class HookRetry
{
    /// <summary>Some quarter of an hour in all: a server that is restarted, or a network that is mended, is back by then.</summary>
    private const int AttemptsMax = 20;

    private static readonly TimeSpan s_first = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_longest = TimeSpan.FromMinutes(1);

    /// <summary>True for an answer that says that the delivery was taken.</summary>
    public static bool IsTaken(int status) => status is >= 200 and < 300;

    /// <summary>The wait before the next attempt; null: there is none.</summary>
    /// <param name="attempts">Those that were made.</param>
    /// <param name="status">Of the answer; 0: there was none.</param>
    /// <param name="wish">The server's own (Retry-After); null: it has none.</param>
    public static TimeSpan? After(int attempts, int status, TimeSpan? wish)
    {
        // What the server does not understand, or does not want, is no better the next time.
        bool isFinal = status is >= 300 and < 500 and not (408 or 425 or 429);
        if (isFinal || attempts >= AttemptsMax)
        {
            return null;
        }

        TimeSpan wait = s_first * Math.Pow(2, Math.Min(attempts - 1, 10));
        wait = wait < s_longest ? wait : s_longest;
        return wish is { } asked && asked > wait ? (asked < s_longest ? asked : s_longest) : wait;
    }
}
