namespace FastRtspProxy.Operations.Api;

/// <summary>
/// One question to the event loops whose answer is shared by all who ask within a moment: it is kept while nothing has happened, and asked anew at
/// most ten times as often where something has. Whoever asks after something has happened gets an answer from after it. Any thread.
/// </summary>
/// <param name="look">Asks.</param>
/// <param name="sizeOf">How many streams or viewers an answer tells of: many cost the event loops more, and are asked for more seldom.</param>
/// <param name="news">What has happened so far.</param>
/// <param name="time">The clock.</param>
internal sealed class SharedLook<T>(Func<Task<T>> look, Func<T, int> sizeOf, Func<LookNews> news, TimeProvider time)
{
    /// <summary>An answer about few is kept so long: a person sees no difference, and an event loop is woken four times a second.</summary>
    private static readonly TimeSpan s_kept = TimeSpan.FromMilliseconds(250);

    /// <summary>For each that is told of: a thousand take a millisecond or two of their event loop.</summary>
    private static readonly TimeSpan s_keptForEach = TimeSpan.FromMilliseconds(1);

    private static readonly TimeSpan s_keptMax = TimeSpan.FromSeconds(1);

    /// <summary>Between two looks, however much happens: this share of the time for which an answer is kept.</summary>
    private const int ApartShare = 10;

    private readonly Lock _lock = new();

    /// <summary>The last look; null before the first one.</summary>
    private Task<T>? _last;

    /// <summary>What had happened when it began.</summary>
    private LookNews _lastNews;
    private long _lastBegan;

    /// <summary>A look that begins soon; null: there is none.</summary>
    private Task<T>? _next;

    /// <summary>The answer that is there, or that comes.</summary>
    public Task<T> AskAsync()
    {
        lock (_lock)
        {
            if (_next is not null)
            {
                return _next;
            }

            if (_last is null or { IsFaulted: true } or { IsCanceled: true })
            {
                return Begin();
            }

            TimeSpan age = time.GetElapsedTime(_lastBegan);
            TimeSpan kept = KeptFor(_last);
            if (_lastNews == news() && (age < kept || !_last.IsCompleted))
            {
                return _last;
            }

            TimeSpan wait = (kept / ApartShare) - age;
            return wait <= TimeSpan.Zero ? Begin() : _next = BeginAfterAsync(wait);
        }
    }

    private TimeSpan KeptFor(Task<T> answer)
    {
        TimeSpan kept = s_kept + (s_keptForEach * (answer.IsCompletedSuccessfully ? sizeOf(answer.Result) : 0));
        return kept < s_keptMax ? kept : s_keptMax;
    }

    /// <summary>Under the lock.</summary>
    private Task<T> Begin()
    {
        _lastNews = news(); // before the look: what happens during it makes it out of date
        _lastBegan = time.GetTimestamp();
        return _last = look();
    }

    private async Task<T> BeginAfterAsync(TimeSpan wait)
    {
        await Task.Delay(wait, time);
        Task<T> begun;
        lock (_lock)
        {
            _next = null;
            begun = Begin();
        }

        return await begun;
    }
}
