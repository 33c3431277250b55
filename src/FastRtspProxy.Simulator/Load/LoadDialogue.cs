using System.Buffers;
using System.Net;
using System.Text;
using FastRtspProxy.Net;
using FastRtspProxy.Protocol.Auth;
using FastRtspProxy.Protocol.Rtsp;
using FastRtspProxy.SimulatedCamera.Talk;
using FastRtspProxy.Simulator.Receive;

namespace FastRtspProxy.Simulator.Load;

/// <summary>
/// The requests of one client of the crowd and what their answers lead to: the tunnel's GET if there is one, DESCRIBE, a SETUP for each track, PLAY,
/// GET_PARAMETER while it plays, TEARDOWN. One request is under way at a time. The client is told when PLAY was answered, and of whatever it fails
/// by.
/// </summary>
internal sealed class LoadDialogue(LoadClient client, LoadConnection connection)
{
    private const string UserAgent = "rtspsim";
    private const string Connect = "connect";
    private const string Get = "GET";
    private const string Post = "POST";
    private const int ChallengesMax = 3;

    /// <summary>A session that is silent for less is asked for nothing, however short the server says its time is.</summary>
    private const int KeepAliveSecondsMin = 5;

    /// <summary>From the answer to DESCRIBE on; its <c>Tracks</c> are the client's legs, in this order.</summary>
    private StreamDescription? _description;

    /// <summary>Set when the connection stands; only when the URL has credentials.</summary>
    private AuthClient? _auth;

    /// <summary>From the first answer that names it on; while the tunnel opens, its cookie, for there is no session yet.</summary>
    private string? _session;

    /// <summary>Whose answer is missing: a method, <see cref="Connect"/>, <see cref="Get"/> or <see cref="Post"/>. Null when nothing is.</summary>
    private string? _awaiting = Connect;

    /// <summary>Since when <see cref="_awaiting"/> is what it is.</summary>
    private long _awaitingSinceMicros;

    /// <summary>When the last request was sent.</summary>
    private long _requestedMicros;

    /// <summary>That of the last request.</summary>
    private int _cseq;

    /// <summary>Challenges since the last answer that was not one.</summary>
    private int _challenges;

    /// <summary>The leg whose SETUP is next or under way.</summary>
    private int _settingUp;

    /// <summary>RFC 2326 section 12.37: 60 unless the server says otherwise.</summary>
    private int _timeoutSeconds = 60;

    /// <summary>Nothing that was asked for is missing.</summary>
    public bool IsIdle => _awaiting is null;

    /// <summary>When in the dialogue it is, for what ends it now.</summary>
    public string Stage => _awaiting ?? "the negotiation";

    private LoadShard Home => client.Home;

    /// <summary>What a client that talks requires.</summary>
    private RtspHeader[] Required => Home.Options.TalkHertz is null ? [] : [new RtspHeader("Require", BackChannel.OptionTag)];

    private LoadTarget Target => client.Target;

    private string HostAndPort => Invariant($"{AddressText.HostForPeer(Target.Url.Host)}:{Target.Url.Port}");

    /// <summary>The client begins to connect.</summary>
    public void Begin(long nowMicros) => _awaitingSinceMicros = nowMicros;

    /// <summary>What has not been answered for longer than <paramref name="micros"/>, or null.</summary>
    public string? Overdue(long nowMicros, long micros) => nowMicros - _awaitingSinceMicros > micros ? _awaiting : null;

    /// <summary>The connection stands: asks for the description, through a tunnel if there is to be one.</summary>
    public void Negotiate()
    {
        _awaiting = null;
        if (Target.Url.User is { } user)
        {
            _auth = new AuthClient(user, Target.Url.Password ?? "");
        }

        if (client.Transport == ClientTransport.Http)
        {
            OpenTunnel();
        }
        else
        {
            Request(RtspMethod.Describe, Target.Url.RequestUri, Required);
        }
    }

    /// <summary>Half of the time that the server gives a silent session, and never so late that a lost second matters.</summary>
    public void KeepAlive(long nowMicros)
    {
        if (IsIdle && nowMicros - _requestedMicros > Math.Max(KeepAliveSecondsMin, _timeoutSeconds / 2) * 1_000_000L)
        {
            Request(RtspMethod.GetParameter, _description!.AggregateUrl);
        }
    }

    public void TearDown() => Request(RtspMethod.Teardown, _description!.AggregateUrl);

