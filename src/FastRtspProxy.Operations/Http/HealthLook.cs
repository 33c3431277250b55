namespace FastRtspProxy.Operations.Http;

/// <summary>
/// Whether every event loop has turns. Whoever asks gets the answer of a moment ago, or waits for the one that is on its way: nobody has to log in to
/// ask, so a flood of questions costs the loops no more than one. Any thread.
/// </summary>
/// <param name="takeTurns">Over when each of them has had one.</param>
/// <param name="time">The clock.</param>
internal sealed class HealthLook(Func<Task> takeTurns, TimeProvider time)
{
    /// <summary>One that has had no turn for so long hangs.</summary>
    private static readonly TimeSpan s_turnMax = TimeSpan.FromSeconds(2);

    private static readonly TimeSpan s_fresh = TimeSpan.FromMilliseconds(200);

    private readonly Lock _lock = new();
    private Task<string?>? _look;
    private long _began;

    /// <summary>Null: all of them have; else what is wrong.</summary>
    public Task<string?> WhyNotAsync()
    {
        lock (_lock)
        {
            if (_look is null || (_look.IsCompleted && time.GetElapsedTime(_began) > s_fresh))
            {
                _began = time.GetTimestamp();
                _look = LookAsync();
            }

            return _look;
        }
    }

    private async Task<string?> LookAsync()
    {
        try
        {
            await takeTurns().WaitAsync(s_turnMax, time);
            return null;
        }
        catch (TimeoutException)
        {
            return $"an event loop has had no turn for {s_turnMax.TotalSeconds:0} s";
        }
    }
}
