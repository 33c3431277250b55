using FastRtspProxy.Engine.Counters;
using FastRtspProxy.Engine.Status;
using FastRtspProxy.Net;

namespace FastRtspProxy.Engine.Frontend;

/// <summary>Where viewers outside RTSP come in. Any thread.</summary>
internal sealed class LiveDoor(FrontendServer frontend)
{
    /// <summary>There is a stream of that name, or there would be one if it were asked for.</summary>
    public bool Knows(string stream) => frontend.Mounts.Find(stream) is not null || frontend.Mounts.StandsFor(stream);

    /// <summary>
    /// A viewer of a stream, which has joined it: its limits hold for it as for any other. Whoever gets it reads it to its end and closes it.
    /// </summary>
    public async Task<LiveOpening> OpenAsync(LiveRequest request)
    {
        if (frontend.IsStopping || frontend.IsDraining)
        {
            return LiveOpening.Refused(LiveRefusal.Draining);
        }

        if (frontend.Mounts.FindOrMake(request.Stream, out bool isFull) is not { } mount)
        {
            return LiveOpening.Refused(isFull ? LiveRefusal.Full : LiveRefusal.NotFound);
        }

        if (await mount.DescribeAsync(FrontendLimits.DescribeWait) is not { } description)
        {
            return LiveOpening.Refused(frontend.Mounts.Find(request.Stream) is null ? LiveRefusal.NotFound : LiveRefusal.Unavailable);
        }

        BookedWeight weight = default;
        FrontendShard home = frontend.HomeNear(mount, ref weight);
        weight.Release(); // its packets leave by the thread pool
        return await home.Shard.RunAsync(() => OpenOnShardAsync(home, mount, description, request));
    }

    private async Task<LiveOpening> OpenOnShardAsync(FrontendShard home, IMount mount, MountDescription description, LiveRequest request)
    {
        LiveViewer viewer = new(home, mount, description, request);
        List<SessionPlace> makeRoom = [];
        SessionPlaces places = frontend.Limits.SessionPlaces;
        PlaceLimit full = places.TryTake(viewer.Place, home.Shard.NowMicros, makeRoom);
        if (full != PlaceLimit.None)
        {
            frontend.Refusals.OnClient(full, mount.Name, request.Address, home.Shard.NowMicros);
            frontend.Events.TellOfViewer(
                EngineEventKind.ViewerRefused, mount.Name, request.Address, null, ViewerWays.NameOf(ViewerWay.Live), "limit");
            return LiveOpening.Refused(LiveRefusal.Full);
        }

        makeRoom.ForEach(static place => place.MakeRoom());
        if (!places.TryKeep(viewer.Place))
        {
            return LiveOpening.Refused(LiveRefusal.Full);
        }

        if (frontend.IsStopping)
        {
            places.Leave(viewer.Place);
            return LiveOpening.Refused(LiveRefusal.Draining);
        }

        home.Add(viewer);
        LiveRefusal refusal = LiveRefusal.Unavailable;
        try
        {
            refusal = await viewer.JoinAsync();
        }
        finally
        {
            if (refusal != LiveRefusal.None)
            {
                await viewer.CloseAsync();
            }
        }

        return refusal == LiveRefusal.None ? LiveOpening.Of(viewer) : LiveOpening.Refused(refusal);
    }
}
