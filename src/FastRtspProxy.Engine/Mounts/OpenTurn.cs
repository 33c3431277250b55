namespace FastRtspProxy.Engine.Mounts;

/// <summary>A mount's place among those that open their cameras at once (<see cref="OpenPacer"/>). On the mount's shard.</summary>
internal sealed class OpenTurn(OpenPacer pacer)
{
    /// <summary>There while the mount waits for a place, and null otherwise.</summary>
    private CancellationTokenSource? _queued;

    /// <summary>
    /// Waits for a place. True: it is taken, and <see cref="Leave"/> gives it back; false: somebody needs the camera now, and the mount goes on
    /// without one.
    /// </summary>
    public async Task<bool> TakeAsync()
    {
        using CancellationTokenSource queued = new();
        _queued = queued;
        try
        {
            return await pacer.EnterAsync(queued.Token);
        }
        finally
        {
            _queued = null;
        }
    }

    /// <summary>Waits for a place no longer.</summary>
    public void Skip() => _queued?.Cancel();

    /// <summary>Gives the place back.</summary>
    public void Leave() => pacer.Leave();
}
