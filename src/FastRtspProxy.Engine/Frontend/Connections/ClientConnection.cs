using System.IO.Pipelines;
using System.Net;
using System.Runtime.InteropServices;
using FastRtspProxy.Net;
using FastRtspProxy.Protocol.ProxyProtocol;
using FastRtspProxy.Protocol.Rtsp;

namespace FastRtspProxy.Engine.Frontend;

/// <summary>
/// One connection of a client: answers its requests, which <see cref="RequestReader"/> reads, in order. It starts on the shard that accepted it and
/// moves once, after its first request head, to where its tunnel or session lives, or near its mount; from then on it stays. Its sessions know it as
/// <see cref="SessionCarrier"/>; <see cref="OverdueWatch"/> says when it has to go.
/// </summary>
internal sealed class ClientConnection : IInputHolder
{
    private readonly FrontendServer _frontend;
    private readonly ControlStream _stream;
    private readonly RequestReader _reader;
    private readonly OverdueWatch _overdue;

    /// <summary>The request in hand, or what of its head and body has come; <see cref="_reader"/> writes it.</summary>
    private readonly RtspMessage _message = new();

    /// <summary>The answer to <see cref="_message"/>, made anew for each.</summary>
    private readonly RtspResponse _response = new();

    /// <summary>Where it lives; its shard is the stream's, but for the moment of a move.</summary>
    private FrontendShard _home;

    /// <summary>The first cause; <see cref="ConnectionEnd.None"/> while it is open. Set before the stream is closed.</summary>
    private ConnectionEnd _end;

    /// <summary>The tunnel that it is a POST of; null: of none. Its requests, if it had any before, are over then.</summary>
    private HttpTunnel? _postOf;

    public ClientConnection(FrontendServer frontend, FrontendShard home, ControlStream stream, ConnectionPlace place)
    {
        Place = place;
        _frontend = frontend;
        _home = home;
        _stream = stream;
        Carrier = new SessionCarrier(stream, UpdatePlace);
        _reader = new RequestReader(stream.Input, _message, Carrier, frontend.Counters);
        _overdue = new OverdueWatch(stream, frontend.Limits);
        stream.Account.Holder = this;
    }

    public IPEndPoint Remote => _stream.Remote;

    public IPEndPoint Local => _stream.Local;

    public IPAddress RemoteAddress => Remote.Address;

    public FrontendShard Home => _home;

    /// <inheritdoc cref="ConnectionPlace"/>
    public ConnectionPlace Place { get; }

    /// <summary>The sessions that live with this connection, and what they know of it.</summary>
    public SessionCarrier Carrier { get; }

    /// <summary>It has a session that was played, or carries the requests of one. <see cref="UpdatePlace"/> writes it.</summary>
    public bool IsUsed { get; private set; }

    public ControlStream Stream => _stream;

    /// <summary>Its challenge, where clients must authenticate.</summary>
    public AuthState Auth { get; } = new();

    /// <summary>How its sessions start; said by the query of its DESCRIBE, which players leave out of later URLs.</summary>
    public StartWish? Start { get; set; }

    public ConnectionEnd EndCause => _end;

    /// <summary>The error that the connection ended by, for its line: " (ETIMEDOUT)"; empty where it was closed in order.</summary>
    public string EndError => _stream.EndErrno == 0 ? "" : $" ({ErrorName.Of(_stream.EndErrno)})";

    /// <inheritdoc cref="Arrival" path="/param[@name='IsRelayed']"/>
    public bool IsRelayed { get; init; }

    /// <summary>The tunnel that it is the GET of, or the WebSocket that it has become; null: neither.</summary>
    public Tunnel? Tunnel { get; private set; }

    public bool IsTunnel => Tunnel is not null;

    public ConnectionKind Kind => Tunnel?.Kind ?? FrontendCounters.KindOf(IsSecure);

    /// <summary>It has TLS: rtsps.</summary>
    public bool IsSecure => _stream.IsSecure;

