using FastRtspProxy.Protocol.Auth;
using FastRtspProxy.Protocol.Rtsp;

namespace FastRtspProxy.Engine.Frontend;

/// <summary>Who may ask: `-C` for everything but OPTIONS, `-U` for REGISTER and DEREGISTER.</summary>
internal sealed partial class RequestHandler
{
    private readonly Authenticator _clients;
    private readonly Authenticator _registrants;

    /// <summary>Null: let in. Else the refusal, which may have waited for its turn.</summary>
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

        // What cannot be judged (no header, Basic, another realm) tells nothing and is no guess: it is challenged at once.
        DigestOutcome outcome = required.TryRead(request.Header("Authorization"), request.Method, out DigestClaim claim, out DigestOutcome defect)
            ? await JudgeAsync(connection, request, required, claim)
            : defect;
        if (outcome == DigestOutcome.Accepted)
        {
            return null;
        }

        Begin(request, response, RtspStatus.Unauthorized);
        required.Challenge(response, connection.Auth, outcome, connection.Home.Shard.NowMicros);
        return response;
    }

    /// <summary>
    /// Judges an answer: at once where the connection has proven that user's password already, so that nobody is refused because of a neighbour; in its turn else. Such a connection has nothing to learn
    /// from answers that name that user. One of them that is wrong counts all the same, and ends the privilege.
    /// </summary>
    private async Task<DigestOutcome> JudgeAsync(ClientConnection connection, RtspMessage request, Authenticator required, DigestClaim claim)
    {
        AuthState state = connection.Auth;
        LogInAttempt attempt = new(required, claim, state, connection.RemoteAddress, state.AnsweredOldNonce || IsWatching(connection, request))
        {
            Method = request.Method,
            Url = request.Uri,
            CameMicros = connection.Home.Shard.NowMicros,
        };
        if (state.HasProven(required, claim.User))
        {
            if (attempt.Judge() == DigestOutcome.Refused)
            {
                state.Disprove();
                _frontend.Guesses.OnWrongElsewhere(attempt);
            }

            return attempt.Outcome;
        }

        if (!await _frontend.Guesses.JudgeAsync(attempt, connection.PeerEnded))
        {
            connection.Close(ConnectionEnd.PeerClosed);
            return DigestOutcome.Refused;
        }

        state.AnsweredOldNonce = attempt.Outcome == DigestOutcome.StaleNonce;
        if (attempt.Outcome == DigestOutcome.Accepted)
        {
            state.Prove(required, claim.User);
        }

        return attempt.Outcome;
    }

    /// <summary>True for a request of a live session of the same address: whoever knows its id has logged in, and may have a new connection for each keep-alive. It does not wait behind strangers.</summary>
    private static bool IsWatching(ClientConnection connection, RtspMessage request) =>
        SessionId.TryParse(request.Session, out int shardIndex, out string id) && shardIndex == connection.Home.Shard.Index
            && connection.Home.Find(id) is { } session && session.ClientAddress.Equals(connection.RemoteAddress);
}
