using FastRtspProxy.Net;

namespace FastRtspProxy.Engine.Mounts;

/// <summary>Notices that nobody has needed a mount for a while that was made for whoever asked for it. On the mount's shard.</summary>
internal sealed class IdleWatch
{
    /// <summary>How often it looks; a mount goes late by so much at most.</summary>
    private static readonly TimeSpan s_interval = TimeSpan.FromSeconds(1);

    private readonly Shard _shard;
    private readonly MountClients _clients;
    private readonly Action _onIdle;
    private readonly ShardTimer _timer;

    /// <summary>When the mount was last seen to be needed.</summary>
    private long _neededMicros;

    /// <param name="shard">The mount's.</param>
    /// <param name="clients">Who needs it, and for how long it is kept for nobody.</param>
    /// <param name="onIdle">Called once.</param>
    public IdleWatch(Shard shard, MountClients clients, Action onIdle)
    {
        _shard = shard;
        _clients = clients;
        _onIdle = onIdle;
        _timer = shard.CreateTimer(Look);
    }

    /// <summary>Begins to look; whoever it was made for has a while to come.</summary>
    public void Start()
    {
        _neededMicros = _shard.NowMicros;
        _timer.Start(s_interval);
    }

    /// <summary>Looks no longer.</summary>
    public void Stop() => _timer.Stop();

    private void Look()
    {
        if (_clients.NeedCamera)
        {
            _neededMicros = _shard.NowMicros;
        }
        else if (_shard.NowMicros - _neededMicros >= (long)_clients.Patience.TotalMicroseconds)
        {
            _onIdle();
            return;
        }

        _timer.Start(s_interval);
    }
}
