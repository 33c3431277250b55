using FastRtspProxy.Net;

namespace FastRtspProxy.Engine.Mounts;

/// <summary>
/// How long the clients of a lost camera are held: from its loss to its first media. An attempt that is made meanwhile, or a PLAY that is answered,
/// is no media: a camera that answers and sends nothing would hold its clients for ever. On the mount's shard.
/// </summary>
internal sealed class ClientHold(Shard shard, MountOptions options, Action onExpired)
{
    private readonly ShardTimer _timer = shard.CreateTimer(onExpired);

    /// <summary>When <see cref="_timer"/> is due; of no meaning while it does not run.</summary>
    private long _untilMicros;

    /// <summary>True while clients are held. Looked at with each packet.</summary>
    public bool IsRunning => _timer.IsRunning;

    /// <summary>What is left of it; of no meaning while nobody is held.</summary>
    public TimeSpan Left => TimeSpan.FromMicroseconds(Math.Max(0, _untilMicros - shard.NowMicros));

    /// <summary>The camera is lost; a second loss before the first media gives no new time.</summary>
    public void Begin()
    {
        if (!_timer.IsRunning)
        {
            _untilMicros = shard.NowMicros + (long)options.Timings.Hold.TotalMicroseconds;
            _timer.Start(options.Timings.Hold);
        }
    }

    /// <summary>Media has come, or nobody is left to be held.</summary>
    public void End() => _timer.Stop();
}
