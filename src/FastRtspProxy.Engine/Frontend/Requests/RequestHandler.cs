using FastRtspProxy.Engine.Access;
using FastRtspProxy.Protocol.Rtsp;

namespace FastRtspProxy.Engine.Frontend;

/// <summary>
/// Answers requests. Stateless but for its owner: what a request changes belongs to its session, on the session's shard. The answers keep LIVE555's
/// words and the order of its headers, because scripts and devices read them.
/// </summary>
internal sealed partial class RequestHandler
{
    private const int TimestampCharsMax = 64;
    private const string WatchMethods = "OPTIONS, DESCRIBE, SETUP, TEARDOWN, PLAY, PAUSE, GET_PARAMETER, SET_PARAMETER";
    private const string WatchAndRegisterMethods = WatchMethods + ", REGISTER, DEREGISTER";
    private const string NoSuchStream = "Stream Not Found";
    private const string StreamNotReady = "File Not Found, Or In Incorrect Format";

    private readonly FrontendServer _frontend;
    private readonly AccessCheck _access;
    private readonly ReplayRequests _replay;

    public RequestHandler(FrontendServer frontend)
    {
        _frontend = frontend;
        _access = new AccessCheck(frontend);
        _replay = new ReplayRequests(this);
    }

    /// <summary>Handles one request, on the shard of its connection.</summary>
    public async Task<RtspResponse> HandleAsync(ClientConnection connection, RtspMessage request, RtspResponse response)
    {
        if (request.IsHttp)
        {
            return HandleHttp(connection, request, response);
        }

        if (Preconditions(connection, request, response) is { } refused)
        {
            return refused;
        }

        string method = request.Method;
        AccessOutcome access = await _access.JudgeAsync(connection, request);
        if (access.Grant is not { } grant)
        {
            return Refuse(access, connection, request, response);
        }

        connection.Auth.Grant = grant;
        if (grant.HopStream is { Length: 0 })
        {
            return HopAnswers.State(_frontend.Options.Hops!, request, Begin(request, response));
        }

        if (_frontend.IsDraining && grant.HopStream is null && Newcomer.Asks(request))
        {
            SayRefused(connection, null, "draining");
            return Begin(request, response, RtspStatus.ServiceUnavailable);
        }

        if (TalkCheck.Refuses(_frontend, connection, request))
        {
            return NoBackChannel(request, response);
        }

        return method switch
        {
            RtspMethod.Describe => await DescribeAsync(connection, request, Begin(request, response)),
            RtspMethod.Setup when request.Session is null => await SetupAsync(connection, request, Begin(request, response), null),
            RtspMethod.Register => await RegisterAsync(connection, request, Begin(request, response)),
            RtspMethod.Deregister => await DeregisterAsync(connection, request, Begin(request, response)),
            _ => await WithSessionAsync(connection, request, Begin(request, response)),
        };
    }

    /// <summary>A refusal without a CSeq, as for what could not be read.</summary>
    public RtspResponse Refuse(RtspResponse response, int status)
    {
        response.Begin(status);
        response.HasCSeq = false;
        response.IsToUnread = true;
        return Dated(response).With("Allow", Methods);
    }

    /// <summary>401 with challenges, or 403.</summary>
    private RtspResponse Refuse(in AccessOutcome access, ClientConnection connection, RtspMessage request, RtspResponse response)
    {
        if (access.OtherOwner is { } owner)
        {
            return Begin(request, response, RtspStatus.Conflict).With("X-Frp-Owner", owner);
        }

        if (access.Verdict == AccessVerdict.Deny)
        {
            SayRefused(connection, RequestTarget.Resolve(request.Uri, _frontend.Mounts).Mount?.Name, "forbidden");
            return Begin(request, response, RtspStatus.Forbidden);
        }

        Begin(request, response, RtspStatus.Unauthorized);
        _access.Authenticator.Challenge(
            response, _frontend.Access, connection.Auth, connection.IsSecure, access.Answer, connection.Home.Shard.NowMicros);
        return response;
    }

    /// <summary>
    /// False: other rules came while the request waited, for the camera or for an older session, and do not let it in. To be asked in the turn that
    /// acts on it.
    /// </summary>
    internal bool StillMay(ClientConnection connection, IMount mount)
    {
        AccessQuestion question = new(AccessRights.Read, mount.Name, IsKnown: true, connection.RemoteAddress) { IsSecure = connection.IsSecure };
        return _frontend.Access.Policy.Keeps(connection.Auth.Grant, question);
    }

    /// <summary>The checks that every method passes first.</summary>
    private RtspResponse? Preconditions(ClientConnection connection, RtspMessage request, RtspResponse response)
    {
        if (request.CSeq is null)
        {
            return Refuse(response, RtspStatus.BadRequest);
        }

        if (request.Version != "RTSP/1.0")
        {
            return Begin(request, response, RtspStatus.VersionNotSupported);
        }

        if (!IsOurs(request.Method))
        {
            // One answer for the unknown and the forbidden, as LIVE555: RFC 2326's 501 has made no player wiser.
            return Begin(request, response, RtspStatus.MethodNotAllowed).With("Allow", Methods);
        }

        // A balancer that sent a PROXY header may have had the TLS before us.
        if (!connection.IsSecure && !connection.IsRelayed && request.Uri.StartsWith("rtsps://", StringComparison.OrdinalIgnoreCase)
            && request.Method is not RtspMethod.Register and not RtspMethod.Deregister)
        {
            return Begin(request, response, RtspStatus.MovedPermanently).With("Location", string.Concat("rtsp://", request.Uri.AsSpan(8)));
        }

        string unsupported = OptionTags.Unsupported(request);
        return unsupported.Length == 0 ? null : Begin(request, response, RtspStatus.OptionNotSupported).With("Unsupported", unsupported);
    }

