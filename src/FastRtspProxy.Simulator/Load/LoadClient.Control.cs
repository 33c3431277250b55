using System.Buffers;
using System.Globalization;
using System.Net;
using System.Text;
using FastRtspProxy.Net.Linux;
using FastRtspProxy.Protocol.Auth;
using FastRtspProxy.Protocol.Rtsp;
using FastRtspProxy.Simulator.Receive;

namespace FastRtspProxy.Simulator.Load;

/// <summary>Requests and answers.</summary>
internal sealed partial class LoadClient
{
    private const string UserAgent = "rtspsim";

    private static readonly RtspLimits s_limits = new() { HeadBytes = 16384, BodyBytes = 128 * 1024 };

    private void OnConnected()
    {
        int error = RawSocket.TakeError(_fd);
        if (error != 0)
        {
            Fail("connect: " + ErrorWords.Of(error));
            return;
        }

        Shard.Rewatch(_fd, EpollEvents.In, this);
        Negotiate();
    }

    private void Negotiate()
    {
        _isConnected = true;
        _awaiting = null;
        Move(ClientState.Negotiating);
        if (_target.Url.User is { } user)
        {
            _auth = new AuthClient(user, _target.Url.Password ?? "");
        }

        if (_transport == ClientTransport.Http)
        {
            OpenTunnel();
        }
        else
        {
            Request(RtspMethod.Describe, _target.Url.RequestUri);
        }
    }

    private void OpenTunnel()
    {
        string cookie = Guid.NewGuid().ToString("N")[..22];
        string host = _target.Url.Host + ":" + _target.Url.Port.ToString(CultureInfo.InvariantCulture);
        string get = $"GET {_target.Url.PathAndQuery} HTTP/1.0\r\nHost: {host}\r\nx-sessioncookie: {cookie}\r\nAccept: application/x-rtsp-tunnelled\r\n"
            + "Pragma: no-cache\r\nCache-Control: no-cache\r\n\r\n";
        _post = new PostConnection(Shard, OnPostOpened);
        _awaiting = "GET";
        _awaitingSinceMicros = Shard.NowMicros;
        _session = cookie; // until the RTSP session has one
        byte[] bytes = Encoding.ASCII.GetBytes(get);
        if (RawSocket.Send(_fd, bytes) != bytes.Length)
        {
            Fail("GET: the server does not read");
        }
    }

    private void OnTunnelAnswer(RtspMessage answer)
    {
        if (answer.StatusCode != RtspStatus.Ok)
        {
            Fail(Invariant($"GET: {answer.StatusCode} {answer.Reason} (does the server offer the HTTP tunnel on this port?)"));
            return;
        }

        string cookie = _session!;
        _session = null;
        _awaiting = "POST";
        _post!.Open(
            _target.Address, _home.Ports.AddressOf(_number), _target.Url.Host + ":" + _target.Url.Port.ToString(CultureInfo.InvariantCulture), _target.Url.PathAndQuery, cookie);
    }

    private void OnPostOpened(string? error)
    {
        if (error is not null)
        {
            Fail(error);
        }
        else if (State == ClientState.Negotiating)
        {
            Request(RtspMethod.Describe, _target.Url.RequestUri);
        }
    }

    private void Request(string method, string uri, params ReadOnlySpan<RtspHeader> extra)
    {
        ArrayBufferWriter<byte> output = _home.Output;
        output.ResetWrittenCount();
        RtspHeader[] headers = new RtspHeader[extra.Length + 3];
        int count = 0;
        headers[count++] = new RtspHeader("User-Agent", UserAgent);
        if (_auth?.Authorization(method, uri) is { } authorization)
        {
            headers[count++] = new RtspHeader("Authorization", authorization);
        }

        if (_session is not null)
        {
            headers[count++] = new RtspHeader("Session", _session);
        }

        extra.CopyTo(headers.AsSpan(count));
        RtspWriter.WriteRequest(output, method, uri, ++_cseq, headers.AsSpan(0, count + extra.Length));
        _awaiting = method;
        _awaitingSinceMicros = _requestedMicros = Shard.NowMicros;
        bool sent = Send(output.WrittenSpan) == output.WrittenCount;
        if (!sent && State == ClientState.Leaving)
        {
            Close(ClientState.Done);
        }
        else if (!sent)
        {
            Fail(method + ": the server does not read, or has closed");
        }
    }

    private void OnMessage(RtspMessage message)
    {
        if (message.IsRequest)
        {
            // A server may ask (OPTIONS as a keep-alive, ANNOUNCE): it gets an answer, RFC 2326 D.1.
            _home.Output.ResetWrittenCount();
            RtspWriter.WriteResponse(_home.Output, RtspStatus.Ok, null, message.CSeqText, []);
            _ = Send(_home.Output.WrittenSpan);
            return;
        }

        string? method = _awaiting;
        _awaiting = null;
        switch (method)
        {
            case null:
                break;
            case "GET":
                OnTunnelAnswer(message);
                break;
            case RtspMethod.Teardown:
                Close(ClientState.Done);
                break;
            default:
                if (message.StatusCode == RtspStatus.Unauthorized)
                {
                    OnChallenge(message, method);
                }
                else if (method == RtspMethod.GetParameter)
                {
                    // Whatever the answer, the server has heard of us.
                    break;
                }
                else if (message.StatusCode != RtspStatus.Ok)
                {
                    Fail(Invariant($"{method}: {message.StatusCode} {message.Reason}"));
                }
                else
                {
                    OnAnswer(message, method);
                }

                break;
        }
    }

