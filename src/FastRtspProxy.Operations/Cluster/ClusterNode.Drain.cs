using FastRtspProxy.Engine.Mounts;

namespace FastRtspProxy.Operations.Cluster;

/// <summary>
/// How a box gives its streams to the others, one after the other: the stream is let go, and read on until another box has it, which takes it in the
/// middle of a group of pictures at the worst. A camera that allows one session is let go first. What nobody else watches stays until its viewers go.
/// </summary>
internal sealed partial class ClusterNode
{
    /// <summary>The next one is not begun before this one has another owner, or so long has gone.</summary>
    private static readonly TimeSpan s_moveMax = TimeSpan.FromSeconds(3);

    /// <summary>The TEARDOWN is answered by then.</summary>
    private static readonly TimeSpan s_letGo = TimeSpan.FromMilliseconds(800);

    /// <summary>What is being moved; null: nothing.</summary>
    private ClusterStream? _moving;
    private long _movingSince;
    private bool _isReleased;

    /// <summary>From now on this box owns nothing new, and moves what it has; or no more of that. Some ten times a second; any thread.</summary>
    public void Drain(bool drains)
    {
        if (drains || _isDraining)
        {
            Post(() => DrainInTurn(drains));
        }
    }

    private void DrainInTurn(bool drains)
    {
        if (drains && !_isDraining)
        {
            int owned = _streams.Values.Count(static stream => stream.Owner is { IsOurs: true });
            ClusterLog.Draining(_log, owned);
        }

        bool ended = _isDraining && !drains;
        _isDraining = drains;
        if (ended)
        {
            _moving = null;
            foreach (ClusterStream stream in _streams.Values)
            {
                Decide(stream); // what nobody has taken is ours again
            }
        }
        else if (drains)
        {
            MoveOn();
        }
    }

    private void MoveOn()
    {
        if (_moving is { } moving)
        {
            TimeSpan took = _time.GetElapsedTime(_movingSince);
            if (!_isReleased && (!moving.StopsWhenAlone || took > s_letGo))
            {
                Release(moving);
            }

            if (moving.Owner is not { IsOurs: false } && took < s_moveMax)
            {
                return;
            }

            _moving = null;
        }

        if (_members.Keys.Any(node => node != Name) && _streams.Values.FirstOrDefault(static stream => stream.Owner is { IsOurs: true }) is { } next)
        {
            _moving = next;
            _movingSince = _time.GetTimestamp();
            _isReleased = false;
            if (next.StopsWhenAlone)
            {
                Tell(next, CameraOwnership.Unknown);
            }
            else
            {
                Release(next);
            }
        }
    }

    /// <summary>Anybody's by the engine; here it is read on.</summary>
    private void Release(ClusterStream stream)
    {
        _isReleased = true;
        if (stream.Owner is { IsOurs: true } owner)
        {
            stream.Owner = null;
            stream.Previous = Name;
            stream.VacantSince = _time.GetTimestamp();
            _owners.Remove(stream.Name);
            _ = _engine.ReleaseAsync(stream.Name, owner.Epoch);
        }
    }
}
