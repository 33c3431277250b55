using System.Net;
using FastRtspProxy.Net;
using FastRtspProxy.Protocol.Rtsp;

namespace FastRtspProxy.Engine.Backend;

/// <summary>
/// What is said to the camera and what it says: the present connection, our requests with credentials and the session's id, the camera's own
/// requests. One request after the other is the callers' business; keep-alives go beside them.
/// </summary>
internal sealed class CameraDialogue
{
    /// <summary>Requests for one question: as it is, with the answer to the challenge, and once more where the nonce was too old.</summary>
    private const int AttemptsMax = 3;

    /// <summary>
    /// The longest URL that is sent to a camera. Parts of it are the camera's own: a control, a Content-Base, a Location. Signed URLs have some
    /// thousand characters.
    /// </summary>
    public const int UrlCharsMax = 8192;

    private static readonly BackendFailure s_replaced = new(BackendFailureKind.Stopped, "replaced by the connection of a redirect");

    /// <summary>
    /// A camera that announces the end of the connection with its 401, and leaves the closing to us, is waited for no longer than this.
    /// </summary>
    private static readonly TimeSpan s_announcedCloseMax = TimeSpan.FromSeconds(2);

    private static readonly BackendFailure s_fenced = new(BackendFailureKind.Fenced, "another box may read the camera by now");

    private readonly BackendContext _context;
    private readonly BackendLife _life;
    private readonly CameraConnector _connector;

    /// <summary>The connection that requests go out on; null before the first, between two, and after the last. It may have ended.</summary>
    private RtspClientChannel? _channel;

    /// <summary>Of the newest request; goes on from one connection to the next.</summary>
    private int _cseq;

    /// <summary>The 401 that the request in hand was answered with, until its repetition is answered. Mutable struct, never copied.</summary>
    private UnansweredChallenge _challenge;

    /// <summary>Mutable struct, never copied.</summary>
    private UnaskedRate _unasked;

    public CameraDialogue(BackendContext context, BackendLife life)
    {
        _context = context;
        _life = life;
        _connector = new CameraConnector(context);
        Id = new CameraSessionId(context.Timings.SessionTimeout);
        Base = Aggregate = Url.RequestUri;
    }

    /// <summary>The id of the session that the camera holds for us, and its time-out.</summary>
    public CameraSessionId Id { get; }

    /// <inheritdoc cref="CameraConnector.Url"/>
    public RtspUrl Url => _connector.Url;

    /// <inheritdoc cref="CameraConnector.IsGiven"/>
    public bool IsGivenConnection => _connector.IsGiven;

    /// <summary>What the description's relative URLs are relative to; <see cref="Url"/> until there is one.</summary>
    public string Base { get; private set; }

    /// <summary>The URL of all tracks together: PLAY, PAUSE and TEARDOWN go there. <see cref="Url"/> until there is a description.</summary>
    public string Aggregate { get; private set; }

    /// <summary>The description's session-level control; null: it has none.</summary>
    public string? SessionControl { get; private set; }

    /// <summary>The longest time that an answer took in this session; 0: none came.</summary>
    public long SlowestAnswerMicros { get; private set; }

    /// <summary>When the newest request was sent, whatever it was: each restarts the camera's clock.</summary>
    public long LastRequestMicros { get; private set; }

    /// <summary>The camera's end of the connection; null: there is none.</summary>
    public IPEndPoint? Remote => _channel?.Remote;

    /// <summary>Our end.</summary>
    public IPEndPoint? Local => _channel?.Local;

    private bool MayAsk => _context.Options.MayAsk?.Invoke() != false;

    /// <summary>
    /// An id is a session that the camera may hold for us, whichever answer it came with; and it can still be told that it is over.
    /// </summary>
    public bool OwesTeardown => Id.Value is not null && _channel is { End: null };

