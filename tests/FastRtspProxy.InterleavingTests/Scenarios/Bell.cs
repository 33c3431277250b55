namespace FastRtspProxy.InterleavingTests.Scenarios;

/// <summary>As an eventfd that the shard waits for: rings that were not heard yet are one. Whoever waits for a ring that never comes is seen as a deadlock.</summary>
internal sealed class Bell
{
    private readonly object _gate = new();
    private bool _rings;

    public void Ring()
    {
        lock (_gate)
        {
            _rings = true;
            Monitor.Pulse(_gate);
        }
    }

    public void Wait()
    {
        lock (_gate)
        {
            while (!_rings)
            {
                Monitor.Wait(_gate);
            }

            _rings = false;
        }
    }

    /// <summary>Takes a ring that is there, and waits for none.</summary>
    public void Quiet()
    {
        lock (_gate)
        {
            _rings = false;
        }
    }
}