    /// <summary>Not inside a tunnel; beside TLS it would show what the viewer wants hidden; past a balancer go no datagrams.</summary>
    public bool HasUdp => !IsTunnel && !IsSecure && !IsRelayed;

    /// <inheritdoc cref="ControlStream.PeerEnded"/>
    public Task PeerEnded => _stream.PeerEnded;

    /// <inheritdoc/>
    bool IInputHolder.IsPlaying => Carrier.IsPlaying;

    /// <summary>Serves the connection until it ends. Started on the shard that accepted it.</summary>
    public async Task RunAsync()
    {
        _home.Add(this);
        ConnectionEnd end = ConnectionEnd.Failed;
        try
        {
            end = await ReadRequestAsync();
            if (end == ConnectionEnd.None)
            {
                await InHandAsync(_frontend.Requests.WhenGetIsThereAsync(_message, _home.Shard, PeerEnded));
                if (_frontend.HomeOf(_message, ref Place.Weight) is { } target && target != _home)
                {
                    await LeaveFor(target);
                    Arrive(target);
                }

                // A stop that came during the move has not met us on either shard.
                end = _frontend.IsStopping ? ConnectionEnd.Stopping : await ServeRequestsAsync();
            }
        }
        catch (Exception e)
        {
            end = ConnectionEnd.Failed;
            FrontendLog.ConnectionFailed(_frontend.Log, Remote, e);
        }

        Finish(end);
    }

    /// <summary>
    /// A session of it was played for the first time, or has ended: the connection keeps its place, or is among those that may have to go.
    /// </summary>
    public void UpdatePlace()
    {
        Place.Weigh(_home.Shard, Carrier.Weight);
        bool isUsed = _postOf?.IsUsed ?? Carrier.WasPlayed;
        if (isUsed != IsUsed)
        {
            IsUsed = isUsed;
            _stream.Account.IsUsed = isUsed;
            _frontend.Limits.ConnectionPlaces.SetUsed(Place, isUsed, _home.Shard.NowMicros);
            Tunnel?.UpdatePlaces();
        }
    }

    /// <summary>
    /// Its opening is answered: from now on requests come out of the tunnel, and what the socket itself still brings is the tunnel's.
    /// </summary>
    public void BeginTunnel(Tunnel tunnel)
    {
        Tunnel = tunnel;
        _frontend.Counters.OnTunnel(tunnel.Kind, IsSecure);
        _reader.Input = tunnel.Requests;
        _ = tunnel.RunAsync(_stream.Input);
    }

    /// <summary>
    /// Half a request, silence without a session that was played, or answers that nobody takes, for too long. Asked about once a second.
    /// </summary>
    public bool IsOverdue(long nowMicros)
    {
        TimeSpan idleMax = Tunnel is { IsPaired: false } ? FrontendLimits.TunnelPairing : FrontendLimits.IdleConnection;
        return Tunnel is { MayStay: false } || _overdue.IsOverdue(nowMicros, IsUsed || _postOf is not null ? null : idleMax);
    }

    /// <summary>Ends an overdue connection, with a word where one can still be said.</summary>
    public void OnOverdue()
    {
        ConnectionEnd cause = Tunnel is { MayStay: false } ? ConnectionEnd.Refused : _overdue.Cause;
        if (cause == ConnectionEnd.HalfRequest)
        {
            _ = RefuseAndCloseAsync(RtspStatus.RequestTimeout, cause, drain: false);
        }
        else
        {
            Close(cause);
        }
    }

    /// <summary>Closes at once.</summary>
    public void Close(ConnectionEnd cause)
    {
        NoteEnd(cause);
        _stream.Close();
    }

    /// <summary>Closes when what was written has left, or after <see cref="FrontendLimits.StopWait"/>.</summary>
    public async Task CloseAfterFlushAsync()
    {
        await _stream.SentAsync(FrontendLimits.StopWait);
        Close(ConnectionEnd.Stopping);
    }

