using System.Globalization;
using System.Net;
using FastRtspProxy.Net;
using FastRtspProxy.Protocol.Rtsp;
using FastRtspProxy.Protocol.Srtp;
using FastRtspProxy.SimulatedCamera.Faults;
using FastRtspProxy.SimulatedCamera.Personalities;

namespace FastRtspProxy.SimulatedCamera;

/// <summary>What the camera answers.</summary>
internal sealed partial class CameraConnection
{
    private SimulatedCameraPersonality Personality => _camera.Options.Personality;

    private void OnRequest()
    {
        string method = _request.Method;
        _camera.Counters.OnRequest(method);
        if (_request.CSeq is null)
        {
            Answer(RtspStatus.BadRequest);
            return;
        }

        if (_request.Version != "RTSP/1.0")
        {
            Answer(RtspStatus.VersionNotSupported);
            return;
        }

        // RFC 2326 section 12.32: the answer names what was asked for and is not there.
        string unsupported = Unsupported();
        if (unsupported.Length > 0)
        {
            Answer(RtspStatus.OptionNotSupported, new RtspHeader("Unsupported", unsupported));
            return;
        }

        if (method == RtspMethod.Options)
        {
            _camera.FindSession(_request.Session)?.Touch(method);
            Answer(RtspStatus.Ok, new RtspHeader("Public", Personality.PublicMethods));
            return;
        }

        if (method == RtspMethod.Describe && _camera.Options.Faults.SilentDescribe)
        {
            return;
        }

        if (!_authenticator.Accepts(_request.Header("Authorization"), method, out IReadOnlyList<string> challenges))
        {
            Answer(RtspStatus.Unauthorized, [.. challenges.Select(challenge => new RtspHeader("WWW-Authenticate", challenge))]);
            return;
        }

        switch (method)
        {
            case RtspMethod.Describe:
                Describe();
                break;
            case RtspMethod.Setup:
                SetUp();
                break;
            case RtspMethod.Play or RtspMethod.Pause or RtspMethod.Teardown:
                if (_camera.FindSession(_request.Session) is { } session)
                {
                    session.Touch(_request.Method);
                    Control(session, method);
                }
                else
                {
                    Answer(RtspStatus.SessionNotFound);
                }

                break;
            case RtspMethod.GetParameter or RtspMethod.SetParameter:
                KeepAlive();
                break;
            default:
                Answer(RtspStatus.MethodNotAllowed, new RtspHeader("Allow", Personality.PublicMethods));
                break;
        }
    }

    private void Describe()
    {
        int stream = CameraPaths.FindStream(_camera.Options, _request.Uri);
        if (stream < 0)
        {
            Answer(RtspStatus.NotFound);
            return;
        }

        string url = _request.Uri.TrimEnd('/');
        IPAddress? group = _camera.MulticastGroupOf(stream);
        byte[] sdp = CameraSdp.Write(
            _camera.Options.Streams[stream], Personality, _stream.Local.Address, url, group, _camera.Options.MulticastPort,
            CameraKeys.Profile(_camera.Options), track => CameraKeys.SdpLine(_camera.Options, stream, track), AsksToTalk ? BackChannels : []);
        List<RtspHeader> headers = [];
        if (Personality.ContentBase)
        {
            headers.Add(new RtspHeader("Content-Base", url + "/"));
        }

        headers.Add(new RtspHeader("Content-Type", "application/sdp"));
        Answer(RtspStatus.Ok, sdp, [.. headers]);
    }

    private void SetUp()
    {
        if (TrySetUpBack())
        {
            return;
        }

        if (!CameraPaths.TryFindTrack(_camera.Options, _request.Uri, out int stream, out int trackIndex))
        {
            Answer(RtspStatus.NotFound);
            return;
        }

        if (_camera.Options.Faults.Busy)
        {
            Answer(RtspStatus.NotEnoughBandwidth);
            return;
        }

        if (_camera.Options.Faults.RefusalOf(_camera.Options.Streams[stream].Tracks[trackIndex].MediaType) is { } refusal)
        {
            if (refusal.Status != TrackRefusal.Silent)
            {
                Answer(refusal.Status);
            }

            return;
        }

        CameraSession? session = null;
        if (_request.Session is { } id && (session = _camera.FindSession(id)) is null)
        {
            Answer(RtspStatus.SessionNotFound);
            return;
        }

        if (session is null && _camera.Options.Faults.OneSession && _camera.HasSession(stream))
        {
            Answer(RtspStatus.NotEnoughBandwidth);
            return;
        }

        if (session is not null && session.Runner.Index != stream)
        {
            Answer(RtspStatus.AggregateOperationNotAllowed);
            return;
        }

        TransportSpec? chosen = TransportHeader.Parse(_request.Header("Transport") ?? "").FirstOrDefault(Supports);
        if (chosen is null)
        {
            Answer(RtspStatus.UnsupportedTransport);
            return;
        }

        if (!CameraKeys.TryAgree(_camera.Options, stream, trackIndex, _request, out SrtpPolicy? keys))
        {
            Answer(KeyManagement.FailureStatus);
            return;
        }

        session ??= _camera.OpenSession(stream);
        session.Touch(_request.Method);
        SessionTrack track = session.SetUp(trackIndex);
        track.Keys = keys;
        string transport = Accept(session, track, chosen);
        Answer(RtspStatus.Ok, new RtspHeader("Transport", transport), SessionOf(session));
    }

    private bool Supports(TransportSpec spec) =>
        spec.Profile == CameraKeys.Profile(_camera.Options) && spec.Mode is null or "PLAY" or "play"
        && (spec.Tcp ? _camera.Options.OffersTcp && !_camera.Options.Faults.UdpOnly
            : Tunnel is null
                && (spec.Multicast ? _camera.Options is { MulticastGroup: not null, Srtp: SimulatedCameraSrtp.None }
                    : _camera.Options.OffersUdp && spec.ClientPort is not null));

