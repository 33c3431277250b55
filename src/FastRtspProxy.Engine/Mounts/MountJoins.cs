using FastRtspProxy.Engine.Frontend;
using FastRtspProxy.Engine.Status;
using FastRtspProxy.Net;

namespace FastRtspProxy.Engine.Mounts;

/// <summary>
/// The coming and going of clients. Any thread: calls of one shard take effect in their order, the mount's own shard included, whether or not they
/// are waited for.
/// </summary>
internal sealed class MountJoins(
    Shard shard, MountSettings settings, MountStatus status, MountClients clients, MountOffer offer, JoinStarts starts, CameraLoop camera,
    MountEgress egress, MountPlaces places)
{
    /// <summary>A client has set up a track: the camera is made ready.</summary>
    public void Prepare() => shard.Run(() =>
    {
        clients.Prepare();
        camera.Hurry();
    });

    /// <summary>A client wants to play.</summary>
    public Task<PlayGrant> JoinAsync(MountClient client, PlayWish wish) => shard.RunAsync(() => JoinOnShardAsync(client, wish));

    /// <summary>A client plays no longer, or does not wait to any longer.</summary>
    public void Leave(MountClient client) => shard.Run(() =>
    {
        if (!clients.Remove(client))
        {
            return;
        }

        if (clients.Count == 0 && status.State == StreamState.Holding)
        {
            status.Move(StreamState.Down, clients.Count);
        }

        if (status.Serves)
        {
            egress.Note(clients.Count); // before the first packet there is nothing to measure
        }

        camera.Wake();
    });

    private async Task<PlayGrant> JoinOnShardAsync(MountClient client, PlayWish wish)
    {
        if (status.IsStopping)
        {
            return new PlayGrant(PlayOutcome.Gone, 0, []);
        }

        if (wish.Shape != 0 && wish.Shape != offer.Shape)
        {
            return new PlayGrant(PlayOutcome.Outdated, 0, []);
        }

        if (!clients.Contains(client) && !(places.Admit(clients.CountWithJoining + 1) && egress.Admits(clients.CountWithJoining + 1)))
        {
            return new PlayGrant(PlayOutcome.Full, 0, []);
        }

        if (wish.ToMicros < shard.NowMicros && !starts.Has(wish))
        {
            return new PlayGrant(PlayOutcome.OutOfRange, 0, []);
        }

        if (status.Serves)
        {
            clients.Admit(client);
            egress.Note(clients.Count);
            camera.Wake();
            return starts.GrantNow(wish);
        }

        return await JoinLaterAsync(client, wish);
    }

    private async Task<PlayGrant> JoinLaterAsync(MountClient client, PlayWish wish)
    {
        PendingJoin join = new(client, new ShardSignal(shard));
        if (camera.IsStarting)
        {
            join.Snapshot = starts.Take(withReports: false, clients.Count > 0);
        }

        clients.Add(join);
        camera.Hurry();
        long due = shard.NowMicros + (long)settings.Timings.Join.TotalMicroseconds;
        while (due > shard.NowMicros && !status.IsStopping && join.End is null)
        {
            await join.Wake.WaitAsync(TimeSpan.FromMicroseconds(due - shard.NowMicros));
            if (status.Serves && join.Snapshot is not null)
            {
                break;
            }
        }

        clients.Remove(join);
        if (status.IsStopping || join.End is not null)
        {
            camera.Wake();
            return new PlayGrant(join.End ?? PlayOutcome.Gone, 0, []);
        }

        if (status.Serves && join.Snapshot is { } start)
        {
            clients.Admit(client);
            egress.Note(clients.Count);
            return starts.GrantFrom(start, wish);
        }

        if (camera.IsBeingOpened)
        {
            clients.Admit(client);
            return starts.GrantHeld(wish);
        }

        camera.Wake();
        return new PlayGrant(PlayOutcome.BackendUnavailable, 0, []);
    }
}