    /// <inheritdoc/>
    void IInputHolder.OnEvicted(long heldBytes)
    {
        _frontend.OnOverBudget(Remote, heldBytes);
        _stream.Post(() => Close(ConnectionEnd.OverBudget));
    }

    /// <inheritdoc/>
    void IInputHolder.OnMemory() => _stream.Post(_stream.OnMemory);

    /// <summary>
    /// To be awaited, and followed by <see cref="Arrive"/> there. Two halves, because a method of ours that awaited the move would bring its caller
    /// back.
    /// </summary>
    private MoveAwaitable LeaveFor(FrontendShard target)
    {
        _home.Remove(this);
        _home.Shard.AddLoad(-1);
        return _stream.MoveTo(target.Shard);
    }

    private void Arrive(FrontendShard target)
    {
        _home = target;
        _home.Shard.AddLoad(1);
        _home.Add(this);
    }

    /// <summary>
    /// True for a request that wants media over UDP, where the shard has no ports for it (<c>--udp-ports</c> has fewer pairs than there are shards)
    /// and nothing binds us to it.
    /// </summary>
    private bool LacksUdp() => _home.Media is null && Carrier.Count == 0 && HasUdp && !_stream.IsParked && Newcomer.WantsUdp(_message);

    /// <summary>Answers the request that was read, and all that follow.</summary>
    private async Task<ConnectionEnd> ServeRequestsAsync()
    {
        while (true)
        {
            _frontend.Counters.OnRequest();
            Carrier.OnRequest();
            if (LacksUdp() && _frontend.HomeWithUdp() is { } home)
            {
                await LeaveFor(home);
                Arrive(home);
                if (_frontend.IsStopping)
                {
                    return ConnectionEnd.Stopping;
                }
            }

            ConnectionEnd end = await AnswerAsync(await HandleAsync());
            if (end != ConnectionEnd.None)
            {
                return end;
            }

            await _stream.AnswersTakenAsync();
            end = await ReadRequestAsync();
            if (end != ConnectionEnd.None)
            {
                return end;
            }
        }
    }

    /// <summary>Handles the request in hand.</summary>
    private async ValueTask<RtspResponse> HandleAsync()
    {
        Task<RtspResponse> answer = _frontend.Requests.HandleAsync(this, _message, _response);
        await InHandAsync(answer);
        return await answer;
    }

    /// <summary>What is kept of the request in hand counts while something is waited for.</summary>
    private async ValueTask InHandAsync(Task waiting)
    {
        if (!waiting.IsCompletedSuccessfully)
        {
            _overdue.OnInHand(_home.Shard.NowMicros);
            int heldBytes = _message.BufferBytes;
            _stream.Account.Take(heldBytes);
            await waiting;
            _stream.Account.Return(heldBytes);
            _overdue.OnAnswered();
        }
    }

    /// <summary>Writes an answer, and does what follows from it. What the connection ends by; none: it goes on.</summary>
    private async ValueTask<ConnectionEnd> AnswerAsync(RtspResponse response)
    {
        if (_end != ConnectionEnd.None)
        {
            response.Handover?.Abandon();
            return _end;
        }

        if (response.PostOf is { } tunnel)
        {
            return await PostAsync(tunnel);
        }

        if (!response.IsSilent && !await WriteAsync(response))
        {
            response.Handover?.Abandon();
            return ConnectionEnd.PeerClosed;
        }

        _message.Trim();
        response.Trim();
        response.RunAfterWritten();
        if (response.Handover is { } handover)
        {
            handover.Release(_stream);
            return ConnectionEnd.HandedOver;
        }

        if (response.CloseAfter)
        {
            await _reader.LingerAsync();
            return ConnectionEnd.Refused;
        }

        return ConnectionEnd.None;
    }

