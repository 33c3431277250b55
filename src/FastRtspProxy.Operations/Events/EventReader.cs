namespace FastRtspProxy.Operations.Events;

/// <summary>A place in the log of events, for one reader: a page, or a web hook. Not for two threads at once.</summary>
internal sealed class EventReader(EventLog log, long after)
{
    /// <summary>The number of the last event that was given.</summary>
    public long At { get; private set; } = after;

    /// <summary>What there is now; without a wait.</summary>
    public EventBatch Take() => Take(out _);

    /// <summary>What comes next, as soon as there is something; nothing when the time is over.</summary>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public async Task<EventBatch> NextAsync(TimeSpan limit, TimeProvider time, CancellationToken cancel)
    {
        EventBatch batch = Take(out Task news);
        if (batch.Events.Count > 0 || batch.Missed > 0)
        {
            return batch;
        }

        try
        {
            await news.WaitAsync(limit, time, cancel);
        }
        catch (TimeoutException)
        {
            return new EventBatch([], 0);
        }

        return Take();
    }

    private EventBatch Take(out Task news)
    {
        EventBatch batch = log.Behind(At, out news);
        if (batch.Events.Count > 0)
        {
            At = batch.Events[^1].Id;
        }
        else if (batch.Missed > 0)
        {
            At = log.Last;
        }

        return batch;
    }
}
