using FastRtspProxy.Engine.Mounts;
using Microsoft.Extensions.Logging;

namespace FastRtspProxy.Operations.Cluster;

/// <summary>
/// How a box gives its streams to the others, one after the other: the stream is let go, and read on until another box has it, which takes it in the
/// middle of a group of pictures at the worst. A camera that allows one session is let go first. What nobody else watches stays until its viewers go.
/// </summary>
internal sealed class ClusterDrain(ClusterNode node, TimeProvider time, ILogger log)
{
    /// <summary>The next one is not begun before this one has another owner, or so long has gone.</summary>
    private static readonly TimeSpan s_moveMax = TimeSpan.FromSeconds(3);

    /// <summary>The TEARDOWN is answered by then.</summary>
    private static readonly TimeSpan s_letGo = TimeSpan.FromMilliseconds(800);

    /// <summary>What is being moved; null: nothing.</summary>
    private ClusterStream? _moving;
    private long _movingSince;
    private bool _isReleased;
    private volatile bool _isOn;

    /// <summary>Streams that are to go one by one, by hand. In the turn, but for whether there are any.</summary>
    private readonly Queue<ClusterStream> _byHand = new();

    /// <summary>Streams that nobody took in this drain: they stay until their viewers go, or another box has had them. In the turn.</summary>
    private readonly HashSet<ClusterStream> _stayed = [];
    private volatile bool _hasByHand;

    /// <summary>This box owns nothing new, and moves what it has. Any thread.</summary>
    public bool IsOn => _isOn;

    /// <summary>True while the camera of that stream is being let go: its mounts are told nothing. In the turn.</summary>
    public bool Holds(ClusterStream stream) => stream == _moving && !_isReleased;

    /// <summary>From now on this box owns nothing new, and moves what it has; or no more of that. Some ten times a second; any thread.</summary>
    public void Set(bool drains)
    {
        if (drains || _isOn || _hasByHand)
        {
            node.Post(() => DrainInTurn(drains));
        }
    }

    /// <summary>
    /// One stream goes to the others, like all in a drain: whichever of them needs it has it next, and where none does within 3 s, it stays. In
    /// the turn. False: this box does not own it, or there is no other one.
    /// </summary>
    public bool TryMove(string stream)
    {
        if (!node.Members.HasOthers || node.Find(stream) is not { } found || (found != _moving && found is not { Owner.IsOurs: true }))
        {
            return false;
        }

        if (found != _moving && !_byHand.Contains(found))
        {
            _byHand.Enqueue(found);
            _hasByHand = true;
            MoveOn();
        }

        return true;
    }

    /// <summary>
    /// Another box plays a stream that this one is to give away: it goes there next, also where nobody took it before. Not to a box that drains as
    /// well. Any thread.
    /// </summary>
    public void OnPlayedAt(string box, string stream)
    {
        if (_isOn)
        {
            node.Post(() =>
            {
                if (_isOn && !node.Members.Drains(box) && node.Find(stream) is { Owner.IsOurs: true } found)
                {
                    _stayed.Remove(found);
                    TryMove(stream);
                }
            });
        }
    }

    /// <summary>
    /// True while this box does not want to have it back. What it reads it reads on without owning it, until another box wants it; what its viewers
    /// need and no other box takes, a camera of one session and that of a box that went, it owns again. In the turn.
    /// </summary>
    public bool Gives(ClusterStream stream) => stream == _moving || (_isOn && stream.Told.Kind == OwnershipKind.Own);

    private void DrainInTurn(bool drains)
    {
        if (drains && !_isOn)
        {
            int owned = node.Streams.Count(static stream => stream.Owner is { IsOurs: true });
            ClusterLog.Draining(log, owned);
        }

        bool ended = _isOn && !drains;
        _isOn = drains;
        if (!drains)
        {
            _stayed.Clear();
        }

        if (ended)
        {
            _moving = null;
            foreach (ClusterStream stream in node.Streams)
            {
                node.Decide(stream); // what nobody has taken is ours again
            }
        }
        else
        {
            MoveOn();
        }
    }

    private void MoveOn()
    {
        _stayed.RemoveWhere(static stream => stream.Owner is { IsOurs: false }); // somebody wants it by now
        if (_moving is { } moving)
        {
            TimeSpan took = time.GetElapsedTime(_movingSince);
            if (!_isReleased && (!moving.StopsWhenAlone || took > s_letGo))
            {
                Release(moving);
            }

            if (moving.Owner is not { IsOurs: false } && took < s_moveMax)
            {
                return;
            }

            _moving = null;
            if (moving.Owner is not { IsOurs: false } && node.Find(moving.Name) == moving)
            {
                _stayed.Add(moving);
                node.Decide(moving); // what nobody has taken is ours again
            }
        }

        if (node.Members.HasOthers && Next() is { } next)
        {
            _moving = next;
            _movingSince = time.GetTimestamp();
            _isReleased = false;
            if (next.StopsWhenAlone)
            {
                node.Tell(next, CameraOwnership.Unknown);
            }
            else
            {
                Release(next);
            }
        }
    }

    private ClusterStream? Next()
    {
        ClusterStream? next = null;
        while (next is not { Owner.IsOurs: true } && _byHand.TryDequeue(out ClusterStream? byHand))
        {
            next = byHand;
        }

        _hasByHand = next is not null;
        next = next is { Owner.IsOurs: true } ? next : null;
        return next ?? (_isOn ? node.Streams.FirstOrDefault(stream => stream.Owner is { IsOurs: true } && !_stayed.Contains(stream)) : null);
    }

    /// <summary>Anybody's by the engine; here it is read on.</summary>
    private void Release(ClusterStream stream)
    {
        _isReleased = true;
        if (stream.Owner is { IsOurs: true } owner)
        {
            stream.Owner = null;
            stream.Previous = node.Name;
            stream.VacantSince = time.GetTimestamp();
            node.Releases.Begin(stream.Name, owner.Epoch);
        }
    }
}