    /// <summary>
    /// Connects; what the camera sends goes here, media to <paramref name="media"/>. Null also where the session was closed meanwhile.
    /// </summary>
    public async Task<BackendFailure?> ConnectAsync(IFrameTaker media)
    {
        if (!MayAsk)
        {
            return s_fenced;
        }

        try
        {
            ByteStream stream = await _connector.ConnectAsync();
            if (_life.State == BackendState.Closed)
            {
                stream.Close();
                return null;
            }

            BackendOptions options = _context.Options;
            options.Tap?.OnOpened(Url.Tls, options.Transport == BackendTransport.HttpTunnel && !IsGivenConnection);
            RtspClientChannel channel = new(stream, this, media, _context);
            _channel = channel;
            channel.Start();
            return null;
        }
        catch (ByteStreamException e)
        {
            return new BackendFailure(BackendFailureKind.Unreachable, e.Message) { Connect = e.Kind };
        }
    }

    /// <summary>Leaves the connection for another place, where the camera has sent us; the next connection goes there.</summary>
    public void Follow(RtspUrl target)
    {
        BackendLog.Redirected(_context.Log, _context.StreamName, target.Redacted);
        IPAddress? camera = Remote?.Address;
        Close(s_replaced);
        Id.End();
        _connector.Follow(target, camera);
        Base = Aggregate = target.RequestUri;
    }

    /// <summary>A description was read: what its URLs are relative to, and its session-level control.</summary>
    public void TakeUrls(RtspMessage answer, string? control)
    {
        Base = ControlUrl.Base(Url.RequestUri, answer.Header("Content-Base"), answer.Header("Content-Location"));
        SessionControl = control;
        Aggregate = ControlUrl.Resolve(Base, control);
    }

    /// <summary>The camera does not know <see cref="Aggregate"/>, and plays at <see cref="Base"/>: from now on that is for all tracks.</summary>
    public void TakeBaseForAll() => Aggregate = Base;

    /// <summary>From now on media may come on that channel of the connection.</summary>
    public void Expect(byte channel) => _channel?.Expect(channel);

    /// <summary>Sends one interleaved frame, header included.</summary>
    public void SendFrame(ReadOnlySpan<byte> frame) => _channel?.SendFrame(frame);

    /// <inheritdoc cref="RtspClientChannel.Hold"/>
    public void Hold() => _channel?.Hold();

    /// <inheritdoc cref="RtspClientChannel.Release"/>
    public void Release() => _channel?.Release();

    /// <summary>What the connection has not taken yet.</summary>
    public int QueuedBytes => _channel?.QueuedBytes ?? 0;

    /// <summary>The connection ends by our own wish.</summary>
    public void Close(BackendFailure reason)
    {
        RtspClientChannel? channel = _channel;
        _channel = null;
        channel?.Close(reason);
    }

    /// <summary>DESCRIBE.</summary>
    public Task<RtspReply> DescribeAsync(params RtspHeader[] extra) =>
        AskAsync(RtspMethod.Describe, Url.RequestUri, _context.Timings.Answer, [new RtspHeader("Accept", "application/sdp"), .. extra]);

    /// <summary>Sends a request; on 401 answers the challenge, at most twice (a stale nonce costs the second).</summary>
    public Task<RtspReply> AskAsync(string method, string uri, TimeSpan limit, params RtspHeader[] extra) =>
        AskAsync(method, uri, limit, extra, default);

