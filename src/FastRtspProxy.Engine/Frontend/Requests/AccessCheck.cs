using FastRtspProxy.Engine.Access;
using FastRtspProxy.Net;
using FastRtspProxy.Protocol.Auth;
using FastRtspProxy.Protocol.Rtsp;

namespace FastRtspProxy.Engine.Frontend;

/// <summary>
/// Who sent this request, and may it? In this order: what everybody may; what the session that the request names was let in by, where that proved
/// nothing that could be shown again; the users' list; and the external decision,
/// for whom the list does not know. <see cref="AccessPolicy"/> decides, <see cref="GuessGate"/> says when an answer is looked at. On the connection's
/// shard.
/// </summary>
internal sealed class AccessCheck(FrontendServer frontend)
{
    /// <summary>A name that the registry may give, for who REGISTERs without one: a role for streams of such names covers whichever it is.</summary>
    private const string UnnamedStream = NumberedNames.Beginning + "0";

    private readonly FrontendServer _frontend = frontend;

    /// <inheritdoc cref="Authenticator"/>
    public Authenticator Authenticator { get; } = new();

    /// <summary>Judges a request. The answer may have waited for its turn, and for the external decision.</summary>
    public async ValueTask<AccessOutcome> JudgeAsync(ClientConnection connection, RtspMessage request)
    {
        if (_frontend.Options.Hops is { } hops && request.Header(HopHeader.Name) is { } hop)
        {
            return JudgeHop(hops, hop, connection, request);
        }

        AccessState access = _frontend.Access;
        AccessRights right = request.Method is RtspMethod.Register or RtspMethod.Deregister ? AccessRights.Register : AccessRights.Read;
        bool isToTalk = right == AccessRights.Read && TalkCheck.NeedsLogIn(access.Policy, connection, request, _frontend.Mounts);
        if (request.Method == RtspMethod.Options || (access.Policy.IsOpen(right) && !isToTalk))
        {
            return AccessOutcome.Granted(SessionGrant.Anonymous);
        }

        AccessQuestion question = QuestionOf(connection, request, right) with { IsSecure = connection.IsSecure };
        AccessOutcome outcome = await JudgeAsync(access, question, connection, request, isToTalk);

        // Other rules may have come while the answer waited.
        return outcome.Grant is not { } grant || _frontend.Access == access || _frontend.Access.Policy.Keeps(grant, question)
            ? outcome
            : AccessOutcome.Challenged(DigestOutcome.Missing);
    }

    /// <summary>Of another box: it proves itself with each request, and has the right to read that request's stream.</summary>
    private AccessOutcome JudgeHop(IHopGate hops, string hop, ClientConnection connection, RtspMessage request)
    {
        RequestTarget target = RequestTarget.Resolve(request.Uri, _frontend.Mounts);
        string stream = target.Mount?.Name ?? target.Path.Trim('/');
        switch (hops.Judge(hop, request.Method, stream, connection.RemoteAddress, out string owner))
        {
            case HopVerdict.In:
                return AccessOutcome.Granted(new SessionGrant(null, null, null) { HopStream = stream });
            case HopVerdict.NotOwner:
                return AccessOutcome.NotOwner(owner);
            default:
                _frontend.Counters.OnAccessRefused(isExternal: false);
                return AccessOutcome.Denied;
        }
    }

    private async ValueTask<AccessOutcome> JudgeAsync(
        AccessState access, AccessQuestion question, ClientConnection connection, RtspMessage request, bool isToTalk)
    {
        AccessPolicy policy = access.Policy;
        AccessDecision stranger = policy.Decide(null, question);
        if (stranger.Verdict == AccessVerdict.Allow && !isToTalk)
        {
            return AccessOutcome.Granted(SessionGrant.Anonymous);
        }

        bool isClaimed = LogInClaim.TryRead(
            access, request.Header("Authorization"), request.Method, connection.IsSecure, out LogInClaim claim, out DigestOutcome defect);
        AccessUser? user = isClaimed ? policy.Find(claim.User, question.Right) : null;
        if (question.Right == AccessRights.Read && request.Method != RtspMethod.Describe
            && SessionOf(connection, request) is { Grant: { External: not null } grant } session
            && (question.Stream is null || question.Stream == session.Mount.Name) && policy.Keeps(grant, question)
            && (!isClaimed || claim.User == grant.User || grant.Secret is null))
        {
            return await AsBeforeAsync(grant, access, claim, connection, request, defect);
        }

        bool isAsked = policy.AsksExternal(question.Right) && access.External is not null;
        if (isClaimed && (user is not null || !isAsked))
        {
            return await AsUserAsync(user, access, question, claim, connection, request);
        }

        string? token = isAsked ? TokenOf(connection, request) : null;

        // Without a name and without a token the challenge comes first, where there are users: their first request must not wait for a slow server.
        if (isAsked && (isClaimed || token is not null || !policy.HasUserFor(question.Right, question.Address)))
        {
            return await AskAsync(access.External!, access, question, claim, token, connection, request);
        }

        return stranger.Verdict == AccessVerdict.Challenge || isToTalk
            ? AccessOutcome.Challenged(defect)
            : Deny(stranger.Reason, string.Empty, connection, request);
    }

