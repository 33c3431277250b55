using System.Globalization;
using FastRtspProxy.Protocol.Rtsp;

namespace FastRtspProxy.Engine.Backend;

/// <summary>Requests with credentials, and the camera's own requests.</summary>
internal sealed partial class BackendSession
{
    /// <summary>Cameras ask us for a sign of life once in some seconds.</summary>
    private const int UnaskedASecond = 50;

    private long _unaskedSinceMicros;
    private int _unasked;

    /// <summary>Retry-After is believed up to a minute: a camera that says an hour was restarted by then.</summary>
    private static readonly TimeSpan s_retryAfterMax = TimeSpan.FromMinutes(1);

    /// <summary>A camera that announces the end of the connection with its 401, and leaves the closing to us, is waited for no longer than this.</summary>
    private static readonly TimeSpan s_announcedClose = TimeSpan.FromSeconds(2);

    /// <summary>The 401 that the request in hand was answered with, until its repetition is answered. Mutable struct, never copied.</summary>
    private UnansweredChallenge _challenge;

    /// <summary>Sends a request; on 401 answers the challenge, at most twice (a stale nonce costs the second).</summary>
    private async Task<RtspReply> AskAsync(string method, string uri, TimeSpan limit, params RtspHeader[] extra)
    {
        RtspReply reply = default;
        bool isClosing = false;
        for (int attempt = 0; attempt < 3; attempt++)
        {
            if (_channel is not { } channel)
            {
                return new RtspReply(null, Failure ?? new BackendFailure(BackendFailureKind.ConnectionLost, "the connection is closed"));
            }

            List<RtspHeader> headers = [];
            string? authorization = _auth?.Authorization(method, uri);
            if (authorization is not null)
            {
                headers.Add(new RtspHeader("Authorization", authorization));
            }

            headers.Add(new RtspHeader("User-Agent", UserAgent));
            headers.AddRange(extra);
            if (_id.Value is { } session)
            {
                headers.Add(new RtspHeader("Session", session));
            }

            _lastRequestMicros = _shard.NowMicros;
            long askedMicros = _lastRequestMicros;
            reply = await channel.SendAsync(method, uri, ++_cseq, headers.ToArray(), isClosing && s_announcedClose < limit ? s_announcedClose : limit);
            if (!reply.HasAnswer)
            {
                return isClosing && reply.Failure.Kind == BackendFailureKind.NoAnswer ? CloseForCamera(channel) : reply;
            }

            _slowestAnswerMicros = Math.Max(_slowestAnswerMicros, _shard.NowMicros - askedMicros);
            _challenge.Clear(method);
            if (channel == _channel)
            {
                Learn(method, reply.Message);
            }

            if (reply.Status != RtspStatus.Unauthorized || _auth is null || !_auth.Accept(reply.Message.HeaderValues("WWW-Authenticate")))
            {
                return reply;
            }

            _challenge.Meet(method, authorization is not null && !_auth.IsStale);
            isClosing = reply.Message.Header("Connection") is { } option && option.Contains("close", StringComparison.OrdinalIgnoreCase);
        }

        _challenge.Clear(method);
        return reply;
    }

    /// <summary>The camera has said that it closes the connection, and answers nothing more on it: as if it had.</summary>
    private RtspReply CloseForCamera(RtspClientChannel channel)
    {
        channel.Close(new BackendFailure(BackendFailureKind.ConnectionLost, "the camera announced the end of the connection"));
        return new RtspReply(null, Failure ?? channel.End);
    }

    /// <summary>What any answer may tell, whatever was asked.</summary>
    private void Learn(string method, RtspMessage answer)
    {
        _id.Take(method, answer.StatusCode, answer.Header("Session"));
        if (answer.Header("Authentication-Info") is { } info)
        {
            _auth?.TakeNextNonce(info);
        }
    }

    /// <inheritdoc/>
    void IRtspChannelOwner.OnUnasked()
    {
        if (_shard.NowMicros - _unaskedSinceMicros > 1_000_000)
        {
            (_unaskedSinceMicros, _unasked) = (_shard.NowMicros, 0);
        }

        // Each costs an answer, and a shard has other cameras: what no camera needs is no camera's.
        if (++_unasked > UnaskedASecond)
        {
            Lose(BackendFailureKind.NotRtsp, $"the camera sends more than {UnaskedASecond} messages a second that nobody asked for");
        }
    }

    /// <inheritdoc/>
    void IRtspChannelOwner.OnLateAnswer(RtspMessage answer)
    {
        // It may bring the id of a session that the camera holds for us: what follows goes into that, and a TEARDOWN ends it.
        if (answer.StatusCode < 300 && _id.Value is null && State == BackendState.SettingUp)
        {
            _id.Take(RtspMethod.Setup, answer.StatusCode, answer.Header("Session"));
        }
    }

