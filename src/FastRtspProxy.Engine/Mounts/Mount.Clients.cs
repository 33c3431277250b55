using FastRtspProxy.Engine.Frontend;

namespace FastRtspProxy.Engine.Mounts;

/// <summary>Clients: coming and going.</summary>
internal sealed partial class Mount
{
    private readonly HashSet<MountClient> _clients = [];
    private readonly List<PendingJoin> _joining = [];
    private long _preparedUntilMicros;

    /// <summary>Somebody plays or wants to.</summary>
    private bool WantsPlay => _options.AlwaysOn || HasClients;

    private bool HasClients => _clients.Count > 0 || _joining.Count > 0;

    /// <summary>Somebody has asked for the description, or begun to set up.</summary>
    private bool IsPrepared => Shard.NowMicros < _preparedUntilMicros;

    /// <summary>Somebody plays, wants to, or has begun to set up.</summary>
    private bool Wanted => WantsPlay || IsPrepared;

    /// <summary>The camera is to be opened, if only for its description.</summary>
    private bool NeedsCamera => Wanted || _describeWaiters.Count > 0;

    /// <summary>Somebody is there who needs the camera, if only its description; more than being pulled from the start.</summary>
    private bool IsAwaited => HasClients || IsPrepared || _describeWaiters.Count > 0;

    /// <inheritdoc/>
    public void Prepare() => Shard.Run(() =>
    {
        _preparedUntilMicros = Shard.NowMicros + (long)Math.Max(_options.Timings.Linger.TotalMicroseconds, _options.Timings.Join.TotalMicroseconds);
        Hurry();
    });

    /// <inheritdoc/>
    public Task<PlayGrant> JoinAsync(MountClient client, PlayWish wish) => Shard.RunAsync(() => JoinOnShardAsync(client, wish));

    /// <inheritdoc/>
    public void Leave(MountClient client) => Shard.Run(() =>
    {
        for (int i = _joining.Count - 1; i >= 0; i--)
        {
            PendingJoin waiting = _joining[i];
            if (waiting.Client == client)
            {
                _joining.RemoveAt(i); // at once: its place is free for its next PLAY
                waiting.HasLeft = true;
                waiting.Wake.Set();
            }
        }

        if (_clients.Remove(client))
        {
            OnClientGone();
        }
    });

    private async Task<PlayGrant> JoinOnShardAsync(MountClient client, PlayWish wish)
    {
        if (_stopping)
        {
            return new PlayGrant(PlayOutcome.Gone, 0, []);
        }

        if (!_clients.Contains(client) && _clients.Count + _joining.Count >= _options.ClientsMax)
        {
            return new PlayGrant(PlayOutcome.Full, 0, []);
        }

        if (State is MountState.Playing or MountState.Lingering)
        {
            Admit(client);
            _signal.Set();
            return GrantNow(wish);
        }

        return await JoinLaterAsync(client, wish);
    }

    /// <summary>Its SETUP has served its purpose: when it leaves, the camera is not kept ready for it.</summary>
    private void Admit(MountClient client)
    {
        _clients.Add(client);
        _preparedUntilMicros = 0;
    }

    private void WakeJoining()
    {
        foreach (PendingJoin join in _joining)
        {
            join.Wake.Set();
        }
    }

    private void EndClients(MountEnd cause)
    {
        foreach (MountClient client in _clients)
        {
            client.Shard.Post(() => client.OnMountEnded(cause));
        }

        _clients.Clear();
        _holdTimer.Stop();
    }

    private void OnClientGone()
    {
        if (_clients.Count == 0)
        {
            _holdTimer.Stop();
            if (State == MountState.Holding)
            {
                Move(MountState.Down);
            }
        }

        _signal.Set();
    }
}
