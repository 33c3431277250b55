using FastRtspProxy.Engine.Frontend;
using FastRtspProxy.Net;

namespace FastRtspProxy.Engine.Mounts;

/// <summary>
/// Who plays a mount, who waits for it to play, who is about to, and who waits for its description: from that follows whether the camera is needed.
/// On the mount's shard.
/// </summary>
internal sealed class MountClients(Shard shard, MountSettings settings, ClientHold hold)
{
    /// <summary>Who was let in, and has neither left nor been told of the end since.</summary>
    private readonly HashSet<MountClient> _playing = [];

    /// <summary>
    /// Who asked to play while the camera did not, in the order of their wishes; each takes itself out, or is taken out by its leave.
    /// </summary>
    private readonly List<PendingJoin> _joining = [];

    /// <summary>Until then a client that began to set up is expected to play; 0 once somebody does.</summary>
    public long PreparedUntilMicros { get; private set; }

    /// <summary>True from a client's wish until the wait that it cuts short is over, or the camera plays.</summary>
    public bool AreInHurry { get; set; }

    /// <summary>Clients that play.</summary>
    public int Count => _playing.Count;

    /// <summary>Clients that play or wait to.</summary>
    public int CountWithJoining => _playing.Count + _joining.Count;

    /// <summary>Those who wait for the description.</summary>
    public ShardWaiters Describers { get; } = new(shard);

    /// <summary>Who waits for the camera to play.</summary>
    public IReadOnlyList<PendingJoin> Joining => _joining;

    /// <summary>Somebody plays or waits to.</summary>
    public bool Any => CountWithJoining > 0;

    /// <summary>Somebody has begun to set up.</summary>
    private bool IsPrepared => shard.NowMicros < PreparedUntilMicros;

    /// <summary>The camera is to play.</summary>
    public bool WantPlay => settings.AlwaysOn || Any;

    /// <summary>The camera is to be set up, if not more.</summary>
    public bool WantCamera => WantPlay || IsPrepared;

    /// <summary>The camera is to be opened, if only for its description.</summary>
    public bool NeedCamera => WantCamera || Describers.Count > 0;

    /// <summary>Somebody is there who needs the camera, if only its description; more than being pulled from the start.</summary>
    public bool AreWaiting => Any || IsPrepared || Describers.Count > 0;

    /// <summary>
    /// How long a mount is kept ready for one who may come: the linger, and no less than a player takes from one request to the next.
    /// </summary>
    public TimeSpan Patience => settings.Timings.Linger > settings.Timings.Join ? settings.Timings.Linger : settings.Timings.Join;

    /// <summary>True for a client that was let in.</summary>
    public bool Contains(MountClient client) => _playing.Contains(client);

    /// <summary>A client has set up a track.</summary>
    public void Prepare() => PreparedUntilMicros = shard.NowMicros + (long)Patience.TotalMicroseconds;

    /// <summary>A client plays. Its SETUP has served its purpose: when it leaves, the camera is not kept ready for it.</summary>
    public void Admit(MountClient client)
    {
        _playing.Add(client);
        PreparedUntilMicros = 0;
    }

    /// <summary>A client waits for the camera to play.</summary>
    public void Add(PendingJoin join) => _joining.Add(join);

    /// <summary>It waits no longer.</summary>
    public void Remove(PendingJoin join) => _joining.Remove(join);

    /// <summary>A client goes, whether it plays or waits. True where it played.</summary>
    public bool Remove(MountClient client)
    {
        for (int i = _joining.Count - 1; i >= 0; i--)
        {
            PendingJoin waiting = _joining[i];
            if (waiting.Client == client)
            {
                _joining.RemoveAt(i); // at once: its place is free for its next PLAY
                waiting.End = PlayOutcome.Gone;
                waiting.Wake.Set();
            }
        }

        bool played = _playing.Remove(client);
        if (played && _playing.Count == 0)
        {
            hold.End();
        }

        return played;
    }

    /// <summary>Something has changed for those who wait to play.</summary>
    public void WakeJoining()
    {
        foreach (PendingJoin join in _joining)
        {
            join.Wake.Set();
        }
    }

    /// <summary>What those who wait to play were told no longer fits: their sessions are gone, and a new DESCRIBE shows the new tracks.</summary>
    public void TurnJoiningAway()
    {
        foreach (PendingJoin join in _joining)
        {
            join.End = PlayOutcome.Outdated;
        }

        WakeJoining();
    }

    /// <summary>There is no more for those who play: each is told, on its own shard.</summary>
    public void End(MountEnd cause)
    {
        foreach (MountClient client in _playing)
        {
            client.Shard.Post(() => client.OnMountEnded(cause));
        }

        _playing.Clear();
        hold.End();
    }
}
