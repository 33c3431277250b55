using FastRtspProxy.Engine.Mounts;

namespace FastRtspProxy.Operations.Cluster;

/// <summary>What the engine tells, each in its turn.</summary>
internal sealed partial class ClusterNode
{
    /// <inheritdoc/>
    public void OnSnapshot(OwnershipSnapshot snapshot) => Post(() =>
    {
        _isKnown = true;
        foreach (string gone in Members.All.Select(static one => one.Node).Except(snapshot.Members.Select(static one => one.Node)).ToArray())
        {
            TakeMember(gone, null);
        }

        foreach (ClusterMember member in snapshot.Members)
        {
            TakeMember(member.Node, member);
        }

        _owners.Clear();
        foreach ((string name, OwnerRecord owner) in snapshot.Owners)
        {
            _owners[name] = owner;
        }

        foreach (ClusterStream stream in _streams.Values.ToArray())
        {
            // An engine that came back empty counts from one again: what is read whole holds, whatever was known.
            stream.Revision = 0;
            if (_owners.TryGetValue(stream.Name, out OwnerRecord owner))
            {
                stream.Owner = stream.Owner is { } known && known.Epoch > owner.Epoch ? null : stream.Owner;
                Take(stream, owner, owner.Epoch);
            }
            else
            {
                Take(stream, null, snapshot.Revision);
            }

            Decide(stream);
        }

        foreach ((string name, OwnerRecord owner) in snapshot.Owners)
        {
            Releases.LeaveOrphan(name, owner);
        }

        foreach ((string name, byte[] content) in snapshot.Streams)
        {
            StreamChanged?.Invoke(name, content);
        }

        AllRead?.Invoke([.. snapshot.Streams.Keys]);
    });

    /// <inheritdoc/>
    public void OnMember(string node, ClusterMember? member) => Post(() => TakeMember(node, member));

    /// <inheritdoc/>
    public void OnOwner(string stream, OwnerRecord? owner, long revision) => Post(() =>
    {
        if (owner is { } now)
        {
            _owners[stream] = now;
        }
        else
        {
            _owners.Remove(stream);
        }

        if (_streams.TryGetValue(stream, out ClusterStream? followed))
        {
            Take(followed, owner, revision);
        }
        else if (owner is { } orphan)
        {
            Releases.LeaveOrphan(stream, orphan);
        }
    });

    /// <inheritdoc/>
    public void OnStream(string name, byte[]? content) => Post(() => StreamChanged?.Invoke(name, content));

    /// <inheritdoc/>
    public void OnRenewed(long sent)
    {
        Volatile.Write(ref _renewed, sent);
        Fencing.OnRenewed(sent);
    }

    /// <inheritdoc/>
    public void OnEngine(bool isUp, string reason)
    {
        _isUp = isUp;
        if (isUp)
        {
            ClusterLog.EngineUp(_log, reason);
        }
        else
        {
            ClusterLog.EngineDown(_log, reason);
        }
    }

    /// <inheritdoc/>
    public void OnExpired() => Post(() =>
    {
        ClusterLog.Expired(_log);
        foreach (ClusterStream stream in _streams.Values)
        {
            if (stream.Owner is { IsOurs: true } owner)
            {
                // Read on, and claimed anew when the engine is read again.
                stream.Owner = null;
                stream.Previous = Name;
                stream.VacantSince = _time.GetTimestamp();
                stream.Revision = Math.Max(stream.Revision, owner.Epoch);
                if (stream.StopsWhenAlone && Fence.Left <= TimeSpan.Zero)
                {
                    Tell(stream, CameraOwnership.Unknown); // it has stopped, and another box may have begun
                }
            }
        }
    });

    /// <summary>
    /// Another box says what it owns: that is heard of it where the engine is not (a box that is cut off from the engine alone).
    /// </summary>
    public void OnPeerOwns(string node, IReadOnlyDictionary<string, long> owned) => Post(() =>
    {
        foreach ((string name, long epoch) in owned)
        {
            if (_streams.TryGetValue(name, out ClusterStream? stream) && stream.Told.Kind == OwnershipKind.Own && epoch > stream.Told.Epoch)
            {
                Take(stream, new OwnerRecord(node, epoch, IsOurs: false), Math.Max(epoch, stream.Revision));
            }
        }
    });

    /// <summary>Another box says whether it gives its streams away. Any thread.</summary>
    public void OnPeerDrains(string node, bool drains) => Post(() => Members.NoteDrain(node, drains));

    private void TakeMember(string node, ClusterMember? member)
    {
        if (Members.Take(node, member))
        {
            foreach (ClusterStream stream in _streams.Values.Where(stream => stream.Owner is { IsOurs: false } owner && owner.Node == node))
            {
                Decide(stream);
            }
        }
    }
}