    private void OnChallenge(RtspMessage answer, string method)
    {
        if (_auth is null)
        {
            Fail(method + ": 401, the server wants credentials (rtsp://user:password@host/…)");
            return;
        }

        if (++_challenges > MaxChallenges || !_auth.Accept(answer.HeaderValues("WWW-Authenticate")))
        {
            Fail(method + ": 401, the server refuses these credentials");
            return;
        }

        switch (method)
        {
            case RtspMethod.Setup:
                SetUpNext();
                break;
            case RtspMethod.Play:
                Play();
                break;
            default:
                Request(method, _description?.AggregateUrl ?? _target.Url.RequestUri);
                break;
        }
    }

    private void OnAnswer(RtspMessage answer, string method)
    {
        _challenges = 0;
        switch (method)
        {
            case RtspMethod.Describe:
                _description = StreamDescription.Read(answer, _target.Url.RequestUri, _home.Options.Tracks, _home.DescriptionOf(_target.Index), out string? error);
                if (_description is null)
                {
                    Fail(error!);
                    return;
                }

                _home.Remember(_target.Index, _description);
                if (MakeLegs())
                {
                    SetUpNext();
                }

                break;
            case RtspMethod.Setup:
                OnSetUp(answer);
                break;
            case RtspMethod.Play:
                _playedMicros = Shard.NowMicros;
                Move(ClientState.Waiting);
                Report(Shard.NowMicros);
                if (_hasFirstPacket && State == ClientState.Waiting)
                {
                    Begin();
                }

                break;
        }
    }

    private bool MakeLegs()
    {
        TrackLeg[] legs = new TrackLeg[_description!.Tracks.Count];
        for (int i = 0; i < legs.Length; i++)
        {
            TrackReceiver receiver = new(_description.Tracks[i], Bucket, this, _home.Options.Verify);
            legs[i] = new TrackLeg(receiver) { RtpChannel = (byte)(2 * i), RtcpChannel = (byte)((2 * i) + 1) };
        }

        _legs = legs;
        return true;
    }

    private void SetUpNext()
    {
        TrackLeg leg = _legs[_settingUp];
        TransportSpec wanted;
        if (_transport == ClientTransport.Udp)
        {
            if (!TryOpenPorts(leg, out int port))
            {
                return;
            }

            wanted = new TransportSpec { ClientPort = new PortPair(port, port + 1) };
        }
        else
        {
            wanted = new TransportSpec { Tcp = true, Interleaved = new ChannelPair(leg.RtpChannel, leg.RtcpChannel) };
        }

        Request(RtspMethod.Setup, leg.Receiver.Plan.Control, new RtspHeader("Transport", TransportHeader.Format(wanted)));
    }

    /// <summary>False: the client has failed.</summary>
    private bool TryOpenPorts(TrackLeg leg, out int port)
    {
        leg.Close(); // a SETUP that is sent again, after a challenge
        IPAddress? own = _home.Ports.AddressOf(_number);
        if (!_home.Ports.TryOpenPair(own, _target.Address.Address, out int rtp, out int rtcp, out port, out int error))
        {
            Fail("UDP ports: " + ErrorWords.Of(-error));
            return false;
        }

        leg.Rtp = new UdpReceiver(Shard, leg.Receiver, false, rtp);
        leg.Rtcp = new UdpReceiver(Shard, leg.Receiver, true, rtcp);
        if (!leg.Rtp.Start(_home.Options.JoinDatagrams) || !leg.Rtcp.Start(false))
        {
            Fail("out of kernel memory for watching one more socket (fs.epoll.max_user_watches)");
            return false;
        }

        return true;
    }

    private void OnSetUp(RtspMessage answer)
    {
        if (answer.Header("Session") is { } text && SessionHeader.TryParse(text, out string session, out int? timeout))
        {
            _session = session;
            _timeoutSeconds = timeout ?? _timeoutSeconds;
        }

        TrackLeg leg = _legs[_settingUp];
        IReadOnlyList<TransportSpec> specs = TransportHeader.Parse(answer.Header("Transport") ?? "");
        TransportSpec? spec = specs.Count > 0 ? specs[0] : null;
        if (spec is null || spec.Tcp != (_transport != ClientTransport.Udp) || spec.Multicast)
        {
            Fail("SETUP: answered with another transport than asked for");
            return;
        }

        if (spec.Interleaved is { } channels)
        {
            leg.RtpChannel = channels.Rtp;
            leg.RtcpChannel = channels.Rtcp;
        }

        if (spec.ServerPort is { } ports)
        {
            leg.ReportsTo = new IPEndPoint(_target.Address.Address, ports.Rtcp).Serialize();
        }

        if (++_settingUp < _legs.Length)
        {
            SetUpNext();
        }
        else
        {
            Play();
        }
    }

    private void Play()
    {
        long nowUnix = UnixClock.NowMicros();
        foreach (TrackLeg leg in _legs)
        {
            leg.Receiver.LiveFromUnixMicros = nowUnix;
        }

        Request(RtspMethod.Play, _description!.AggregateUrl, new RtspHeader("Range", "npt=0.000-"));
    }

    private static string Invariant(FormattableString text) => FormattableString.Invariant(text);
}
