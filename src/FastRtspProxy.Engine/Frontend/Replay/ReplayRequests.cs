using FastRtspProxy.Protocol.Rtsp;

namespace FastRtspProxy.Engine.Frontend;

/// <summary>
/// The requests of viewers of replay streams: each is asked of the viewer's recorder, and the answer is the recorder's, with our URLs (ONVIF
/// streaming specification, replay). Who may ask was judged before, by our own rules; neither side hears of the other's log-ins. Signs of life are
/// answered here: the session with the recorder has its own.
/// </summary>
internal sealed class ReplayRequests(RequestHandler handler)
{
    /// <summary>True for requests within a session that mean something to its recorder; parameters where there are some.</summary>
    public static bool AreFor(RtspMessage request) => request.Method switch
    {
        RtspMethod.Play or RtspMethod.Pause or RtspMethod.Teardown => true,
        RtspMethod.GetParameter or RtspMethod.SetParameter => !request.Body.IsEmpty,
        _ => false,
    };

    /// <summary>The seat that a DESCRIBE of the connection has taken, if it is that stream's; null: none.</summary>
    public static ReplaySeat? SeatOf(ClientConnection connection, IMount mount) =>
        connection.Carrier.Seat is { Description: not null } seat && seat.Mount == mount && seat.Shard.IsCurrent ? seat : null;

    /// <summary>DESCRIBE.</summary>
    public async Task<RtspResponse> DescribeAsync(
        ClientConnection connection, IMount mount, RequestTarget target, RtspMessage request, RtspResponse response)
    {
        ReplayAnswer answer = await OpenAsync(connection, mount, request);
        if (!answer.IsOk || SeatOf(connection, mount) is not { Description: { } description } seat)
        {
            return Pass(request, response, answer.IsOk ? ReplayAnswer.Gone : answer);
        }

        if (!handler.StillMay(connection, mount))
        {
            seat.Close();
            return handler.Begin(request, response, RtspStatus.Forbidden);
        }

        handler.Begin(request, response);
        response.Body = description.SdpFor(connection.RemoteAddress.AddressFamily);
        return response.With("Content-Base", target.UrlOf(mount.Name, connection)).With("Content-Type", "application/sdp");
    }

    /// <summary>
    /// Sees to it that a SETUP finds a seat, where no DESCRIBE has come before it, or too long ago. Null: there is one; else the refusal.
    /// </summary>
    public async Task<RtspResponse?> SeatAsync(ClientConnection connection, IMount mount, RtspMessage request, RtspResponse response)
    {
        if (SeatOf(connection, mount) is not null)
        {
            return null;
        }

        ReplayAnswer answer = await OpenAsync(connection, mount, request);
        return answer.IsOk ? null : Pass(request, response, answer);
    }

    /// <summary>
    /// SETUP of a track at the recorder. Null: it is set up; else the refusal, and a session that was made for it has ended.
    /// </summary>
    public async Task<RtspResponse?> SetUpAsync(Session session, bool isNew, MountTrack track, RtspMessage request, RtspResponse response)
    {
        ReplayAnswer answer = await session.Replay!.SetUpAsync(track.Index, request);
        if (answer.IsOk && session.State != SessionState.Ended)
        {
            return null;
        }

        if (isNew)
        {
            session.End(SessionEnd.MountLost);
        }

        return Pass(request, response, answer.IsOk ? ReplayAnswer.Gone : answer);
    }

