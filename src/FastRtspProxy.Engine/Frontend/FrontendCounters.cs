namespace FastRtspProxy.Engine.Frontend;

/// <summary>
/// What the front-end counted since it started. Written by any shard, read by whoever asks: figures on their own, without partners. Two of them that
/// are read together may be of two moments.
/// </summary>
internal sealed class FrontendCounters
{
    private long _connections;
    private long _connectionsRefused;
    private long _sessions;
    private long _requests;
    private long _requestsRefused;
    private long _requestsMalformed;
    private long _strayFrames;
    private long _rtcpReceived;
    private long _rtcpMalformed;
    private long _rtcpStray;
    private long _authenticationsFailed;
    private long _answersUnjudged;
    private long _overBudget;
    private long _accessRefused;
    private long _handshakes;

    /// <summary>By <see cref="SessionEnd"/>.</summary>
    private readonly long[] _sessionsEnded = new long[(int)SessionEnd.Kicked + 1];
    private long _handshakesFailed;

    public long Connections => Volatile.Read(ref _connections);

    /// <summary>Closed right after accept, by a limit.</summary>
    public long ConnectionsRefused => Volatile.Read(ref _connectionsRefused);

    public long Sessions => Volatile.Read(ref _sessions);

    public long Requests => Volatile.Read(ref _requests);

    /// <summary>Answered with 4xx or 5xx.</summary>
    public long RequestsRefused => Volatile.Read(ref _requestsRefused);

    /// <summary>Bytes that are no request: 400 and closed.</summary>
    public long RequestsMalformed => Volatile.Read(ref _requestsMalformed);

    /// <summary>`$` frames on channels that nobody set up.</summary>
    public long StrayFrames => Volatile.Read(ref _strayFrames);

    public long RtcpReceived => Volatile.Read(ref _rtcpReceived);

    public long RtcpMalformed => Volatile.Read(ref _rtcpMalformed);

    /// <summary>RTCP from addresses that no session owns.</summary>
    public long RtcpStray => Volatile.Read(ref _rtcpStray);

    public long SessionsExpired => Ended(SessionEnd.Expired);

    /// <summary>Answers to challenges that were judged, and wrong.</summary>
    public long AuthenticationsFailed => Volatile.Read(ref _authenticationsFailed);

    /// <summary>Answers to challenges that were refused without a look, because as many of the address waited as may.</summary>
    public long AnswersUnjudged => Volatile.Read(ref _answersUnjudged);

    /// <summary>Connections closed because the budget for requests and answers was used up and they held most of it.</summary>
    public long OverBudget => Volatile.Read(ref _overBudget);

    /// <summary>
    /// Requests that were refused because whoever asked has not the right, logged in or not (403), or because the external decision said no to
    /// somebody who has logged in, or gave no answer.
    /// </summary>
    public long AccessRefused => Volatile.Read(ref _accessRefused);

    /// <summary>Sessions that other rules have ended.</summary>
    public long SessionsRevoked => Ended(SessionEnd.Revoked);

    /// <summary>Sessions that have ended for that reason.</summary>
    public long Ended(SessionEnd cause) => Volatile.Read(ref _sessionsEnded[(int)cause]);

    /// <summary>TLS handshakes that were done.</summary>
    public long Handshakes => Volatile.Read(ref _handshakes);

    /// <summary>Connections to a port of rtsps that came to nothing: no TLS, no agreement, too slow, or gone.</summary>
    public long HandshakesFailed => Volatile.Read(ref _handshakesFailed);

    public void OnHandshake(bool isDone) => Interlocked.Increment(ref isDone ? ref _handshakes : ref _handshakesFailed);

    public void OnAccessRefused() => Interlocked.Increment(ref _accessRefused);

    public void OnEnded(SessionEnd cause) => Interlocked.Increment(ref _sessionsEnded[(int)cause]);

    public void OnOverBudget() => Interlocked.Increment(ref _overBudget);

    public void OnConnection() => Interlocked.Increment(ref _connections);

    public void OnConnectionRefused() => Interlocked.Increment(ref _connectionsRefused);

    public void OnSession() => Interlocked.Increment(ref _sessions);

    public void OnRequest() => Interlocked.Increment(ref _requests);

    public void OnRequestRefused() => Interlocked.Increment(ref _requestsRefused);

    public void OnMalformed() => Interlocked.Increment(ref _requestsMalformed);

    public void OnStrayFrame() => Interlocked.Increment(ref _strayFrames);

    public void OnRtcp() => Interlocked.Increment(ref _rtcpReceived);

    public void OnRtcpMalformed() => Interlocked.Increment(ref _rtcpMalformed);

    public void OnRtcpStray() => Interlocked.Increment(ref _rtcpStray);

    public void OnAuthenticationFailed() => Interlocked.Increment(ref _authenticationsFailed);

    public void OnAnswerUnjudged() => Interlocked.Increment(ref _answersUnjudged);
}
