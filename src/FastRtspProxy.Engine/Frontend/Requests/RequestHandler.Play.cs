using System.Collections.Immutable;
using FastRtspProxy.Protocol.Rtsp;

namespace FastRtspProxy.Engine.Frontend;

/// <summary>PLAY and PAUSE.</summary>
internal sealed partial class RequestHandler
{
    private async Task<RtspResponse> PlayAsync(Session session, ClientConnection connection, RtspMessage request, RtspResponse response)
    {
        if (!TryTarget(session, request, response, out RequestTarget target, out SessionTrack? only))
        {
            return response;
        }

        PlayRange range = new(request, _frontend.UtcNow);
        if (!range.IsValid)
        {
            return Begin(request, response, RtspStatus.InvalidRange).With("Session", session.Id);
        }

        if (request.Header("Scale") is not null)
        {
            response.With("Scale", "1.000000"); // live: there is no other
        }

        if (range.IsRateControlled is { } isRateControlled)
        {
            response.With("Rate-Control", isRateControlled ? "yes" : "no");
        }

        if (session.State == SessionState.Playing && session.IsPlaying(only))
        {
            // A refresh: nothing changes, and the answer says where the stream is.
            ImmutableArray<TrackStart> edge = await session.Mount.LiveEdgeAsync();
            if (session.State == SessionState.Ended)
            {
                return NotFound(request, response);
            }

            List<RtpInfoEntry> places = session.Media.RtpInfo(edge, only, isPlaying: true, target.UrlOf(session.Mount.Name, connection));
            string present = range.Answer(_frontend.UtcNow, session.Media.PlaysUntil(only));
            return WithRtpInfo(response.With("Range", present).With("Session", session.Id), places);
        }

        if (!session.Allows(SessionEvent.Play))
        {
            return WrongState(request, response, "OPTIONS, TEARDOWN, GET_PARAMETER, SET_PARAMETER");
        }

        session.StartAs(target.Start);
        PlayGrant? grant = await session.JoinAsync(range.Wanted(session.Shard.NowMicros));
        if (grant is not { Outcome: PlayOutcome.Playing })
        {
            if (grant?.Outcome is PlayOutcome.BackendUnavailable or PlayOutcome.Full)
            {
                SayRefused(connection, session.Mount.Name, grant.Outcome == PlayOutcome.Full ? "limit" : "camera");
            }

            return Begin(request, response, grant?.Outcome switch
            {
                PlayOutcome.BackendUnavailable => RtspStatus.ServiceUnavailable,
                PlayOutcome.Full => RtspStatus.NotEnoughBandwidth,
                PlayOutcome.OutOfRange => RtspStatus.InvalidRange,
                _ => RtspStatus.SessionNotFound,
            });
        }

        TimeSpan back = TimeSpan.FromMicroseconds(session.Shard.NowMicros - (grant.FromMicros ?? session.Shard.NowMicros));
        string answer = range.Answer(_frontend.UtcNow - back, grant.EndsAt); // the time it is now: a camera may have had to be opened
        List<RtpInfoEntry> starts = session.Media.RtpInfo(grant.Tracks, only, isPlaying: false, target.UrlOf(session.Mount.Name, connection));
        WithRtpInfo(response.With("Range", answer).With("Session", session.Id), starts);
        response.AfterWritten = () => session.Media.Start(grant, only);
        return response;
    }

    internal static RtspResponse WithRtpInfo(RtspResponse response, List<RtpInfoEntry> entries) =>
        entries.Count == 0 ? response : response.With("RTP-Info", RtpInfoHeader.Format(entries));

    private RtspResponse Pause(Session session, RtspMessage request, RtspResponse response)
    {
        if (!TryTarget(session, request, response, out _, out SessionTrack? only))
        {
            return response;
        }

        if (!session.Allows(SessionEvent.Pause))
        {
            return WrongState(request, response, "OPTIONS, TEARDOWN, GET_PARAMETER, SET_PARAMETER");
        }

        if (only is not null && session.PlaysOthersThan(only))
        {
            return Begin(request, response, RtspStatus.OnlyAggregateOperationAllowed);
        }

        session.Pause();
        return response.With("Session", session.Id);
    }

    /// <summary>
    /// What the request's URL names must be this session's mount (else 404 or, for another stream, 459), and a track of it one that was set up. A URL
    /// that names nothing at all, `*` or an empty path, is the session's own: the Session header has said enough.
    /// </summary>
    internal bool TryTarget(Session session, RtspMessage request, RtspResponse response, out RequestTarget target, out SessionTrack? only)
    {
        only = null;
        target = RequestTarget.Resolve(request.Uri, _frontend.Mounts);
        if (target.Mount is null)
        {
            RequestTarget.SplitAuthority(request.Uri, out _, out string path);
            if (path.Trim('/') is "" or "*")
            {
                return true;
            }

            Begin(request, response, RtspStatus.NotFound, NoSuchStream);
            return false;
        }

        if (target.Mount != session.Mount)
        {
            Begin(request, response, RtspStatus.AggregateOperationNotAllowed);
            return false;
        }

        if (target.ControlIn(session.Description) is not { } control)
        {
            return true;
        }

        foreach (SessionTrack track in session.Tracks)
        {
            if (track.Track.Control == control)
            {
                only = session.Tracks.Count == 1 ? null : track;
                return true;
            }
        }

        Begin(request, response, RtspStatus.NotFound, NoSuchStream);
        return false;
    }
}