    /// <summary>
    /// Of a session that the external decision let in: it is not asked again for each request, or a slow server would freeze who plays. A password is
    /// shown again, and held against what was right then.
    /// </summary>
    private async ValueTask<AccessOutcome> AsBeforeAsync(
        SessionGrant grant, AccessState access, LogInClaim claim, ClientConnection connection, RtspMessage request, DigestOutcome defect)
    {
        if (grant.Secret is null)
        {
            return AccessOutcome.Granted(grant);
        }

        if (claim.IsNone)
        {
            return AccessOutcome.Challenged(defect);
        }

        DigestOutcome outcome = await ProveAsync(new LogInProof(claim.User, grant.Secret, null), access, claim, connection, request);
        return outcome == DigestOutcome.Accepted ? AccessOutcome.Granted(grant) : AccessOutcome.Challenged(outcome);
    }

    private async ValueTask<AccessOutcome> AsUserAsync(
        AccessUser? user, AccessState access, AccessQuestion question, LogInClaim claim, ClientConnection connection, RtspMessage request)
    {
        DigestOutcome outcome = await ProveAsync(new LogInProof(claim.User, user?.Secret, null), access, claim, connection, request);
        if (outcome != DigestOutcome.Accepted || user is null)
        {
            return AccessOutcome.Challenged(outcome);
        }

        AccessDecision decision = access.Policy.Decide(user, question);
        return decision.Verdict == AccessVerdict.Allow
            ? AccessOutcome.Granted(new SessionGrant(user.Name, user.Secret, null))
            : Deny(decision.Reason, user.Name, connection, request);
    }

    /// <summary>
    /// Asks the external decision. What may be a guess (a name, a token) has its turn first, and a no counts as a wrong answer; what this connection
    /// has shown to know already needs none.
    /// </summary>
    private async ValueTask<AccessOutcome> AskAsync(
        ExternalDecision external, AccessState access, AccessQuestion question, LogInClaim claim, string? token,
        ClientConnection connection, RtspMessage request)
    {
        ExternalQuestion asked = new(
            question.Right == AccessRights.Register ? "register" : "read", question.Stream ?? string.Empty,
            claim.IsNone ? null : claim.User, claim.Password, token,
            connection.RemoteAddress.ToString(), connection.IsSecure ? "rtsps" : "rtsp");
        LogInProof known = new(asked.User, null, asked.Key with { Path = string.Empty });
        ExternalAnswer? answer = external.TryRemembered(asked);
        if (answer?.Secret is { } remembered && claim.Digest is not null && access.Policy.LetsExternalIn(question)
            && connection.Auth.HasProven(new LogInProof(claim.User, remembered, null)))
        {
            DigestOutcome again = await ProveAsync(new LogInProof(claim.User, remembered, null), access, claim, connection, request);
            return again == DigestOutcome.Accepted
                ? AccessOutcome.Granted(new SessionGrant(claim.User, remembered, external.Settings))
                : AccessOutcome.Challenged(again);
        }

        long cameMicros = connection.Home.Shard.NowMicros;
        LogInAttempt? attempt = null;
        if (asked.IsGuess && !connection.Auth.HasProven(known))
        {
            attempt = AttemptOf(null, asked.User ?? string.Empty, connection, request);
            if (!await TakeTurnAsync(attempt, connection) || !attempt.HadTurn)
            {
                return AccessOutcome.Challenged(DigestOutcome.Refused);
            }
        }

        bool isUnanswered = true;
        AccessOutcome outcome;
        try
        {
            answer = await external.AskAsync(asked);
            isUnanswered = answer.Verdict == ExternalVerdict.Error;
            outcome = Follow(answer);
        }
        finally
        {
            if (attempt is not null)
            {
                _frontend.Guesses.OnAnsweredElsewhere(attempt, isUnanswered);
            }
        }

        // Last: only who has shown a secret hears that a stream is there and not for him.
        return outcome.Grant is null || access.Policy.LetsExternalIn(question)
            ? outcome
            : Deny(AccessReason.StreamRoles, asked.User ?? string.Empty, connection, request);

        AccessOutcome Follow(ExternalAnswer answer) => answer.Verdict switch
        {
            ExternalVerdict.Allow when answer.Secret is { } secret =>
                HoldAgainst(secret, external, access, claim, attempt ?? AttemptOf(null, claim.User, connection, request), connection, cameMicros),
            ExternalVerdict.Allow => Accept(external, access, claim, known, attempt, connection),
            ExternalVerdict.Deny when attempt is not null => Wrong(attempt, connection),

            // Of a connection that has shown this name and secret before it is no guess: they are not for this stream, or for nothing any more.
            ExternalVerdict.Deny when asked.IsGuess => Deny(AccessReason.External, asked.User ?? string.Empty, connection, request),
            ExternalVerdict.Deny => AccessOutcome.Challenged(DigestOutcome.Missing),
            _ => Deny(AccessReason.ExternalFailed, asked.User ?? string.Empty, connection, request),
        };
    }

