using FastRtspProxy.Net;

namespace FastRtspProxy.Engine.Mounts;

/// <summary>
/// How long the clients of a lost camera are held: from its loss to its first media. An attempt that is made meanwhile, or a PLAY that is answered,
/// is no media: a camera that answers and sends nothing would hold its clients for ever. On the mount's shard.
/// </summary>
internal sealed class ClientHold(Shard shard, MountSettings settings, Action onExpired)
{
    private readonly ShardTimer _timer = shard.CreateTimer(onExpired);

    /// <summary>When clients began to be held; of no meaning while <see cref="_timer"/> does not run.</summary>
    private long _sinceMicros;

    /// <summary>True while clients are held. Looked at with each packet.</summary>
    public bool IsRunning => _timer.IsRunning;

    /// <summary>What is left of it; of no meaning while nobody is held.</summary>
    public TimeSpan Left => TimeSpan.FromMicroseconds(Math.Max(0, LeftMicros));

    private long LeftMicros => _sinceMicros + (long)settings.Timings.Hold.TotalMicroseconds - shard.NowMicros;

    /// <summary>The camera is lost; a second loss before the first media gives no new time.</summary>
    public void Begin()
    {
        if (!_timer.IsRunning)
        {
            _sinceMicros = shard.NowMicros;
            _timer.Start(settings.Timings.Hold);
        }
    }

    /// <summary>The hold has another length: it counts for those who are held, from when they began to be.</summary>
    public void OnChanged()
    {
        if (_timer.IsRunning)
        {
            _timer.StartMicros(LeftMicros);
        }
    }

    /// <summary>Media has come, or nobody is left to be held.</summary>
    public void End() => _timer.Stop();
}
