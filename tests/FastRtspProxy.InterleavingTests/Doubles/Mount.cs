using FastRtspProxy.Engine.Frontend;

namespace FastRtspProxy.Engine.Mounts;

/// <summary>In the place of a mount with a camera: started once, stopped once, in that order.</summary>
internal sealed class Mount(string name) : IMount
{
    private int _starts;
    private int _stops;

    public string Name => name;

    public bool IsStopped => Volatile.Read(ref _stops) == 1;

    /// <summary>Nothing goes on after its stop.</summary>
    public Task Ended => Task.CompletedTask;

    public void Start()
    {
        if (IsStopped || Interlocked.Increment(ref _starts) != 1)
        {
            throw new InvalidOperationException($"{name} was started after its stop, or again.");
        }
    }

    public Task StopAsync(MountEnd cause)
    {
        if (Volatile.Read(ref _starts) == 0 || cause != MountEnd.Removed || Interlocked.Increment(ref _stops) != 1)
        {
            throw new InvalidOperationException($"{name} was stopped before its start, or again.");
        }

        return Task.CompletedTask;
    }
}