    /// <summary>The external decision gave a hash: let in is whoever proves that password.</summary>
    private AccessOutcome HoldAgainst(
        UserSecret secret, ExternalDecision external, AccessState access, LogInClaim claim, LogInAttempt attempt, ClientConnection connection,
        long cameMicros)
    {
        if (claim.IsNone)
        {
            return AccessOutcome.Challenged(DigestOutcome.Missing);
        }

        DigestOutcome outcome = Authenticator.Judge(claim, secret, access.Verifier.Realm, connection.Auth, cameMicros);
        connection.Auth.AnsweredOldNonce = outcome == DigestOutcome.StaleNonce;
        if (outcome != DigestOutcome.Accepted)
        {
            return outcome == DigestOutcome.Refused ? Wrong(attempt, connection) : AccessOutcome.Challenged(outcome);
        }

        _frontend.Guesses.OnRightElsewhere(attempt);
        connection.Auth.Prove(new LogInProof(claim.User, secret, null));
        return AccessOutcome.Granted(new SessionGrant(claim.User, secret, external.Settings));
    }

    /// <summary>
    /// The external decision said yes to the name, the password or the token itself. Of a password the session keeps a hash, to hold the next one
    /// against.
    /// </summary>
    private AccessOutcome Accept(
        ExternalDecision external, AccessState access, LogInClaim claim, LogInProof known, LogInAttempt? attempt, ClientConnection connection)
    {
        if (attempt is not null)
        {
            _frontend.Guesses.OnRightElsewhere(attempt);
        }

        connection.Auth.Prove(known);
        UserSecret? secret = claim.Password is { } password ? UserSecret.HashOf(claim.User, access.Verifier.Realm, password) : null;
        return AccessOutcome.Granted(new SessionGrant(claim.IsNone ? null : claim.User, secret, external.Settings));
    }

    private AccessOutcome Wrong(LogInAttempt attempt, ClientConnection connection)
    {
        connection.Auth.Disprove();
        _frontend.Guesses.OnWrongElsewhere(attempt);
        return AccessOutcome.Challenged(DigestOutcome.Refused);
    }

    /// <summary>
    /// Judges an answer: at once where the connection has proven that very thing already, so that nobody is refused because of a neighbour; in its
    /// turn else. Such a connection has nothing to learn
    /// from answers that name that user. One of them that is wrong counts all the same, and ends the privilege.
    /// </summary>
    private async ValueTask<DigestOutcome> ProveAsync(
        LogInProof proof, AccessState access, LogInClaim claim, ClientConnection connection, RtspMessage request)
    {
        AuthState state = connection.Auth;

        // A nonce that was in force when the answer came is in force, however long the answer waits.
        long cameMicros = connection.Home.Shard.NowMicros;
        LogInAttempt attempt = AttemptOf(
            () => Authenticator.Judge(claim, proof.Secret, access.Verifier.Realm, state, cameMicros), claim.User, connection, request);
        if (proof.Secret is not null && state.HasProven(proof))
        {
            if (attempt.Judge() == DigestOutcome.Refused)
            {
                state.Disprove();
                _frontend.Guesses.OnWrongElsewhere(attempt);
            }

            return attempt.Outcome;
        }

        if (!await TakeTurnAsync(attempt, connection))
        {
            return DigestOutcome.Refused;
        }

        state.AnsweredOldNonce = attempt.Outcome == DigestOutcome.StaleNonce;
        if (attempt.Outcome == DigestOutcome.Accepted)
        {
            state.Prove(proof);
        }

        return attempt.Outcome;
    }

    /// <summary>False: the peer has gone while the attempt waited, and so has the connection.</summary>
    private async ValueTask<bool> TakeTurnAsync(LogInAttempt attempt, ClientConnection connection)
    {
        if (await _frontend.Guesses.JudgeAsync(attempt, connection.PeerEnded))
        {
            return true;
        }

        connection.Close(ConnectionEnd.PeerClosed);
        return false;
    }