    private string Methods => _frontend.Registration.IsEnabled ? WatchAndRegisterMethods : WatchMethods;

    private bool IsOurs(string method) => method switch
    {
        RtspMethod.Options or RtspMethod.Describe or RtspMethod.Setup or RtspMethod.Teardown or RtspMethod.Play or RtspMethod.Pause => true,
        RtspMethod.GetParameter or RtspMethod.SetParameter => true,
        RtspMethod.Register or RtspMethod.Deregister => _frontend.Registration.IsEnabled,
        _ => false,
    };

    /// <summary>Finds the session that a request names, and handles the request on that session's shard.</summary>
    private async Task<RtspResponse> WithSessionAsync(ClientConnection connection, RtspMessage request, RtspResponse response)
    {
        if (request.Session is not { } name)
        {
            return WithoutSession(request, response);
        }

        if (!SessionId.TryParse(name, out int shardIndex, out string id) || _frontend.ShardAt(shardIndex) is not { } home)
        {
            return NotFound(request, response);
        }

        if (home == connection.Home)
        {
            return await InSessionAsync(home, id, connection, request, response);
        }

        // A connection with sessions on two shards: the request goes there and back, its media does not. The media's start goes there on its own.
        RtspResponse answer = await home.Shard.RunAsync(() => InSessionAsync(home, id, connection, request, response));
        if (answer.AfterWritten is { } after)
        {
            answer.AfterWritten = () => home.Shard.Post(after);
        }

        return answer;
    }

    private RtspResponse WithoutSession(RtspMessage request, RtspResponse response) => request.Method switch
    {
        RtspMethod.Options => response.With("Public", Methods),

        // A keep-alive without a session is one for whatever the connection has; refusing it drives some players to reconnect every ten seconds.
        RtspMethod.GetParameter or RtspMethod.SetParameter => Parameters(request, response, null),
        _ => NotFound(request, response),
    };

    private async Task<RtspResponse> InSessionAsync(
        FrontendShard home, string id, ClientConnection connection, RtspMessage request, RtspResponse response)
    {
        Session? session = home.Find(id);
        if (session is null && request.Method == RtspMethod.Teardown && connection.Carrier.TakeEnded(id))
        {
            return response;
        }

        // What is interleaved in another connection is that connection's alone.
        if (session is null || session.State == SessionState.Ended || (session.IsInterleaved && session.Carrier != connection.Carrier))
        {
            return NotFound(request, response);
        }

        // Its stream has another shape by now: what it has set up comes no more.
        if (session.Mount.Shape != session.Description.Shape && request.Method != RtspMethod.Teardown)
        {
            session.End(SessionEnd.MountChanged);
            return NotFound(request, response);
        }

        session.OnRequest();
        if (session.Replay is not null && ReplayRequests.AreFor(request))
        {
            return await _replay.HandleAsync(session, connection, request, response);
        }

        return request.Method switch
        {
            RtspMethod.Options => response.With("Public", Methods),
            RtspMethod.Setup => await SetupAsync(connection, request, response, session),
            RtspMethod.Play => await PlayAsync(session, connection, request, response),
            RtspMethod.Pause => Pause(session, request, response),
            RtspMethod.Teardown => Teardown(session, request, response),
            _ => Parameters(request, response, session),
        };
    }

    /// <summary>No stream has that name; or it could have it, and the wildcard stream that stands for it has as many as it may have.</summary>
    private RtspResponse NoStream(ClientConnection connection, RtspMessage request, RtspResponse response, in RequestTarget target)
    {
        if (target.IsFull)
        {
            return Begin(request, response, RtspStatus.ServiceUnavailable);
        }

        _frontend.Refusals.OnUnknown(request.Method, request.Uri, connection.RemoteAddress, _frontend.Mounts, connection.Home.Shard.NowMicros);
        return Begin(request, response, RtspStatus.NotFound, NoSuchStream);
    }

    internal RtspResponse NotFound(RtspMessage request, RtspResponse response) => Begin(request, response, RtspStatus.SessionNotFound);

    private RtspResponse NoBackChannel(RtspMessage request, RtspResponse response) =>
        Begin(request, response, RtspStatus.OptionNotSupported).With("Unsupported", OptionTags.BackChannel);

    internal RtspResponse WrongState(RtspMessage request, RtspResponse response, string allow) =>
        Begin(request, response, RtspStatus.MethodNotValidInThisState).With("Allow", allow);

    /// <summary>
    /// A new answer to this request: Date, and the request's Timestamp as it came (RFC 2326, 12.38), unless it is longer than digits and a dot are.
    /// </summary>
    internal RtspResponse Begin(RtspMessage request, RtspResponse response, int status = RtspStatus.Ok, string? reason = null)
    {
        Dated(response.Begin(status, reason));
        return request.Header("Timestamp") is { Length: <= TimestampCharsMax } timestamp ? response.With("Timestamp", timestamp) : response;
    }

    private RtspResponse Dated(RtspResponse response) => response.With("Date", RtspDate.Format(_frontend.UtcNow));
}