    /// <summary>A request of a session (<see cref="AreFor"/>).</summary>
    public async Task<RtspResponse> HandleAsync(Session session, ClientConnection connection, RtspMessage request, RtspResponse response)
    {
        if (!handler.TryTarget(session, request, response, out RequestTarget target, out SessionTrack? only))
        {
            return response;
        }

        ReplaySeat seat = session.Replay!;
        ReplayAnswer answer;
        switch (request.Method)
        {
            case RtspMethod.Play:
                if (!session.Allows(SessionEvent.Play))
                {
                    return handler.WrongState(request, response, "OPTIONS, TEARDOWN, GET_PARAMETER, SET_PARAMETER");
                }

                seat.Prepare(only?.Track.Index, ReplayHeaders.Asked(request));
                if (await session.JoinAsync() is not { } grant)
                {
                    return handler.NotFound(request, response);
                }

                answer = seat.PlayAnswer;
                if (grant.Outcome == PlayOutcome.Playing)
                {
                    session.Media.StartReplay(only);
                }

                break;

            case RtspMethod.Pause:
                answer = await seat.AskAsync(RtspMethod.Pause, only?.Track.Index, ReplayHeaders.Asked(request));
                if (answer.IsOk && only is null && session.Allows(SessionEvent.Pause))
                {
                    session.Pause();
                }

                break;

            case RtspMethod.Teardown:
                return await TeardownAsync(session, seat, only, request, response);

            default:
                answer = await seat.AskAsync(request.Method, only?.Track.Index, ReplayHeaders.Asked(request), request.Body.ToArray());
                break;
        }

        Pass(request, response, answer, seat, target.UrlOf(session.Mount.Name, connection)).With("Session", session.Id);
        response.Body = answer.Message?.Body.ToArray();
        response.AfterWritten = seat.Release;
        return response;
    }

    /// <summary>What the recorder answered, as an answer of ours.</summary>
    private RtspResponse Pass(
        RtspMessage request, RtspResponse response, in ReplayAnswer answer, ReplaySeat? seat = null, string baseUrl = "")
    {
        handler.Begin(request, response, answer.Status, answer.Message is { Reason.Length: > 0 } said ? Printable.Line(said.Reason) : null);
        if (answer.Message is not { } message)
        {
            return response;
        }

        foreach (RtspHeader header in ReplayHeaders.Answered(message))
        {
            response.With(header.Name, header.Value);
        }

        return seat is null ? response : RequestHandler.WithRtpInfo(response, RtpInfoOf(message, seat, baseUrl));
    }

    /// <summary>
    /// The recorder's RTP-Info with our URLs; what is about none of the tracks is left out, and what a track is said a second time, or behind more
    /// entries than there can be tracks.
    /// </summary>
    private static List<RtpInfoEntry> RtpInfoOf(RtspMessage answer, ReplaySeat seat, string baseUrl)
    {
        List<RtpInfoEntry> entries = [];
        HashSet<int> said = [];
        IEnumerable<RtpInfoEntry> all = answer.HeaderValues("RTP-Info").SelectMany(static line => RtpInfoHeader.Parse(line));
        foreach (RtpInfoEntry entry in all.Take(RtpInfoHeader.EntriesMax))
        {
            if (seat.TrackAt(entry.Url) is { } track && said.Add(track.Index))
            {
                entries.Add(entry with { Url = baseUrl + track.Control });
            }
        }

        return entries;
    }

    /// <summary>A seat that the connection keeps until a SETUP takes it.</summary>
    private static Task<ReplayAnswer> OpenAsync(ClientConnection connection, IMount mount, RtspMessage request)
    {
        ReplaySeat seat = new(connection.Home, mount, connection.Carrier);
        connection.Carrier.Keep(seat);
        return seat.OpenAsync(request);
    }

    /// <summary>
    /// The whole session: its place at the recorder is free when this is answered, as far as the recorder says so in time. One track of several is
    /// not sent any more only when all are not.
    /// </summary>
    private async Task<RtspResponse> TeardownAsync(
        Session session, ReplaySeat seat, SessionTrack? only, RtspMessage request, RtspResponse response)
    {
        if (only is null)
        {
            session.End(SessionEnd.Teardown);
            await seat.Ended;
            return response;
        }

        if (only.IsPlaying)
        {
            return handler.Begin(request, response, RtspStatus.OnlyAggregateOperationAllowed);
        }

        session.Drop(only);
        return response;
    }
}
