namespace FastRtspProxy.Engine.Delivery;

/// <summary>
/// The catch-up bytes that may be on their way to joining clients at once, in the whole process. Above it, joiners wait for the next key frame
/// instead. Any thread: a share is taken by the value that the addition gives, and the sum stands for nothing else.
/// </summary>
internal sealed class CatchUpBudget(long bytes)
{
    private long _taken;

    /// <summary>Bytes on their way.</summary>
    public long TakenBytes => Volatile.Read(ref _taken);

    /// <summary>Takes a share; false: there is not so much left.</summary>
    public bool TryTake(long share)
    {
        if (Interlocked.Add(ref _taken, share) <= bytes)
        {
            return true;
        }

        Interlocked.Add(ref _taken, -share);
        return false;
    }

    /// <summary>Gives a share back.</summary>
    public void Return(long share) => Interlocked.Add(ref _taken, -share);
}