    /// <summary>The failure that an answer means, or that there is none.</summary>
    private BackendFailure FailureOf(string method, RtspReply reply) => reply.HasAnswer ? RefusalOf(method, reply) with { Status = reply.Status } : reply.Failure;

    private BackendFailure RefusalOf(string method, RtspReply reply)
    {
        RtspMessage answer = reply.Message!;

        int status = reply.Status;
        string said = $"{method} was answered {status.ToString(CultureInfo.InvariantCulture)} {answer.Reason}".TrimEnd();
        switch (status)
        {
            case RtspStatus.Unauthorized or RtspStatus.Forbidden:
                return new BackendFailure(BackendFailureKind.Unauthorized, said + (_auth switch
                {
                    null => ": the camera wants a user name and a password (in the URL, or with -u)",
                    { Scheme: null, HasWithheldPassword: true } => $": {_url.Host} asks for the password itself (Basic), which only the host of the stream's own URL is told",
                    _ => ": the camera does not accept the user name and password",
                }));
            case RtspStatus.NotEnoughBandwidth or RtspStatus.ServiceUnavailable:
                return new BackendFailure(BackendFailureKind.Busy, said) { RetryAfter = RetryAfterOf(answer) };
            default:
                return new BackendFailure(BackendFailureKind.Refused, said);
        }
    }

    private static TimeSpan? RetryAfterOf(RtspMessage message)
    {
        if (!int.TryParse(message.Header("Retry-After"), NumberStyles.None, CultureInfo.InvariantCulture, out int seconds))
        {
            return null;
        }

        TimeSpan wish = TimeSpan.FromSeconds(seconds);
        return wish < s_retryAfterMax ? wish : s_retryAfterMax;
    }

    /// <inheritdoc/>
    void IRtspChannelOwner.OnChannelRequest(RtspMessage request)
    {
        // RFC 2326 appendix D.1: a server may ask, too. Cameras send OPTIONS or GET_PARAMETER as their own keep-alive, and ANNOUNCE with a new description.
        int status = request.Method switch
        {
            RtspMethod.Options or RtspMethod.GetParameter or RtspMethod.SetParameter or RtspMethod.Announce or RtspMethod.Redirect or RtspMethod.Teardown => RtspStatus.Ok,
            _ => RtspStatus.NotImplemented,
        };
        RtspHeader[] headers = request.Method == RtspMethod.Options ? [new RtspHeader("Public", "OPTIONS, GET_PARAMETER, SET_PARAMETER, ANNOUNCE, REDIRECT, TEARDOWN")] : [];
        _channel?.Answer(request, status, headers);
        BackendLog.ServerRequest(_log, _options.StreamName, request.Method, status);
        if (request.Method == RtspMethod.Teardown)
        {
            Lose(BackendFailureKind.ConnectionLost, "the camera ended the session (TEARDOWN)");
        }
        else if (request.Method == RtspMethod.Redirect)
        {
            OnRedirectRequest(request.Header("Location"));
        }
    }

    /// <inheritdoc/>
    void IRtspChannelOwner.OnChannelEnded(BackendFailure failure)
    {
        // While a redirect is followed or the session ends by our own wish, the end of the old connection says nothing.
        if (failure.Kind == BackendFailureKind.Stopped)
        {
            return;
        }

        if (_challenge.Explain(failure) is { } challenged && _auth is { } auth)
        {
            _options.Credentials.KeepForNextConnection(_url, auth);
            failure = challenged;
        }

        Lose(failure);
    }

    private void OnRedirectRequest(string? location)
    {
        BackendFailure? problem = null;
        RtspUrl? target = location is null ? null : RedirectTarget(location, out problem);
        if (target is not null)
        {
            Lose(new BackendFailure(BackendFailureKind.Redirected, "the camera sends us to " + target.Redacted) { RedirectTo = target, RedirectedBy = _channel?.Remote.Address });
        }
        else
        {
            Lose(problem ?? new BackendFailure(BackendFailureKind.ConnectionLost, "the camera sends us elsewhere without saying where"));
        }
    }

    /// <summary>The URL of a Location header; null with a reason where it must not be followed.</summary>
    private RtspUrl? RedirectTarget(string location, out BackendFailure? problem)
    {
        string text = location.Trim();
        if (!text.Contains("://", StringComparison.Ordinal))
        {
            text = ControlUrl.Base(_url.RequestUri, text);
        }

        if (!RtspUrl.TryParse(text, out RtspUrl? target, out string? error))
        {
            problem = new BackendFailure(BackendFailureKind.BadRedirect, "the camera redirects to something that is no RTSP URL: " + error);
            return null;
        }

        if (_url.Tls && !target.Tls)
        {
            problem = new BackendFailure(BackendFailureKind.BadRedirect, "the camera redirects from rtsps to rtsp; that is not followed");
            return null;
        }

        problem = null;
        return target.WithZoneOf(_channel?.Remote.Address);
    }
}