    private string Accept(CameraSession session, SessionTrack track, TransportSpec wanted)
    {
        TransportSpec answer;
        if (wanted.Tcp)
        {
            ChannelPair channels = wanted.Interleaved ?? new ChannelPair((byte)(2 * track.Index), (byte)(2 * track.Index + 1));
            track.Connection = this;
            track.RtpChannel = channels.Rtp;
            track.RtcpChannel = channels.Rtcp;
            answer = new TransportSpec { Tcp = true, Interleaved = channels };
        }
        else if (wanted.Multicast)
        {
            IPAddress group = _camera.MulticastGroupOf(session.Runner.Index)!;
            int port = _camera.Options.MulticastPort + 2 * track.Index;
            session.IsMulticast = true;
            answer = new TransportSpec { Multicast = true, Destination = group.ToString(), Port = new PortPair(port, port + 1), Ttl = 1 };
        }
        else
        {
            PortPair ports = wanted.ClientPort!.Value;
            track.Connection = null;
            track.RtpPeer = PeerAddress.From(_stream.Remote.Address, ports.Rtp);
            track.RtcpPeer = PeerAddress.From(_stream.Remote.Address, ports.Rtcp);
            _camera.RememberPeers(session, track);
            answer = new TransportSpec
            {
                ClientPort = ports,
                ServerPort = new PortPair(_camera.RtpSocket.LocalPort, _camera.RtcpSocket.LocalPort),
                Source = AddressText.ForPeer(_stream.Local.Address),
            };
        }

        uint ssrc = wanted.Multicast ? _camera.GroupSessionOf(session.Runner).SetUp(track.Index).Ssrc : track.Ssrc;
        string text = TransportHeader.Format(answer with { Profile = wanted.Profile });
        return Personality.TransportSsrcPrefix is { } prefix
            ? string.Create(CultureInfo.InvariantCulture, $"{text};ssrc={prefix}{ssrc:X8};mode=\"PLAY\"")
            : text;
    }

    private void Control(CameraSession session, string method)
    {
        switch (method)
        {
            case RtspMethod.Play:
                // The answer goes out first: media is sent from the timer at the earliest.
                AnswerPlay(session, session.IsMulticast ? _camera.PlayGroup(session) : session.Play());
                break;
            case RtspMethod.Pause:
                _camera.Pause(session);
                Answer(RtspStatus.Ok, SessionOf(session));
                break;
            default:
                _camera.EndSession(session, bye: !session.IsMulticast);
                Answer(RtspStatus.Ok, new RtspHeader("Session", session.Id));
                break;
        }
    }

    private void AnswerPlay(CameraSession session, in StartPoint start)
    {
        List<RtspHeader> headers = [SessionOf(session)];
        if (_request.Header("Scale") is not null)
        {
            headers.Add(new RtspHeader("Scale", "1"));
        }

        if (Personality.PlayRange is { } range)
        {
            headers.Add(new RtspHeader("Range", range));
        }

        if (Personality.RtpInfo)
        {
            CameraSession sender = session.IsMulticast ? _camera.GroupSessionOf(session.Runner) : session;
            string url = CameraPaths.StreamUrl(_request.Uri, session.Runner.Stream.Path);
            List<RtpInfoEntry> entries = [];
            foreach (SessionTrack track in session.Tracks)
            {
                SessionTrack numbers = sender.Track(track.Index) ?? track;
                uint ticks = (uint)session.Runner.Stream.Tracks[track.Index].UnitTicks(start.FirstUnits[track.Index]);
                string control = url + "/" + CameraSdp.Control(Personality, track.Index);
                entries.Add(new RtpInfoEntry(control, numbers.NextSequenceNumber, ticks + sender.TicksOffset(numbers)));
            }

            headers.Add(new RtspHeader("RTP-Info", RtpInfoHeader.Format(entries)));
        }

        Answer(RtspStatus.Ok, [.. headers]);
    }

    private void KeepAlive()
    {
        if (_request.Session is not { } id)
        {
            Answer(RtspStatus.Ok);
        }
        else if (_camera.FindSession(id) is { } session)
        {
            session.Touch(_request.Method);
            Answer(RtspStatus.Ok, SessionOf(session));
        }
        else
        {
            Answer(RtspStatus.SessionNotFound);
        }
    }

    private RtspHeader SessionOf(CameraSession session) =>
        new("Session", string.Create(CultureInfo.InvariantCulture, $"{session.Id};timeout={_camera.SessionTimeoutSeconds}"));

    // Apple's tunnel: GET opens the way out, POST the way in.
    private void OnHttp(ReadOnlySpan<byte> behind)
    {
        string? cookie = _request.Header("x-sessioncookie");
        if (cookie is null || _request.Method is not (RtspMethod.Get or RtspMethod.Post))
        {
            _stream.Send("HTTP/1.0 400 Bad Request\r\n\r\n"u8);
            Close();
            return;
        }

        if (_request.Method == RtspMethod.Get)
        {
            Tunnel = new CameraTunnel(cookie, this);
            _camera.AddTunnel(Tunnel);
            _stream.Send(
                "HTTP/1.0 200 OK\r\nServer: rtspsim\r\nConnection: close\r\nCache-Control: no-store\r\nPragma: no-cache\r\n"u8
                + "Content-Type: application/x-rtsp-tunnelled\r\n\r\n"u8);
            return;
        }

        if (_camera.FindTunnel(cookie, Remote.Address) is not { } tunnel)
        {
            Close();
            return;
        }

        Tunnel = tunnel;
        tunnel.Attach(this);
        tunnel.Decode(behind);
    }
}
