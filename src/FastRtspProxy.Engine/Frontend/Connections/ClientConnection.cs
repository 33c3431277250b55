using System.Buffers;
using System.IO.Pipelines;
using System.Net;
using System.Runtime.InteropServices;
using FastRtspProxy.Net;
using FastRtspProxy.Protocol.Rtsp;

namespace FastRtspProxy.Engine.Frontend;

/// <summary>
/// One connection of a client: reads requests and `$` frames in order, answers requests in order. It starts on the shard that accepted it and moves once, after its
/// first request head, to where its tunnel or session lives, or near its mount; from then on it stays.
/// </summary>
internal sealed partial class ClientConnection : IInputHolder
{
    private readonly FrontendServer _frontend;
    private readonly ControlStream _stream;
    private readonly RtspMessage _message = new();
    private readonly RtspResponse _response = new();
    private readonly List<Session> _sessions = [];
    private FrontendShard _home;
    private string? _endedByUs;
    private ConnectionEnd _end;

    /// <summary>Since when a request of it is in hand; <see cref="long.MaxValue"/> while none is.</summary>
    private long _inHandSinceMicros = long.MaxValue;

    public ClientConnection(FrontendServer frontend, FrontendShard home, ControlStream stream, ConnectionPlace place)
    {
        Place = place;
        _frontend = frontend;
        _home = home;
        _stream = stream;
        Remote = Plain(stream.Remote);
        Local = Plain(stream.Local);
        _input = stream.Input;
        stream.Account.Holder = this;
        _lastHeardMicros = home.Shard.NowMicros;
    }

    public IPEndPoint Remote { get; }

    public IPEndPoint Local { get; }

    public IPAddress RemoteAddress => Remote.Address;

    public FrontendShard Home => _home;

    /// <inheritdoc cref="ConnectionPlace"/>
    public ConnectionPlace Place { get; }

    /// <summary>It has a session that was played, or carries the requests of one. <see cref="UpdatePlace"/> writes it.</summary>
    public bool IsUsed { get; private set; }

    public ControlStream Stream => _stream;

    /// <summary>Its challenge, where clients must authenticate.</summary>
    public AuthState Auth { get; } = new();

    /// <summary>How its sessions start; said by the query of its DESCRIBE, which players leave out of later URLs.</summary>
    public StartMode? Start { get; set; }

    public ConnectionEnd EndCause => _end;

    /// <summary>The error that the connection ended by, for its line: " (ETIMEDOUT)"; empty where it was closed in order.</summary>
    public string EndError => _stream.EndErrno == 0 ? "" : $" ({ErrorName.Of(_stream.EndErrno)})";

    /// <summary>The sessions that live and end with this connection, or were made on it.</summary>
    public IReadOnlyList<Session> Sessions => _sessions;

    /// <summary>Inside an HTTP tunnel there is no UDP.</summary>
    public bool IsTunnel { get; private set; }

    /// <summary>When the kernel last took something of ours.</summary>
    public long LastProgressMicros => _stream.LastProgressMicros;

    /// <inheritdoc cref="ControlStream.PeerEnded"/>
    public Task PeerEnded => _stream.PeerEnded;

