using FastRtspProxy.Protocol.Rtsp;

namespace FastRtspProxy.Engine.Frontend;

/// <summary>TEARDOWN, GET_PARAMETER and SET_PARAMETER.</summary>
internal sealed partial class RequestHandler
{
    private RtspResponse Teardown(Session session, RtspMessage request, RtspResponse response)
    {
        if (!TryTarget(session, request, response, out _, out SessionTrack? only))
        {
            return response;
        }

        if (only is null)
        {
            session.End(SessionEnd.Teardown);
            return response;
        }

        if (only.IsPlaying)
        {
            // One plan sends the media of all its tracks: one of them cannot be taken out alone.
            return Begin(request, response, RtspStatus.OnlyAggregateOperationAllowed);
        }

        session.Drop(only);
        return response;
    }

    /// <summary>
    /// An empty body is a keep-alive. We have no parameters, so any that is named is not understood (451), and none of several is done.
    /// </summary>
    private RtspResponse Parameters(RtspMessage request, RtspResponse response, Session? session)
    {
        if (request.HasContent)
        {
            Begin(request, response, RtspStatus.ParameterNotUnderstood);
        }

        return session is null ? response : response.With("Session", session.Id);
    }
}