    /// <summary>The same with a body.</summary>
    public async Task<RtspReply> AskAsync(string method, string uri, TimeSpan limit, RtspHeader[] extra, ReadOnlyMemory<byte> body)
    {
        if (uri.Length > UrlCharsMax)
        {
            string why = $"{method} is not sent: its URL has {uri.Length} characters, and the longest that is sent has {UrlCharsMax}";
            return new RtspReply(null, _life.Failure ?? new BackendFailure(BackendFailureKind.Refused, why));
        }

        RtspReply reply = default;
        bool isClosing = false;
        for (int attempt = 0; attempt < AttemptsMax; attempt++)
        {
            // By the clock, and not by a timer: a process that was stopped goes on with what it was about to send.
            if (method != RtspMethod.Teardown && !MayAsk)
            {
                return new RtspReply(null, _life.Failure ?? s_fenced);
            }

            if (_channel is not { } channel)
            {
                return new RtspReply(null, _life.Failure ?? new BackendFailure(BackendFailureKind.ConnectionLost, "the connection is closed"));
            }

            string? authorization = _connector.Auth?.Authorization(method, uri);
            RtspHeader[] headers = Headers(method, authorization, extra);
            long askedMicros = _context.NowMicros;
            LastRequestMicros = askedMicros;
            TimeSpan patience = isClosing && s_announcedCloseMax < limit ? s_announcedCloseMax : limit;
            reply = await channel.SendAsync(method, uri, ++_cseq, headers, patience, body);
            if (!reply.HasAnswer)
            {
                return isClosing && reply.Failure.Kind == BackendFailureKind.NoAnswer ? CloseForCamera(channel) : reply;
            }

            SlowestAnswerMicros = Math.Max(SlowestAnswerMicros, _context.NowMicros - askedMicros);
            _challenge.Clear(method);
            if (channel == _channel)
            {
                Learn(method, reply.Message);
            }

            if (reply.Status != RtspStatus.Unauthorized
                || _connector.Auth is not { } auth || !auth.Accept(reply.Message.HeaderValues("WWW-Authenticate")))
            {
                return reply;
            }

            _challenge.Meet(method, authorization is not null && !auth.IsStale);
            isClosing = reply.Message.Header("Connection") is { } option && option.Contains("close", StringComparison.OrdinalIgnoreCase);
        }

        _challenge.Clear(method);
        return reply;
    }

    /// <summary>Follows the redirect that an answer is. Null: the next connection goes where it says.</summary>
    /// <param name="answer">3xx.</param>
    /// <param name="hop">Redirects that were followed before it.</param>
    public BackendFailure? FollowRedirect(RtspMessage answer, int hop)
    {
        if (hop >= BackendSession.RedirectHopsMax)
        {
            return new BackendFailure(
                BackendFailureKind.BadRedirect, $"the camera redirects in a circle (more than {BackendSession.RedirectHopsMax} times)");
        }

        if (answer.Header("Location") is not { } location)
        {
            return new BackendFailure(BackendFailureKind.BadRedirect, "the camera redirects without saying where");
        }

        if (RedirectTarget(location, out BackendFailure? problem) is not { } target)
        {
            return problem;
        }

        Follow(target);
        return null;
    }

    /// <summary>
    /// Where the answer to another request than DESCRIBE sends us: the session ends by it, and the next one goes there. Null: nowhere.
    /// </summary>
    public BackendFailure? RedirectOf(RtspReply reply) =>
        reply.IsRedirect && reply.Message!.Header("Location") is { } location ? Elsewhere(location) : null;

    /// <summary>The failure that an answer means, or that there is none.</summary>
    public BackendFailure FailureOf(string method, RtspReply reply) =>
        reply.HasAnswer ? CameraRefusal.Of(method, reply.Message, _connector.Auth, Url.Host) : reply.Failure;

    /// <summary>Where a Location of the camera sends us; null with the reason where it is not followed.</summary>
    public RtspUrl? RedirectTarget(string location, out BackendFailure? problem)
    {
        if (_context.Options.Hop is not null)
        {
            // The proof that we are a box of the cluster is for that box alone, and where a stream is taken from is told by its owner.
            problem = new BackendFailure(BackendFailureKind.BadRedirect, "the box redirects, which boxes of a cluster do not: is it one?");
            return null;
        }

        return CameraRedirect.TryFollow(Url, location, Remote?.Address, out RtspUrl? target, out problem) ? target : null;
    }

    /// <summary>
    /// The camera has sent a message that nobody asked for, before anything is done about it: a request, or an answer to none of ours.
    /// </summary>
    public void OnUnasked()
    {
        if (!_unasked.IsBearable(_context.NowMicros))
        {
            _life.Lose(BackendFailureKind.NotRtsp, $"the camera sends more than {UnaskedRate.PerSecondMax} messages a second that nobody asked for");
        }
    }

