namespace FastRtspProxy.Operations.Cluster;

/// <summary>
/// How long this box may go on as the owner of what must not have two owners, by its own steady clock: from the sending of the last message that the
/// engine, or a majority of the boxes, has answered. Moves forward only. Any thread.
/// </summary>
internal sealed class Fence(TimeProvider time)
{
    /// <summary>A time stamp of the clock.</summary>
    private long _until = time.GetTimestamp();

    /// <summary>What is left; zero or below: it is over.</summary>
    public TimeSpan Left
    {
        get
        {
            long now = time.GetTimestamp();
            long until = Volatile.Read(ref _until);
            return until >= now ? time.GetElapsedTime(now, until) : -time.GetElapsedTime(until, now);
        }
    }

    /// <summary>Answered was what was sent then.</summary>
    /// <param name="sent">A time stamp of the clock.</param>
    /// <param name="length">How long that holds.</param>
    /// <returns>True where it was over before.</returns>
    public bool Extend(long sent, TimeSpan length)
    {
        bool wasOver = Left <= TimeSpan.Zero;
        long until = sent + (long)(length.TotalSeconds * time.TimestampFrequency);
        long known = Volatile.Read(ref _until);
        while (until > known && Interlocked.CompareExchange(ref _until, until, known) is var found && found != known)
        {
            known = found;
        }

        return wasOver && Left > TimeSpan.Zero;
    }
}
