using FastRtspProxy.Engine.Status;
using FastRtspProxy.Net;
using FastRtspProxy.Protocol.Rtsp;

namespace FastRtspProxy.Engine.Frontend;

/// <summary>SETUP: one track, one way to travel, chosen from the client's list in the client's order.</summary>
internal sealed partial class RequestHandler
{
    private const string SetUpAllow = "OPTIONS, PLAY, PAUSE, TEARDOWN, GET_PARAMETER, SET_PARAMETER";

    private async Task<RtspResponse> SetupAsync(ClientConnection connection, RtspMessage request, RtspResponse response, Session? session)
    {
        RequestTarget target = RequestTarget.Resolve(request.Uri, _frontend.Mounts, makes: session is null);
        if (target.Mount is not { } mount)
        {
            return NoStream(connection, request, response, target);
        }

        if (session is not null && session.Mount != mount)
        {
            return Begin(request, response, RtspStatus.AggregateOperationNotAllowed);
        }

        if (mount.Replay is not null && session is null && await _replay.SeatAsync(connection, mount, request, response) is { } noSeat)
        {
            return noSeat;
        }

        MountDescription? description = session?.Description ?? ReplayRequests.SeatOf(connection, mount)?.Description
            ?? await mount.DescribeAsync(FrontendLimits.DescribeWait);
        if (description is null)
        {
            return Begin(request, response, RtspStatus.NotFound, StreamNotReady);
        }

        string? control = target.ControlIn(description);
        if (control is null && description.Tracks.Count(static t => t.IsDescribed) != 1)
        {
            return Begin(request, response, RtspStatus.AggregateOperationNotAllowed);
        }

        if (description.Find(control) is not { } track)
        {
            return Begin(request, response, RtspStatus.NotFound, NoSuchStream);
        }

        SessionTrack? replaced = session?.TrackAt(track.Index);
        if (session is not null && (!session.Allows(SessionEvent.Setup) || replaced is { IsPlaying: true }))
        {
            return WrongState(request, response, SetUpAllow);
        }

        TransportSpec? chosen = await ChooseAsync(connection, request, session, mount, track, replaced);
        if (session?.Allows(SessionEvent.Setup) == false)
        {
            // Another connection was quicker, while an older session was asked to give way.
            return session.State == SessionState.Ended ? NotFound(request, response) : WrongState(request, response, SetUpAllow);
        }

        if (chosen is not { } spec)
        {
            return Begin(request, response, RtspStatus.UnsupportedTransport);
        }

        bool isNew = session is null;
        if ((isNew && !StillMay(connection, mount)) || (track.IsBack && !TalkCheck.May(_frontend.Access.Policy, connection, mount)))
        {
            return Begin(request, response, RtspStatus.Forbidden);
        }

        if (session is null && (session = Open(connection, request, mount, description)) is null)
        {
            return Begin(request, response, RtspStatus.NotEnoughBandwidth);
        }

        if (session.Replay is not null && await _replay.SetUpAsync(session, isNew, track, request, response) is { } refused)
        {
            return refused;
        }

        if (TrackSetup.Make(_frontend, session, track, connection, spec) is not { } made || !session.TrySetUp(made))
        {
            // Another connection was quicker to ask for the same address, or a change to take the group away.
            if (isNew)
            {
                session.End(SessionEnd.Replaced);
            }

            return Begin(request, response, RtspStatus.UnsupportedTransport);
        }

        session.StartAs(target.Start ?? connection.Start);
        mount.Prepare();
        response.With("Transport", TransportHeader.Format(TrackSetup.Answer(connection, session, track, spec)));
        return response.With("Session", $"{session.Id};timeout={(int)_frontend.Options.SessionTimeout.TotalSeconds}");
    }