    public void OnMessage(RtspMessage message)
    {
        if (message.IsRequest)
        {
            // A server may ask (OPTIONS as a keep-alive, ANNOUNCE): it gets an answer, RFC 2326 D.1.
            Home.Output.ResetWrittenCount();
            RtspWriter.WriteResponse(Home.Output, RtspStatus.Ok, null, message.CSeqText, []);
            _ = connection.Send(Home.Output.WrittenSpan);
            return;
        }

        string? method = _awaiting;
        _awaiting = null;
        switch (method)
        {
            case null:
                break;
            case Get:
                OnTunnelAnswer(message);
                break;
            case RtspMethod.Teardown when message.StatusCode == RtspStatus.Unauthorized && TakesChallenge(message):
                TearDown(); // the nonce was too old
                break;
            case RtspMethod.Teardown:
                client.Close(ClientState.Done);
                break;
            default:
                if (message.StatusCode == RtspStatus.Unauthorized)
                {
                    OnChallenge(message, method);
                }
                else if (method == RtspMethod.GetParameter)
                {
                    _challenges = 0; // whatever the answer, the server has heard of us
                }
                else if (message.StatusCode != RtspStatus.Ok)
                {
                    client.Fail(Invariant($"{method}: {message.StatusCode} {message.Reason}"));
                }
                else
                {
                    OnAnswer(message, method);
                }

                break;
        }
    }

    private void OpenTunnel()
    {
        string cookie = Guid.NewGuid().ToString("N")[..22];
        string get = $"GET {Target.Url.PathAndQuery} HTTP/1.0\r\nHost: {HostAndPort}\r\nx-sessioncookie: {cookie}\r\n"
            + "Accept: application/x-rtsp-tunnelled\r\nPragma: no-cache\r\nCache-Control: no-cache\r\n\r\n";
        Await(Get);
        _session = cookie;
        if (!connection.BeginTunnel(Encoding.ASCII.GetBytes(get), OnPostOpened))
        {
            client.Fail("GET: the server does not read");
        }
    }

    private void OnTunnelAnswer(RtspMessage answer)
    {
        if (answer.StatusCode != RtspStatus.Ok)
        {
            client.Fail(Invariant($"GET: {answer.StatusCode} {answer.Reason} (does the server offer the HTTP tunnel on this port?)"));
            return;
        }

        string cookie = _session!;
        _session = null;
        _awaiting = Post;
        connection.OpenPost(HostAndPort, cookie);
    }

    private void OnPostOpened(string? error)
    {
        if (error is not null)
        {
            client.Fail(error);
        }
        else if (client.State == ClientState.Negotiating)
        {
            Request(RtspMethod.Describe, Target.Url.RequestUri, Required);
        }
    }

    private void Request(string method, string uri, params ReadOnlySpan<RtspHeader> extra)
    {
        ArrayBufferWriter<byte> output = Home.Output;
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
        Await(method);
        _requestedMicros = _awaitingSinceMicros;
        bool sent = connection.Send(output.WrittenSpan) == output.WrittenCount;
        if (!sent && client.State == ClientState.Leaving)
        {
            client.Close(ClientState.Done);
        }
        else if (!sent)
        {
            client.Fail(method + ": the server does not read, or has closed");
        }
    }

    private void Await(string what)
    {
        _awaiting = what;
        _awaitingSinceMicros = Home.Shard.NowMicros;
    }

    private void OnChallenge(RtspMessage answer, string method)
    {
        if (_auth is null)
        {
            client.Fail(method + ": 401, the server wants credentials (rtsp://user:password@host/…)");
            return;
        }

        if (!TakesChallenge(answer))
        {
            client.Fail(method + ": 401, the server refuses these credentials");
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
                Request(method, _description?.AggregateUrl ?? Target.Url.RequestUri, method == RtspMethod.Describe ? Required : []);
                break;
        }
    }

    private bool TakesChallenge(RtspMessage answer) =>
        ++_challenges <= ChallengesMax && _auth?.Accept(answer.HeaderValues("WWW-Authenticate")) == true;

    private void OnAnswer(RtspMessage answer, string method)
    {
        _challenges = 0;
        switch (method)
        {
            case RtspMethod.Describe:
                StreamDescription? known = Home.DescriptionOf(Target.Index);
                _description = StreamDescription.Read(answer, Target.Url.RequestUri, Home.Options.Tracks, known, out string? error);
                if (_description is null)
                {
                    client.Fail(error!);
                    return;
                }

                if (Home.Options.TalkHertz is not null && _description.Back is null)
                {
                    client.Fail("DESCRIBE: there is no back channel of PCMU or PCMA (--talk)");
                    return;
                }

                Home.Remember(Target.Index, _description);
                client.MakeLegs(_description);
                SetUpNext();
                break;
            case RtspMethod.Setup:
                OnSetUp(answer);
                break;
            case RtspMethod.Play:
                client.OnPlayAnswered();
                break;
        }
    }

