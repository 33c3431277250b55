using FastRtspProxy.Engine.Backend;
using FastRtspProxy.Net;

namespace FastRtspProxy.Engine.Mounts;

/// <summary>A mount's place among those that open their cameras at once (<see cref="OpenPacer"/>). On the mount's shard.</summary>
internal sealed class OpenTurn(OpenPacer pacer, Shard shard)
{
    /// <summary>
    /// An answer that comes later is none that others wait for: sixteen slow cameras would keep a hundred waiting for half a minute.
    /// </summary>
    private static readonly TimeSpan s_answerMax = TimeSpan.FromSeconds(2);

    /// <summary>After so long an attempt keeps no other from the same host either.</summary>
    private static readonly TimeSpan s_attemptMax = TimeSpan.FromSeconds(8);

    /// <summary>There while the mount waits for a place, and null otherwise.</summary>
    private CancellationTokenSource? _queued;

    /// <summary>Waits for a place; null: somebody needs the camera now, and the mount goes on without one.</summary>
    public async Task<OpenPlace?> TakeAsync(string host)
    {
        using CancellationTokenSource queued = new();
        _queued = queued;
        try
        {
            return await pacer.EnterAsync(host, queued.Token);
        }
        finally
        {
            _queued = null;
        }
    }

    /// <summary>Waits for a place no longer.</summary>
    public void Skip() => _queued?.Cancel();

    /// <summary>The camera is being opened; gives the place back, of all and of its host, when it need not be kept any longer.</summary>
    public async Task LeaveAsync(OpenPlace place, Task<BackendFailure?> opening)
    {
        await Task.WhenAny(opening, shard.DelayAsync(s_answerMax));
        place.LeaveToOthers(opening.IsCompleted);
        if (!opening.IsCompleted)
        {
            await Task.WhenAny(opening, shard.DelayAsync(s_attemptMax));
        }

        place.Leave();
    }
}