    /// <summary>The first of the client's alternatives that we can serve, with the channels that it gets; null: none.</summary>
    private async ValueTask<TransportSpec?> ChooseAsync(
        ClientConnection connection, RtspMessage request, Session? session, IMount mount, MountTrack track, SessionTrack? replaced)
    {
        List<TransportSpec> wanted = [];
        foreach (string header in request.HeaderValues("Transport"))
        {
            wanted.AddRange(TransportHeader.Parse(header));
        }

        foreach (TransportSpec spec in wanted)
        {
            bool tcp = spec.Tcp || connection.IsTunnel;
            bool isRaw = TrackSetup.IsRaw(spec) && track.IsTransportStream && !tcp && mount.Replay is null;
            bool isProfile = isRaw || spec.Profile is "RTP/AVP" or "RTP/AVPF";
            if (!isProfile || TrackSetup.IsRecord(spec)
                || !TrackWays.Fits(session?.Tracks ?? [], replaced, track, spec.Multicast, tcp))
            {
                continue;
            }

            if (spec.Multicast)
            {
                if (!track.IsBack && _frontend.ViewerGroups.Offer(connection, mount, track, spec) is { } offer)
                {
                    return offer;
                }
            }
            else if (!tcp)
            {
                if (connection.HasUdp && spec.ClientPort is { Rtp: > 0, Rtcp: > 0 } ports && (session?.Home ?? connection.Home).Media is not null
                    && await IsFreeAsync(connection, isRaw ? new PortPair(ports.Rtp, ports.Rtp) : ports, session))
                {
                    return new TransportSpec { Profile = spec.Profile, ClientPort = isRaw ? new PortPair(ports.Rtp, 0) : ports };
                }
            }
            else if ((session is null || session.Carrier == connection.Carrier) && connection.Home.Shard.IsCurrent
                && connection.Carrier.Channels.Free(spec.Interleaved, replaced) is { } channels)
            {
                return new TransportSpec { Profile = spec.Profile, Tcp = true, Interleaved = channels };
            }
        }

        return null;
    }

    /// <summary>
    /// True when no other session of the client's host holds one of the ports: its media would be mixed with ours, and our signs of life be taken for
    /// its own. One that nobody cares for any more gives way.
    /// </summary>
    private async ValueTask<bool> IsFreeAsync(ClientConnection connection, PortPair ports, Session? asking)
    {
        return await IsFreeAsync(PeerAddress.From(connection.RemoteAddress, ports.Rtp), asking)
            && await IsFreeAsync(PeerAddress.From(connection.RemoteAddress, ports.Rtcp), asking);
    }

    private async ValueTask<bool> IsFreeAsync(PeerAddress address, Session? asking)
    {
        while (_frontend.UdpAddresses.HolderOf(address) is { } holder && holder != asking)
        {
            if (!await holder.Shard.RunAsync(() => Task.FromResult(holder.TryGiveWay())))
            {
                return false;
            }

            _frontend.UdpAddresses.Release(address, holder);
        }

        return true;
    }

    /// <summary>A new session, if there is a place for it; one that was never played may have to make room.</summary>
    private Session? Open(ClientConnection connection, RtspMessage request, IMount mount, MountDescription description)
    {
        long now = connection.Home.Shard.NowMicros;
        Session session = new(connection.Home, mount, description, connection.Carrier, request.Header("User-Agent"), connection.Kind)
        {
            Grant = connection.Auth.Grant,
            Replay = ReplayRequests.SeatOf(connection, mount),
        };
        List<SessionPlace> makeRoom = [];
        PlaceLimit full = PlaceLimit.Connection;
        if (connection.Carrier.HasRoom(now, out Session? ofConnection) || ofConnection is not null)
        {
            ofConnection?.End(SessionEnd.MadeRoom); // first: its place may be the one that is needed
            full = _frontend.Limits.SessionPlaces.TryTake(session.Place, now, makeRoom);
        }

        if (full != PlaceLimit.None)
        {
            _frontend.Refusals.OnClient(full, mount.Name, connection.RemoteAddress, now);
            SayRefused(connection, mount.Name, "limit");
            return null;
        }

        foreach (SessionPlace place in makeRoom)
        {
            place.MakeRoom();
        }

        session.Replay?.Begin(session);
        connection.Carrier.Add(session);
        connection.Home.Add(session);
        FrontendLog.SessionBegan(_frontend.Log, session.Id, mount.Name, connection.Remote);
        return session;
    }

    private void SayRefused(ClientConnection connection, string? stream, string reason) =>
        _frontend.Events.TellOfViewer(EngineEventKind.ViewerRefused, stream, connection.RemoteAddress, null, null, reason);
}
