using FastRtspProxy.Engine.Mounts;

namespace FastRtspProxy.Operations.Cluster;

/// <summary>What is decided of streams. All of it in the turn.</summary>
internal sealed partial class ClusterNode
{
    /// <summary>A mount needs its camera.</summary>
    public void OnNeed(StreamFollower follower, bool isServed)
    {
        ClusterStream stream = StreamOf(follower.Stream);
        stream.IsWanted = true;
        stream.IsServed = isServed;
        Decide(stream);
    }

    /// <summary>The stream's settings have changed: whoever reads the camera goes by that at once.</summary>
    public void OnRule(StreamFollower follower, bool stopsWhenAlone)
    {
        ClusterStream stream = StreamOf(follower.Stream);
        stream.StopsWhenAlone = stopsWhenAlone;
        if (stream.Told.Kind == OwnershipKind.Own)
        {
            Tell(stream, stream.Told with { Left = stopsWhenAlone ? LeftOfFence : null });
        }
    }

    /// <summary>Nobody needs it here.</summary>
    public void OnRest(StreamFollower follower)
    {
        ClusterStream stream = StreamOf(follower.Stream);
        stream.IsWanted = false;
        if (stream.Followers.All(other => other == follower))
        {
            LetGo(stream);
        }
    }

    /// <summary>A mount is gone.</summary>
    public void OnLeave(StreamFollower follower)
    {
        if (!_streams.TryGetValue(follower.Stream, out ClusterStream? stream) || !stream.Followers.Remove(follower) || stream.Followers.Count > 0)
        {
            return;
        }

        stream.IsWanted = false;
        LetGo(stream);
        stream.Turn?.Dispose();
        _streams.Remove(stream.Name);
        _told.TryRemove(stream.Name, out _);
        _takeovers.TryRemove(stream.Name, out _);
    }

    private void OnFollow(StreamFollower follower, bool stopsWhenAlone)
    {
        ClusterStream stream = StreamOf(follower.Stream);
        stream.StopsWhenAlone = stopsWhenAlone;
        stream.Followers.Add(follower);
        if (stream.Followers.Count == 1)
        {
            Decide(stream);
        }
        else
        {
            follower.Tell(stream.Told);
        }
    }

    private ClusterStream StreamOf(string name)
    {
        if (!_streams.TryGetValue(name, out ClusterStream? stream))
        {
            _streams[name] = stream = new ClusterStream(name)
            {
                Owner = _owners.TryGetValue(name, out OwnerRecord owner) ? owner : null,
                VacantSince = _time.GetTimestamp(),
            };
            stream.Revision = stream.Owner?.Epoch ?? 0;
        }

        return stream;
    }

    /// <summary>Who owns it now, by the engine or by a box that does.</summary>
    public void Take(ClusterStream stream, OwnerRecord? owner, long revision)
    {
        if (revision < stream.Revision || (owner is { } next && stream.Owner is { } known && next.Epoch < known.Epoch))
        {
            return;
        }

        stream.Revision = revision;
        if (stream.Owner == owner)
        {
            return;
        }

        OwnerRecord? before = stream.Owner;
        stream.Owner = owner;
        if (owner is { } now)
        {
            OnOwned(stream, before, now);
        }
        else
        {
            stream.Previous = before?.Node;
            stream.VacantSince = _time.GetTimestamp();
        }

        Decide(stream);
    }

    private void OnOwned(ClusterStream stream, OwnerRecord? before, OwnerRecord now)
    {
        string? previous = before?.Node ?? stream.Previous;
        TimeSpan took = before is null ? _time.GetElapsedTime(stream.VacantSince) : TimeSpan.Zero;
        if (previous is not null && previous != now.Node)
        {
            _takeovers[stream.Name] = new LastTakeover(stream.Name, previous, _time.GetUtcNow(), took);
        }

        if (now.IsOurs)
        {
            string earlier = previous is null ? "nobody did" : previous == Name ? "it did, too" : $"box {previous} did";
            ClusterLog.Owned(_log, stream.Name, now.Epoch, earlier);
            if (previous is not null && previous != Name)
            {
                Counters.OnTakeover(_takeovers[stream.Name]);
                OwnerChanged?.Invoke(stream.Name, $"this box owns it now (epoch {now.Epoch}), box {previous} did before");
            }
        }
        else
        {
            ClusterLog.OwnedElsewhere(_log, stream.Name, now.Node, now.Epoch);
            if (stream.Told.Kind == OwnershipKind.Own)
            {
                Counters.OnLost();
                OwnerChanged?.Invoke(stream.Name, $"box {now.Node} owns it now (epoch {now.Epoch}), this box did before");
            }
        }

        stream.Previous = null;
    }

    /// <summary>What holds of a stream is told, and what has to be done about it is begun.</summary>
    public void Decide(ClusterStream stream)
    {
        if (Moves.Holds(stream))
        {
            return; // its camera is being let go
        }

        if (stream.Owner is { } owner)
        {
            stream.Turn?.Dispose();
            stream.Turn = null;
            stream.IsWanted = false;
            if (owner.IsOurs)
            {
                Tell(stream, new CameraOwnership(OwnershipKind.Own, Name, owner.Epoch) { Left = stream.StopsWhenAlone ? LeftOfFence : null });
            }
            else if (Members.Find(owner.Node) is { } member)
            {
                Tell(stream, Sources.Of(stream.Name, owner, member));
            }

            return;
        }

        // Ours until a moment ago, and read on: nobody is nearer. Of another box: what still comes from there is as good as ever, until somebody
        // has it.
        if (stream.Told.Kind == OwnershipKind.Peer && !stream.Told.IsVacant)
        {
            Tell(stream, stream.Told with { IsVacant = true });
        }

        if (stream.IsWanted || stream.Told.Kind == OwnershipKind.Own)
        {
            _claims.Begin(stream);
        }
    }

    private TimeSpan LeftOfFence() => Fence.Left;

    /// <summary>What this box owns is anybody's; what is not ours is left alone.</summary>
    public void LetGo(ClusterStream stream)
    {
        stream.Turn?.Dispose();
        stream.Turn = null;
        if (stream.Owner is { IsOurs: true } owner)
        {
            Releases.Begin(stream.Name, owner.Epoch);
            stream.Owner = null;
            stream.Previous = null;
            stream.Revision = owner.Epoch + 1;
            _owners.Remove(stream.Name);
        }

        if (stream.Told.Kind == OwnershipKind.Own)
        {
            Tell(stream, CameraOwnership.Unknown);
        }
    }

    private static bool IsSame(CameraOwnership one, CameraOwnership other) =>
        one.Kind == other.Kind && one.Node == other.Node && one.Epoch == other.Epoch && one.IsVacant == other.IsVacant
            && one.Url?.Text == other.Url?.Text && one.Left is null == other.Left is null;

    public void Tell(ClusterStream stream, CameraOwnership now)
    {
        if (IsSame(stream.Told, now))
        {
            return;
        }

        stream.Told = now;
        _told[stream.Name] = now;
        foreach (StreamFollower follower in stream.Followers)
        {
            follower.Tell(now);
        }
    }
}