    /// <summary>Writes an answer behind the frames that are under way. False: the connection is gone.</summary>
    private async ValueTask<bool> WriteAsync(RtspResponse response)
    {
        _frontend.Counters.OnAnswered(response.IsToUnread ? string.Empty : _message.Method, response.Status);
        ReadOnlySpan<byte> cseq = response.HasCSeq ? _message.CSeqText : default;
        RtspWriter.WriteResponse(
            _stream.Output, response.Status, response.Reason, cseq,
            CollectionsMarshal.AsSpan(response.Headers), response.Body.Span, response.Version);
        FlushResult flushed = await _stream.Output.FlushAsync();
        return !flushed.IsCompleted;
    }

    /// <summary>Reads up to the next whole request into <see cref="_message"/>. What the connection ends by; none: there is a request.</summary>
    private async ValueTask<ConnectionEnd> ReadRequestAsync()
    {
        while (true)
        {
            bool isMore = await _reader.Input.WaitAsync();
            if (!isMore || _end != ConnectionEnd.None)
            {
                return _end == ConnectionEnd.None ? ConnectionEnd.PeerClosed : _end;
            }

            long now = _home.Shard.NowMicros;
            _overdue.OnHeard(now);
            Carrier.OnHeard();
            switch (_reader.Take(out RtspDefect defect))
            {
                case not ParseStatus.Complete when _frontend.Door.FindsTls(this, _reader.Input.Unread):
                    return ConnectionEnd.TlsInTheClear;
                case not ParseStatus.Complete when ProxyHeader.IsBegunBy(_reader.Input.Unread):
                    _frontend.Door.OnStrangeHeader(this);
                    return ConnectionEnd.StrangeHeader;
                case ParseStatus.Complete:
                    _overdue.OnRead(endsWithPart: false, now);
                    if (_message.IsRequest)
                    {
                        return ConnectionEnd.None;
                    }

                    continue; // an answer to a question that we did not ask
                case ParseStatus.Malformed:
                    _frontend.Counters.OnMalformed();
                    int code = defect is RtspDefect.BodyTooLong ? RtspStatus.RequestEntityTooLarge : RtspStatus.BadRequest;
                    await RefuseAndCloseAsync(code, ConnectionEnd.Malformed, drain: true);
                    return ConnectionEnd.Malformed;
            }

            if (_reader.IsStraying)
            {
                return ConnectionEnd.StrayFrames;
            }

            _overdue.OnRead(_reader.EndsWithPart, now);
        }
    }

    /// <summary>Says no and closes.</summary>
    private async Task RefuseAndCloseAsync(int status, ConnectionEnd cause, bool drain)
    {
        NoteEnd(cause);
        RtspResponse refusal = new();
        await WriteAsync(_frontend.Requests.Refuse(refusal, status));
        if (drain)
        {
            await _reader.LingerAsync();
        }

        _stream.Close();
    }

    /// <summary>As a POST of the tunnel: what follows on this connection is the tunnel's, until either is closed. Never answered.</summary>
    private async Task<ConnectionEnd> PostAsync(HttpTunnel tunnel)
    {
        if (!tunnel.TryAdd(this))
        {
            return ConnectionEnd.Refused;
        }

        _postOf = tunnel;
        _message.Trim();
        UpdatePlace();
        try
        {
            if (!await TunnelPost.PumpAsync(_stream.Input, tunnel))
            {
                _frontend.Counters.OnMalformed();
                return ConnectionEnd.Malformed;
            }

            return _end == ConnectionEnd.None ? ConnectionEnd.PeerClosed : _end;
        }
        finally
        {
            tunnel.Remove(this);
        }
    }

    private void Finish(ConnectionEnd end)
    {
        NoteEnd(end);
        if (Tunnel is { } tunnel)
        {
            _frontend.Tunnels.Close(tunnel);
        }

        _home.Remove(this);
        Carrier.OnClosed();
        if (_end != ConnectionEnd.HandedOver)
        {
            _stream.Close();
            _stream.Input.Abandon();
        }

        _frontend.OnConnectionEnded(this);
    }

    /// <summary>The first cause wins.</summary>
    private void NoteEnd(ConnectionEnd cause)
    {
        if (_end == ConnectionEnd.None)
        {
            _end = cause;
            Tunnel?.OnEnding(cause);
        }
    }
}
