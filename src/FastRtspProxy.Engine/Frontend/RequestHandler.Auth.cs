using FastRtspProxy.Protocol.Auth;
using FastRtspProxy.Protocol.Rtsp;

namespace FastRtspProxy.Engine.Frontend;

/// <summary>Who may ask: `-C` for everything but OPTIONS, `-U` for REGISTER and DEREGISTER.</summary>
internal sealed partial class RequestHandler
{
    private readonly Authenticator _clients;
    private readonly Authenticator _registrants;
    private readonly GuessingDelays _guessing = new();

    /// <summary>Null: let in. Else the refusal, which may have been kept back for a while.</summary>
    private async Task<RtspResponse?> AuthenticateAsync(ClientConnection connection, RtspMessage request, RtspResponse response)
    {
        Authenticator? required = request.Method switch
        {
            RtspMethod.Options => null,
            RtspMethod.Register or RtspMethod.Deregister => _registrants.IsRequired ? _registrants : _clients,
            _ => _clients,
        };
        if (required is not { IsRequired: true })
        {
            return null;
        }

        long now = connection.Home.Shard.NowMicros;
        DigestOutcome outcome = required.Verify(request, connection.Auth, now);
        if (outcome == DigestOutcome.Accepted)
        {
            _guessing.OnSuccess(connection.RemoteAddress);
            return null;
        }

        if (outcome == DigestOutcome.Refused)
        {
            _frontEnd.Counters.OnAuthenticationFailed();
            TimeSpan delay = _guessing.OnFailure(connection.RemoteAddress, now, out int failures);
            FrontEndLog.AuthenticationFailed(_frontEnd.Log, connection.RemoteAddress, failures);
            if (delay > TimeSpan.Zero)
            {
                await connection.Home.Shard.DelayAsync(delay);
            }
        }

        Begin(request, response, RtspStatus.Unauthorized);
        required.Challenge(response, connection.Auth, outcome, connection.Home.Shard.NowMicros);
        return response;
    }
}