    private static LogInAttempt AttemptOf(Func<DigestOutcome>? judge, string user, ClientConnection connection, RtspMessage request) =>
        new(judge, user, connection.RemoteAddress, connection.Auth.AnsweredOldNonce || SessionOf(connection, request) is not null)
        {
            Method = request.Method,
            Url = request.Uri,
        };

    /// <summary>Refuses, counts it and has it said.</summary>
    private AccessOutcome Deny(AccessReason reason, string user, ClientConnection connection, RtspMessage request)
    {
        _frontend.Counters.OnAccessRefused(isExternal: reason is AccessReason.External or AccessReason.ExternalFailed);
        FailedLogIn refused = FailedLogIn.Of(connection.RemoteAddress, user, request.Method, request.Uri, _frontend.Mounts);
        _frontend.AccessRefusals.Note(AddressGroup.Of(connection.RemoteAddress), refused with { Reason = Words(reason) });
        return AccessOutcome.Denied;
    }

    private static string Words(AccessReason reason) => reason switch
    {
        AccessReason.Address => "none of its roles is for its address",
        AccessReason.StreamRoles => "the stream is for other roles",
        AccessReason.StreamAddress => "the stream is for other addresses",
        AccessReason.InTheClear => "the stream is for those who come by TLS (allow.secureOnly)",
        AccessReason.External => "auth.external said no",
        AccessReason.ExternalFailed => "auth.external gave no answer, and onError says so",
        _ => "no role of it has the right",
    };

    /// <summary>
    /// What the request is about. Keep-alives look at no URL, so theirs says nothing; a URL that names nothing (`*`) is its session's. Whoever
    /// REGISTERs says the name in another header.
    /// </summary>
    private AccessQuestion QuestionOf(ClientConnection connection, RtspMessage request, AccessRights right)
    {
        if (right == AccessRights.Register)
        {
            string? name = RegisterParameters.Parse(request.Header("Transport")).Suffix;
            if (name is null && request.Method == RtspMethod.Deregister && RtspUrl.TryParse(request.Uri, out RtspUrl? url, out _))
            {
                name = _frontend.Registry?.NameOf(url);
            }

            return new AccessQuestion(right, name ?? UnnamedStream, IsKnown: true, connection.RemoteAddress);
        }

        if (request.Method is RtspMethod.GetParameter or RtspMethod.SetParameter)
        {
            return new AccessQuestion(right, null, IsKnown: true, connection.RemoteAddress);
        }

        RequestTarget target = RequestTarget.Resolve(request.Uri, _frontend.Mounts);
        if (target.Mount is { } mount)
        {
            return new AccessQuestion(right, mount.Name, IsKnown: true, connection.RemoteAddress);
        }

        // What a wildcard stands for is made when the request is let in; until then its URL may have a track behind it that nobody can tell.
        string path = target.Path;
        string parent = path[..Math.Max(0, path.LastIndexOf('/'))];
        string? made = _frontend.Mounts.StandsFor(path) ? path : parent.Length > 0 && _frontend.Mounts.StandsFor(parent) ? parent : null;
        return new AccessQuestion(right, made ?? (path is "" or "*" ? null : path), IsKnown: made is not null, connection.RemoteAddress);
    }

    /// <summary>
    /// The request's token, else the one that the connection showed last. The URL of a REGISTER is the camera's: what stands there is no token for
    /// us, and nobody else's business.
    /// </summary>
    private static string? TokenOf(ClientConnection connection, RtspMessage request)
    {
        if (request.Method is RtspMethod.Register or RtspMethod.Deregister)
        {
            return null;
        }

        AuthState state = connection.Auth;
        bool isOfTrack = request.Method == RtspMethod.Setup;

        // The whole of it is known from the DESCRIBE, perhaps: then nothing has to be told apart.
        if (isOfTrack && state.Token is { } known
            && QueryToken.Of(request.Uri, isOfTrack: false)?.StartsWith(known, StringComparison.Ordinal) == true)
        {
            return known;
        }

        return state.Token = QueryToken.Of(request.Uri, isOfTrack) ?? state.Token;
    }

    /// <summary>
    /// The live session of the same address that the request names: whoever knows its id was let in, and may have a new connection for each
    /// keep-alive. It does not wait behind strangers. A session on
    /// another shard is not looked at: a new connection is on its session's.
    /// </summary>
    private static Session? SessionOf(ClientConnection connection, RtspMessage request) =>
        SessionId.TryParse(request.Session, out int shardIndex, out string id) && shardIndex == connection.Home.Shard.Index
            && connection.Home.Find(id) is { } session && session.ClientAddress.Equals(connection.RemoteAddress) ? session : null;
}
