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
    private OpenWaiter? _queued;

    /// <summary>Attempts and sessions that failed, since the camera was described last.</summary>
    private int _failures;

    /// <summary>Waits for a place; null: it was given up.</summary>
    /// <param name="host"><inheritdoc cref="OpenWaiter(string?, bool, int)" path="/param[@name='host']"/></param>
    /// <param name="isWanted">Somebody waits for the camera.</param>
    public async Task<OpenPlace?> TakeAsync(string? host, bool isWanted)
    {
        _queued = pacer.Enter(host, isWanted, _failures);
        try
        {
            return await _queued.Place;
        }
        finally
        {
            _queued = null;
        }
    }

    /// <summary>Somebody needs the camera now: the wait for a place is no longer than the host makes it.</summary>
    public void Hurry()
    {
        if (_queued is { } queued)
        {
            pacer.Hurry(queued);
        }
    }

    /// <summary>Waits for a place no longer.</summary>
    public void GiveUp()
    {
        if (_queued is { } queued)
        {
            pacer.GiveUp(queued);
        }
    }

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

    /// <summary>The camera was described, or is another one: what failed before counts no longer.</summary>
    public void Forget() => _failures = 0;

    /// <summary>The camera was lost, or could not be described.</summary>
    public void OnLost() => _failures++;
}