    /// <summary>Serves the connection until it ends. Started on the shard that accepted it.</summary>
    public async Task RunAsync()
    {
        _home.Add(this);
        ConnectionEnd end = ConnectionEnd.Failed;
        try
        {
            if (!await ReadRequestAsync())
            {
                end = _readEnd;
            }
            else
            {
                if (_frontend.Requests.IsEarly(_message, out string cookie))
                {
                    await _frontend.Tunnels.WaitForGetAsync(cookie, Task.WhenAny(PeerEnded, _home.Shard.DelayAsync(FrontendLimits.EarlyPost)));
                }

                if (HomeOf(_message) is { } target && target != _home)
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
            FrontendLog.ConnectionFailed(_frontend.Log, Remote, e);
        }

        Finish(end);
    }

    /// <summary>False: it has as many sessions as it may have, and <paramref name="makesRoom"/> is null or one that can go for another.</summary>
    public bool HasRoom(long nowMicros, out Session? makesRoom)
    {
        makesRoom = null;
        if (_sessions.Count < FrontendLimits.SessionsPerConnection)
        {
            return true;
        }

        foreach (Session session in _sessions)
        {
            if (session.IsWaiting && nowMicros - session.BegunMicros >= (long)SessionPlaces.Grace.TotalMicroseconds && (makesRoom is null || session.BegunMicros < makesRoom.BegunMicros))
            {
                makesRoom = session;
            }
        }

        return false;
    }

    /// <summary>Ties a session to this connection: any request here is a sign of its life.</summary>
    public void Adopt(Session session) => _sessions.Add(session);

    /// <summary>A session of it was played for the first time, or has ended: the connection keeps its place, or is among those that may have to go.</summary>
    public void UpdatePlace()
    {
        bool isUsed = _postOf?.IsUsed ?? _sessions.Exists(static session => session.WasPlayed);
        if (isUsed != IsUsed)
        {
            IsUsed = isUsed;
            _stream.Account.IsUsed = isUsed;
            _frontend.Limits.ConnectionPlaces.SetUsed(Place, isUsed, _home.Shard.NowMicros);
            _tunnel?.UpdatePlaces();
        }
    }

    /// <summary>The session has ended.</summary>
    public void Release(Session session)
    {
        _sessions.Remove(session);
        if (session.EndCause is not (SessionEnd.Teardown or SessionEnd.ConnectionClosed))
        {
            _endedByUs = session.Id;
        }

        UpdatePlace();
    }

    /// <summary>True once for the session that we ended last: a player that was told BYE tears down all the same, and has done nothing wrong.</summary>
    public bool TakeEnded(string id)
    {
        bool was = _endedByUs == id;
        _endedByUs = was ? null : _endedByUs;
        return was;
    }

    /// <summary>Sends one `$` frame behind what is under way.</summary>
    public void SendFrame(byte channel, ReadOnlySpan<byte> payload)
    {
        byte[] frame = ArrayPool<byte>.Shared.Rent(payload.Length + InterleavedFrame.HeaderBytes);
        InterleavedFrame.Write(frame, channel, payload.Length);
        payload.CopyTo(frame.AsSpan(InterleavedFrame.HeaderBytes));
        _ = _stream.Send(frame.AsSpan(0, payload.Length + InterleavedFrame.HeaderBytes));
        ArrayPool<byte>.Shared.Return(frame);
    }

    /// <summary>Closes at once.</summary>
    public void Close(ConnectionEnd cause)
    {
        if (_end == ConnectionEnd.None)
        {
            _end = cause;
        }

        _stream.Close();
    }

    /// <inheritdoc/>
    bool IInputHolder.IsPlaying
    {
        get
        {
            foreach (Session session in _sessions)
            {
                if (session.State == SessionState.Playing)
                {
                    return true;
                }
            }

            return false;
        }
    }

    /// <inheritdoc/>
    void IInputHolder.OnEvicted(long heldBytes)
    {
        _frontend.OnOverBudget(Remote, heldBytes);
        PostHome(() => Close(ConnectionEnd.OverBudget));
    }

    /// <inheritdoc/>
    void IInputHolder.OnMemory() => PostHome(_stream.OnMemory);

    /// <summary>From any thread to the connection's shard, also when it moves meanwhile.</summary>
    private void PostHome(Action work)
    {
        Shard shard = _stream.Shard;
        shard.Post(() =>
        {
            if (_stream.Shard == shard)
            {
                work();
            }
            else
            {
                PostHome(work);
            }
        });
    }

    /// <summary>Closes when what was written has left, or after <see cref="FrontendLimits.StopWait"/>.</summary>
    public async Task CloseAfterFlushAsync()
    {
        // By the machine's clock: this is about leaving in time, whatever a test does to ours.
        long since = Environment.TickCount64;
        while (_stream.IsParked && !_stream.IsClosed && Environment.TickCount64 - since < FrontendLimits.StopWait.TotalMilliseconds)
        {
            await Task.Delay(5);
        }

        Close(ConnectionEnd.Stopping);
    }

    /// <summary>To be awaited, and followed by <see cref="Arrive"/> there. Two halves, because a method of ours that awaited the move would bring its caller back.</summary>
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

    /// <summary>True for a request that wants media over UDP, where the shard has no ports for it (<c>--udp-ports</c> has fewer pairs than there are shards) and nothing binds us to it.</summary>
    private bool LacksUdp() => _home.Shard.Media is null && _sessions.Count == 0 && !IsTunnel && !_stream.IsParked && RequestHandler.WantsUdp(_message);

    /// <summary>Answers the request that was read, and all that follow.</summary>
    private async Task<ConnectionEnd> ServeRequestsAsync()
    {
        do
        {
            OnRequest();
            if (LacksUdp() && _frontend.HomeWithUdp() is { } home)
            {
                await LeaveFor(home);
                Arrive(home);
                if (_frontend.IsStopping)
                {
                    return ConnectionEnd.Stopping;
                }
            }

            RtspResponse response = await HandleAsync();
            if (_end != ConnectionEnd.None)
            {
                response.Handover?.Abandon();
                return _end;
            }

            if (response.PostOf is { } tunnel)
            {
                return await PumpAsync(tunnel);
            }

            if (!response.IsSilent && !await WriteAsync(response))
            {
                response.Handover?.Abandon();
                return ConnectionEnd.PeerClosed;
            }

            _message.Trim();
            RunAfterWritten(response);
            if (response.Handover is { } handover)
            {
                handover.Release(_stream);
                return ConnectionEnd.HandedOver;
            }

            if (response.CloseAfter)
            {
                await LingerAsync();
                return ConnectionEnd.Refused;
            }

            await _stream.AnswersTakenAsync();
        }
        while (await ReadRequestAsync());
        return _readEnd;
    }

    /// <summary>Handles the request in hand. What a handler that waits keeps of it counts for as long.</summary>
    private async ValueTask<RtspResponse> HandleAsync()
    {
        Task<RtspResponse> answer = _frontend.Requests.HandleAsync(this, _message, _response);
        if (answer.IsCompletedSuccessfully)
        {
            return answer.Result;
        }

        _inHandSinceMicros = _home.Shard.NowMicros;
        int heldBytes = _message.BufferBytes;
        _stream.Account.Take(heldBytes);
        RtspResponse response = await answer;
        _stream.Account.Return(heldBytes);
        _inHandSinceMicros = long.MaxValue;
        return response;
    }

    private static void RunAfterWritten(RtspResponse response)
    {
        Action? after = response.AfterWritten;
        response.AfterWritten = null;
        after?.Invoke();
    }

    /// <summary>Where this connection belongs: with its session if its first request names one, with its tunnel if it is a POST, near its mount else.</summary>
    private FrontendShard? HomeOf(RtspMessage first)
    {
        if (first.IsHttp)
        {
            return _frontend.Requests.TunnelOf(first)?.Home;
        }

        if (SessionId.TryParse(first.Session, out int shardIndex, out _))
        {
            return _frontend.ShardAt(shardIndex);
        }

        return RequestTarget.Resolve(first.Uri, _frontend.Mounts).Mount is { } mount ? _frontend.HomeNear(mount.Shard) : null;
    }

    /// <summary>Writes an answer behind the frames that are under way. False: the connection is gone.</summary>
    private async ValueTask<bool> WriteAsync(RtspResponse response)
    {
        if (response.Status >= 400)
        {
            _frontend.Counters.OnRequestRefused();
        }

        RtspWriter.WriteResponse(
            _stream.Output, response.Status, response.Reason, response.HasCSeq ? _message.CSeqText : default, CollectionsMarshal.AsSpan(response.Headers), response.Body.Span, response.Version);
        FlushResult flushed = await _stream.Output.FlushAsync();
        return !flushed.IsCompleted;
    }

    private void Finish(ConnectionEnd end)
    {
        if (_end == ConnectionEnd.None)
        {
            _end = end;
        }

        LeaveTunnel();
        _home.Remove(this);
        foreach (Session session in _sessions.ToArray())
        {
            session.OnConnectionClosed();
        }

        _sessions.Clear();
        if (_end != ConnectionEnd.HandedOver)
        {
            _stream.Close();
            _stream.Input.Abandon();
        }

        _frontend.OnConnectionEnded(this);
    }

    /// <summary>IPv4 clients of a dual-stack listener come IPv4-mapped; people and headers want the short form.</summary>
    private static IPEndPoint Plain(IPEndPoint endPoint) =>
        endPoint.Address.IsIPv4MappedToIPv6 ? new IPEndPoint(endPoint.Address.MapToIPv4(), endPoint.Port) : endPoint;
}
