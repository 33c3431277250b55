using FastRtspProxy.Engine.Access;
using FastRtspProxy.Protocol.Rtsp;

namespace FastRtspProxy.Engine.Frontend;

/// <summary>REGISTER and DEREGISTER (`-R`), after LIVE555; who may send them and for what is checked here.</summary>
internal sealed partial class RequestHandler
{
    private const string InvalidParameter = "Invalid parameter";

    private async Task<RtspResponse> RegisterAsync(ClientConnection connection, RtspMessage request, RtspResponse response)
    {
        if (RefuseRegistrant(connection, request, response, out RtspUrl? url, out RegisterParameters parameters))
        {
            return response;
        }

        // A viewer's log-in (`-C` alone) makes nobody a registrant.
        bool isTrusted = connection.Auth.Grant.IsProven && _frontend.Access.Rules.TrustsRegistrants;
        RegisterVerdict verdict = await RegisterTargets.JudgeAsync(
            url!, _frontend.Registration.AllowsPrivate, isTrusted, _frontend.RegistrantNames);
        if (verdict != RegisterVerdict.Allowed)
        {
            Log(connection, request, url!, verdict switch
            {
                RegisterVerdict.RefusedAddress => "it is an address of this machine or its neighbourhood (see --allow-private-register)",
                RegisterVerdict.RefusedPort => "without a log-in (-U) only the ports 80, 322, 443, 554 and those from 1024 on may be named",
                RegisterVerdict.TooManyNames => "too many names of registered streams are being looked up; try again, or name addresses",
                _ => "its host name does not resolve, or not within 5 s; a URL with an address needs no look-up",
            });
            return Begin(request, response, verdict == RegisterVerdict.TooManyNames ? RtspStatus.ServiceUnavailable : RtspStatus.Forbidden);
        }

        bool isGiven = parameters.ReusesConnection && !connection.IsTunnel && !connection.IsSecure && connection.Carrier.Count == 0;
        ConnectionHandover? handover = isGiven ? new ConnectionHandover() : null;
        StreamRegistration registration = new(
            url!, parameters.Suffix, isTrusted, parameters.OverTcp, handover is null ? null : handover.TakeAsync);
        switch (await _frontend.Registry!.RegisterAsync(registration))
        {
            case RegisterOutcome.Accepted:
                response.Handover = handover;
                return response;
            case RegisterOutcome.NameTaken:
                handover?.Abandon();
                Log(connection, request, url!, "the name is taken, or lies within another stream's name");
                return Begin(request, response, RtspStatus.ParameterNotUnderstood, InvalidParameter);
            case RegisterOutcome outcome:
                handover?.Abandon();
                Log(connection, request, url!, outcome == RegisterOutcome.Full
                    ? "as many streams as may be are registered"
                    : "all names that a stream without one would get are taken; name it (Transport: proxy_url_suffix=NAME)");
                return Begin(request, response, RtspStatus.ServiceUnavailable);
        }
    }

    private async Task<RtspResponse> DeregisterAsync(ClientConnection connection, RtspMessage request, RtspResponse response)
    {
        if (RefuseRegistrant(connection, request, response, out RtspUrl? url, out RegisterParameters parameters))
        {
            return response;
        }

        switch (await _frontend.Registry!.DeregisterAsync(url!, parameters.Suffix))
        {
            case DeregisterOutcome.Removed:
                return response;
            case DeregisterOutcome.Ambiguous:
                Log(connection, request, url!, "several streams have this URL; say which by its suffix (Transport: …;proxy_url_suffix=NAME)");
                break;
        }

        return Begin(request, response, RtspStatus.ParameterNotUnderstood, InvalidParameter);
    }

    /// <summary>True when the answer is a refusal already.</summary>
    private bool RefuseRegistrant(
        ClientConnection connection, RtspMessage request, RtspResponse response, out RtspUrl? url, out RegisterParameters parameters)
    {
        url = null;
        parameters = RegisterParameters.Parse(request.Header("Transport"));
        if (_frontend.Registry is null)
        {
            Begin(request, response, RtspStatus.ServiceUnavailable);
            return true;
        }

        if (!Networks.Hold(_frontend.Registration.From, connection.RemoteAddress))
        {
            const string Reason = "the address is not among those of --register-from";
            FrontendLog.RegistrationRefused(_frontend.Log, request.Method, "a stream", connection.RemoteAddress, Reason);
            Begin(request, response, RtspStatus.Forbidden);
            return true;
        }

        if (!RtspUrl.TryParse(request.Uri, out url, out _) || url.HasTwoReadings)
        {
            Refuse(response, RtspStatus.BadRequest);
            return true;
        }

        if (!parameters.HasUsableSuffix)
        {
            Begin(request, response, RtspStatus.ParameterNotUnderstood, InvalidParameter);
            return true;
        }

        return false;
    }

    private void Log(ClientConnection connection, RtspMessage request, RtspUrl url, string reason) =>
        FrontendLog.RegistrationRefused(_frontend.Log, request.Method, url.Redacted, connection.RemoteAddress, reason);
}