    private void SetUpNext()
    {
        if (_settingUp == client.Legs.Length)
        {
            SetUpBack();
            return;
        }

        TrackLeg leg = client.Legs[_settingUp];
        TransportSpec wanted;
        if (client.Transport == ClientTransport.Udp)
        {
            if (!TryOpenPorts(leg, out int port))
            {
                return;
            }

            wanted = new TransportSpec { ClientPort = new PortPair(port, port + 1) };
        }
        else if (client.Transport == ClientTransport.Multicast)
        {
            wanted = new TransportSpec { Multicast = true }; // group and ports are the server's to say
        }
        else
        {
            wanted = new TransportSpec { Tcp = true, Interleaved = new ChannelPair(leg.RtpChannel, leg.RtcpChannel) };
        }

        Request(RtspMethod.Setup, leg.Receiver.Plan.Control, new RtspHeader("Transport", TransportHeader.Format(wanted)));
    }

    /// <summary>Behind the tracks.</summary>
    private void SetUpBack()
    {
        (string control, BackChannel codec) = _description!.Back!.Value;
        client.Talker ??= new LoadTalker(client, connection, codec, Home.Options.TalkHertz!.Value);
        if (client.Talker.Offer() is { } wanted)
        {
            Request(RtspMethod.Setup, control, [new RtspHeader("Transport", TransportHeader.Format(wanted)), .. Required]);
        }
    }

    /// <summary>False: the client has failed.</summary>
    private bool TryOpenPorts(TrackLeg leg, out int port)
    {
        leg.Close(); // a SETUP that is sent again, after a challenge
        if (!Home.Ports.TryOpenPair(client.OwnAddress, Target.Address.Address, out int rtp, out int rtcp, out port, out int error))
        {
            client.Fail("UDP ports: " + ErrorWords.Of(-error));
            return false;
        }

        leg.Rtp = new UdpReceiver(Home.Shard, leg.Receiver, false, rtp);
        leg.Rtcp = new UdpReceiver(Home.Shard, leg.Receiver, true, rtcp);
        if (!leg.Rtp.Start(Home.Options.JoinDatagrams) || !leg.Rtcp.Start(false))
        {
            client.Fail(LoadClient.OutOfWatches);
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

        IReadOnlyList<TransportSpec> specs = TransportHeader.Parse(answer.Header("Transport") ?? "");
        TransportSpec? spec = specs.Count > 0 ? specs[0] : null;
        bool isMulticast = client.Transport == ClientTransport.Multicast;
        if (spec is null || spec.Tcp != (client.Transport is ClientTransport.Tcp or ClientTransport.Http) || spec.Multicast != isMulticast)
        {
            client.Fail("SETUP: answered with another transport than asked for");
            return;
        }

        if (_settingUp == client.Legs.Length)
        {
            client.Talker!.Take(spec);
            Play();
            return;
        }

        TrackLeg leg = client.Legs[_settingUp];
        if (isMulticast && !TryJoin(leg, spec))
        {
            return;
        }

        if (spec.Interleaved is { } channels)
        {
            leg.RtpChannel = channels.Rtp;
            leg.RtcpChannel = channels.Rtcp;
        }

        if (spec.ServerPort is { } ports)
        {
            leg.ReportsTo = new IPEndPoint(Target.Address.Address, ports.Rtcp).Serialize();
        }

        if (++_settingUp < client.Legs.Length || Home.Options.TalkHertz is not null)
        {
            SetUpNext();
        }
        else
        {
            Play();
        }
    }

    /// <summary>Listens where the server says. False: the client has failed.</summary>
    private bool TryJoin(TrackLeg leg, TransportSpec spec)
    {
        leg.Close(); // a SETUP that is sent again, after a challenge
        if (!IPAddress.TryParse(spec.Destination, out IPAddress? group) || spec.Port is not { Rtp: > 0, Rtcp: > 0 } ports)
        {
            client.Fail("SETUP: the answer names no group");
            return false;
        }

        _ = IPAddress.TryParse(spec.Source, out IPAddress? source);
        IPAddress? only = group.GetAddressBytes() is [232, _, _, _] ? source : null; // RFC 4607: of such a group one sender is heard
        leg.Group = Home.Groups;
        IPAddress? local = client.OwnAddress;
        int error = Home.Groups.Join(group, ports.Rtp, isRtcp: false, only, local, leg.Receiver);
        error = error < 0 ? error : Home.Groups.Join(group, ports.Rtcp, isRtcp: true, only, local, leg.Receiver);
        if (error < 0)
        {
            client.Fail(Invariant($"the group {group}: ") + ErrorWords.Of(-error));
        }

        return error == 0;
    }

    private void Play()
    {
        long nowUnix = UnixClock.NowMicros();
        foreach (TrackLeg leg in client.Legs)
        {
            leg.Receiver.LiveFromUnixMicros = nowUnix;
        }

        Request(RtspMethod.Play, _description!.AggregateUrl, [new RtspHeader("Range", "npt=0.000-"), .. Required]);
    }

    private static string Invariant(FormattableString text) => FormattableString.Invariant(text);
}