    /// <summary>The answer to a request that was given up.</summary>
    public void OnLateAnswer(RtspMessage answer)
    {
        // It may bring the id of a session that the camera holds for us: what follows goes into that, and a TEARDOWN ends it.
        if (answer.StatusCode < 300 && Id.Value is null && _life.State == BackendState.SettingUp)
        {
            Id.Take(RtspMethod.Setup, answer.StatusCode, answer.Header("Session"));
        }
    }

    /// <summary>A request of the camera; it wants an answer.</summary>
    public void OnChannelRequest(RtspMessage request)
    {
        // RFC 2326 appendix D.1: a server may ask, too. Cameras send OPTIONS or GET_PARAMETER as their own keep-alive, and ANNOUNCE with a new
        // description.
        int status = request.Method switch
        {
            RtspMethod.Options or RtspMethod.GetParameter or RtspMethod.SetParameter or RtspMethod.Announce
                or RtspMethod.Redirect or RtspMethod.Teardown => RtspStatus.Ok,
            _ => RtspStatus.NotImplemented,
        };
        RtspHeader[] headers = request.Method == RtspMethod.Options
            ? [new RtspHeader("Public", "OPTIONS, GET_PARAMETER, SET_PARAMETER, ANNOUNCE, REDIRECT, TEARDOWN")]
            : [];
        _channel?.Answer(request, status, headers);
        BackendLog.ServerRequest(_context.Log, _context.StreamName, request.Method, status);
        if (request.Method == RtspMethod.Teardown)
        {
            _life.Lose(BackendFailureKind.ConnectionLost, "the camera ended the session (TEARDOWN)");
        }
        else if (request.Method == RtspMethod.Redirect)
        {
            OnRedirectRequest(request.Header("Location"));
        }
    }

    /// <summary>The connection has ended, for whatever cause; called once for each, before the requests that wait fail.</summary>
    public void OnChannelEnded(BackendFailure failure)
    {
        // While a redirect is followed or the session ends by our own wish, the end of the old connection says nothing.
        if (failure.Kind == BackendFailureKind.Stopped)
        {
            return;
        }

        if (_challenge.Explain(failure) is { } challenged && _connector.Auth is { } auth)
        {
            _context.Options.Credentials.KeepForNextConnection(Url, auth);
            failure = challenged;
        }

        _life.Lose(failure);
    }

    private RtspHeader[] Headers(string method, string? authorization, RtspHeader[] extra)
    {
        List<RtspHeader> headers = [];
        if (authorization is not null)
        {
            headers.Add(new RtspHeader("Authorization", authorization));
        }

        headers.Add(new RtspHeader("User-Agent", BackendSession.UserAgent));
        if (_context.Options.Hop is { } hop)
        {
            headers.Add(new RtspHeader(HopHeader.Name, hop(method)));
        }

        headers.AddRange(extra);
        if (Id.Value is { } session)
        {
            headers.Add(new RtspHeader("Session", session));
        }

        return headers.ToArray();
    }

    /// <summary>The camera has said that it closes the connection, and answers nothing more on it: as if it had.</summary>
    private RtspReply CloseForCamera(RtspClientChannel channel)
    {
        channel.Close(new BackendFailure(BackendFailureKind.ConnectionLost, "the camera announced the end of the connection"));
        return new RtspReply(null, _life.Failure ?? channel.End);
    }

    /// <summary>What any answer may tell, whatever was asked.</summary>
    private void Learn(string method, RtspMessage answer)
    {
        Id.Take(method, answer.StatusCode, answer.Header("Session"));
        if (answer.Header("Authentication-Info") is { } info)
        {
            _connector.Auth?.TakeNextNonce(info);
        }
    }

    private void OnRedirectRequest(string? location) => _life.Lose(location is not null
        ? Elsewhere(location)
        : new BackendFailure(BackendFailureKind.ConnectionLost, "the camera sends us elsewhere without saying where"));

    private BackendFailure Elsewhere(string location)
    {
        if (RedirectTarget(location, out BackendFailure? problem) is not { } target)
        {
            return problem!;
        }

        return new BackendFailure(BackendFailureKind.Redirected, "the camera sends us to " + target.Redacted)
        {
            RedirectTo = target,
            RedirectedBy = Remote?.Address,
        };
    }
}
