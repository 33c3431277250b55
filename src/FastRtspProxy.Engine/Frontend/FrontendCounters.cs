using FastRtspProxy.Protocol.Rtsp;

namespace FastRtspProxy.Engine.Frontend;

/// <summary>
/// What the front-end counted since it started. Written by any shard, read by whoever asks: figures on their own, without partners. Two of them that
/// are read together may be of two moments.
/// </summary>
internal sealed class FrontendCounters
{
    private const int MethodsMax = 16;
    private const int CodesFrom = 100;
    private const int CodesMax = 500;

    /// <summary>What answers are counted by; one that is none of these, or of a request that could not be read, is "other".</summary>
    private static readonly string[] s_methods =
    [
        RtspMethod.Options, RtspMethod.Describe, RtspMethod.Setup, RtspMethod.Play, RtspMethod.Pause, RtspMethod.Teardown, RtspMethod.GetParameter,
        RtspMethod.SetParameter, RtspMethod.Register, RtspMethod.Deregister, RtspMethod.Get, RtspMethod.Post, OtherMethod,
    ];

    /// <summary>By <see cref="ConnectionKind"/>: open ones, and how many there were.</summary>
    private readonly long[] _open = new long[(int)ConnectionKind.WebSocket + 1];
    private readonly long[] _opened = new long[(int)ConnectionKind.WebSocket + 1];

    /// <summary>By <see cref="PlaceLimit"/>.</summary>
    private readonly long[] _connectionsRefused = new long[(int)PlaceLimit.Descriptors + 1];

    /// <summary>By method and code.</summary>
    private readonly long[] _answers = new long[MethodsMax * CodesMax];
    private long _sessions;
    private long _requests;
    private long _requestsMalformed;
    private long _strayFrames;
    private long _rtcpReceived;
    private long _rtcpMalformed;
    private long _rtcpStray;
    private long _authenticationsFailed;
    private long _answersUnjudged;
    private long _overBudget;
    private long _accessRefused;
    private long _externalRefused;
    private long _handshakes;

    /// <summary>By <see cref="SessionEnd"/>.</summary>
    private readonly long[] _sessionsEnded = new long[(int)SessionEnd.Kicked + 1];
    private long _handshakesFailed;

    /// <summary>The name of methods that are none of <see cref="Methods"/>.</summary>
    public const string OtherMethod = "other";

    /// <summary>What <see cref="Answers"/> is asked by.</summary>
    public static ReadOnlySpan<string> Methods => s_methods;

    /// <summary>Taken since the start; those that became tunnels are in two.</summary>
    public long Connections => Opened(ConnectionKind.Tcp) + Opened(ConnectionKind.Tls);

    /// <summary>Closed right after accept, by a limit.</summary>
    public long ConnectionsRefused =>
        RefusedFor(PlaceLimit.None) + RefusedFor(PlaceLimit.Total) + RefusedFor(PlaceLimit.Address) + RefusedFor(PlaceLimit.Descriptors);

    /// <summary>Open now.</summary>
    public long Open(ConnectionKind kind) => Math.Max(0, Volatile.Read(ref _open[(int)kind]));

    /// <summary>Since the start. A tunnel counts as what it was at first, too.</summary>
    public long Opened(ConnectionKind kind) => Volatile.Read(ref _opened[(int)kind]);

    /// <summary>Closed right after accept, by that limit; none: for what it began with, or for what it is not.</summary>
    public long RefusedFor(PlaceLimit limit) => Volatile.Read(ref _connectionsRefused[(int)limit]);

    /// <summary>Answers to a method (its place in <see cref="Methods"/>) with that status, 100 to 599.</summary>
    public long Answers(int method, int status) => Volatile.Read(ref _answers[(method * CodesMax) + status - CodesFrom]);

    public long Sessions => Volatile.Read(ref _sessions);

    public long Requests => Volatile.Read(ref _requests);

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

    /// <summary>Of them, those that the external decision refused, or did not answer.</summary>
    public long ExternalRefused => Volatile.Read(ref _externalRefused);

    /// <summary>Sessions that other rules have ended.</summary>
    public long SessionsRevoked => Ended(SessionEnd.Revoked);

    /// <summary>Sessions that have ended for that reason.</summary>
    public long Ended(SessionEnd cause) => Volatile.Read(ref _sessionsEnded[(int)cause]);

    /// <summary>TLS handshakes that were done.</summary>
    public long Handshakes => Volatile.Read(ref _handshakes);

    /// <summary>Connections to a port of rtsps that came to nothing: no TLS, no agreement, too slow, or gone.</summary>
    public long HandshakesFailed => Volatile.Read(ref _handshakesFailed);

    /// <summary>What a connection is before it becomes a tunnel.</summary>
    public static ConnectionKind KindOf(bool isSecure) => isSecure ? ConnectionKind.Tls : ConnectionKind.Tcp;

    public void OnHandshake(bool isDone) => Interlocked.Increment(ref isDone ? ref _handshakes : ref _handshakesFailed);

    public void OnAccessRefused(bool isExternal)
    {
        Interlocked.Increment(ref _accessRefused);
        if (isExternal)
        {
            Interlocked.Increment(ref _externalRefused);
        }
    }

    public void OnEnded(SessionEnd cause) => Interlocked.Increment(ref _sessionsEnded[(int)cause]);

    public void OnOverBudget() => Interlocked.Increment(ref _overBudget);

    public void OnConnection(bool isSecure) => Interlocked.Increment(ref _opened[(int)KindOf(isSecure)]);

    public void OnOpened(bool isSecure) => Interlocked.Increment(ref _open[(int)KindOf(isSecure)]);

    /// <summary>A connection has become a tunnel of that kind.</summary>
    public void OnTunnel(ConnectionKind kind, bool isSecure)
    {
        Interlocked.Increment(ref _opened[(int)kind]);
        Interlocked.Increment(ref _open[(int)kind]);
        Interlocked.Decrement(ref _open[(int)KindOf(isSecure)]);
    }

    public void OnClosed(ConnectionKind kind) => Interlocked.Decrement(ref _open[(int)kind]);

    public void OnConnectionRefused(PlaceLimit limit) => Interlocked.Increment(ref _connectionsRefused[(int)limit]);

    public void OnSession() => Interlocked.Increment(ref _sessions);

    public void OnRequest() => Interlocked.Increment(ref _requests);

    /// <summary>An answer was written. The method as it stood in the request.</summary>
    public void OnAnswered(string method, int status)
    {
        int index = Array.IndexOf(s_methods, method);
        index = index < 0 ? s_methods.Length - 1 : index;
        if (status - CodesFrom is >= 0 and < CodesMax)
        {
            Interlocked.Increment(ref _answers[(index * CodesMax) + status - CodesFrom]);
        }
    }

    public void OnMalformed() => Interlocked.Increment(ref _requestsMalformed);

    public void OnStrayFrame() => Interlocked.Increment(ref _strayFrames);

    public void OnRtcp() => Interlocked.Increment(ref _rtcpReceived);

    public void OnRtcpMalformed() => Interlocked.Increment(ref _rtcpMalformed);

    public void OnRtcpStray() => Interlocked.Increment(ref _rtcpStray);

    public void OnAuthenticationFailed() => Interlocked.Increment(ref _authenticationsFailed);

    public void OnAnswerUnjudged() => Interlocked.Increment(ref _answersUnjudged);
}
