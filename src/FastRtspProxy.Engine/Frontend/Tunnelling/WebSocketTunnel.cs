using System.Buffers.Binary;
using FastRtspProxy.Net;
using FastRtspProxy.Protocol.WebSocket;

namespace FastRtspProxy.Engine.Frontend;

/// <summary>
/// RTSP over WebSocket (ONVIF Streaming Specification): the bytes of RTSP in binary messages, cut as the client likes; what we send is a whole answer
/// or whole frames in each message (<see cref="WebSocketOutput"/>). Pings are answered while a request is in hand, too. On the connection's shard.
/// </summary>
internal sealed class WebSocketTunnel : Tunnel
{
    private readonly FrontendServer _frontend;
    private readonly WebSocketOrigin _origin;
    private readonly WebSocketDecoder _decoder = new(FrontendLimits.WebSocketMessageBytesMax);
    private readonly WebSocketOutput _output;

    /// <summary>What <see cref="MayStay"/> last went by, and what came of it.</summary>
    private WebSocketRules? _judged;
    private bool _mayStay = true;

    /// <summary>When it was pinged last; before that, when it was opened.</summary>
    private long _pingedMicros;

    /// <summary>The last ping's payload until it is answered; null: there is none. Those before it need no answer (RFC 6455, 5.5.3).</summary>
    private byte[]? _ping;

    /// <summary>The answer to the opening is written.</summary>
    /// <param name="frontend">Whose it is.</param>
    /// <param name="connection">What becomes a WebSocket.</param>
    /// <param name="origin">Who opens it.</param>
    /// <param name="judged">The rules that let it in.</param>
    public WebSocketTunnel(FrontendServer frontend, ClientConnection connection, WebSocketOrigin origin, WebSocketRules judged)
        : base(connection)
    {
        _frontend = frontend;
        _origin = origin;
        _judged = judged;
        _output = connection.Stream.BeginWebSocket();
        _pingedMicros = connection.Home.Shard.NowMicros;
    }

    /// <inheritdoc/>
    public override ConnectionKind Kind => ConnectionKind.WebSocket;

    /// <inheritdoc/>
    public override bool MayStay
    {
        get
        {
            WebSocketRules? now = _frontend.WebSocket;
            if (!ReferenceEquals(now, _judged))
            {
                _judged = now;
                _mayStay = now is not null && _origin.MayCome(now);
            }

            return _mayStay;
        }
    }

    /// <inheritdoc/>
    public override async Task RunAsync(PeerInput input)
    {
        try
        {
            while (await input.WaitAsync())
            {
                Connection.Carrier.OnHeard();
                WebSocketStep step = await TakeAsync(input);
                AnswerPing();
                if (step is WebSocketStep.Close or WebSocketStep.Malformed)
                {
                    await EndAsync(step, input);
                    break;
                }

                await Connection.Stream.AnswersTakenAsync();
            }
        }
        finally
        {
            End();
        }
    }

    /// <inheritdoc/>
    public override void OnCheck(long nowMicros)
    {
        if (nowMicros - _pingedMicros >= (long)FrontendLimits.WebSocketPing.TotalMicroseconds)
        {
            _pingedMicros = nowMicros;
            _ = Connection.Stream.IsParked || _output.SendControl(WebSocketOpcode.Ping, default);
        }
    }

    /// <inheritdoc/>
    public override void OnEnding(ConnectionEnd cause) => _output.CloseCode = cause switch
    {
        ConnectionEnd.PeerClosed => WebSocketCloseCode.Normal,
        ConnectionEnd.Stopping => WebSocketCloseCode.GoingAway,
        ConnectionEnd.Malformed => WebSocketCloseCode.InvalidPayload,
        ConnectionEnd.OverBudget or ConnectionEnd.MadeRoom => WebSocketCloseCode.TryAgainLater,
        ConnectionEnd.Failed => WebSocketCloseCode.InternalError,
        _ => WebSocketCloseCode.PolicyViolation,
    };

    /// <summary>Takes what has come, as much as the turn allows. The last step; of data nothing is taken that the reader does not want yet.</summary>
    private async ValueTask<WebSocketStep> TakeAsync(PeerInput input)
    {
        while (true)
        {
            if (!IsOver && !Requests.IsWanted && _decoder.IsDataNext(input.Unread))
            {
                await Requests.WhenWantedAsync();
                continue;
            }

            WebSocketStep step = Take(input);
            if (step is WebSocketStep.NeedMore or WebSocketStep.Close or WebSocketStep.Malformed || !input.SpendFrame())
            {
                return step;
            }
        }
    }

    private WebSocketStep Take(PeerInput input)
    {
        Span<byte> payload = stackalloc byte[PeerInput.ReadBytes];
        WebSocketStep step = _decoder.Next(input.Unread, payload, out int consumed, out int bytes);
        payload = payload[..bytes];
        input.Consume(consumed);
        switch (step)
        {
            case WebSocketStep.NeedMore:
                input.NeedMore();
                break;
            case WebSocketStep.Data:
                Requests.Give(payload);
                break;
            case WebSocketStep.Ping:
                _ping = payload.ToArray();
                break;
            case WebSocketStep.Close:
                _output.SendClose(bytes < 2 ? WebSocketCloseCode.Normal : (WebSocketCloseCode)BinaryPrimitives.ReadUInt16BigEndian(payload));
                break;
        }

        return step;
    }

    private void AnswerPing()
    {
        if (_ping is { } ping)
        {
            _ping = null;
            _ = _output.SendControl(WebSocketOpcode.Pong, ping);
        }
    }

    /// <summary>The client has closed, and our word to that is on its way; or what it sends cannot be read, and it is told so.</summary>
    private async Task EndAsync(WebSocketStep step, PeerInput input)
    {
        bool isMalformed = step == WebSocketStep.Malformed;
        if (isMalformed)
        {
            _frontend.Counters.OnMalformed();
            _output.SendClose(_decoder.Fault);
            await RequestReader.LingerAsync(input);
        }

        await Connection.Stream.SentAsync(FrontendLimits.StopWait);
        Connection.Close(isMalformed ? ConnectionEnd.Malformed : ConnectionEnd.PeerClosed);
    }
}
