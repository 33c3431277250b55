using System.Net;
using System.Net.Sockets;
using System.Text;
using FastRtspProxy.Captures;
using FastRtspProxy.Net;
using FastRtspProxy.Protocol.Rtsp;

namespace FastRtspProxy.SimulatedCamera.Replay;

/// <summary>One RTSP connection of a client, answered by a recording. On its shard.</summary>
internal sealed class ReplayConnection : IByteSink
{
    private const int InputBytesMax = 256 * 1024;

    /// <summary>Some seconds of a large stream for a client that reads in fits; more of it is dropped.</summary>
    private const int MediaQueueBytes = 4 * 1024 * 1024;

    /// <summary>A camera that took longer is as slow as this.</summary>
    private const long DelayMicrosMax = 30_000_000;

    private readonly ReplayServer _server;
    private readonly ByteStream _stream;
    private readonly RtspMessage _request = new();
    private readonly ReplayChoice _choice;
    private readonly Dictionary<int, ReplayTrack> _tracks = [];
    private readonly ShardTimer _delay;
    private byte[] _input = new byte[4096];
    private int _inputBytes;
    private ReplayTunnel? _tunnel;
    private ReplayPlayer? _player;

    /// <summary>Where the camera is, in the URLs of the recording and in this client's; empty before the first request.</summary>
    private List<KeyValuePair<string, string>> _hosts = [];

    /// <summary>What is said and done when its time has come; null: the next request may be read.</summary>
    private Action? _due;
    private bool _closed;

    public ReplayConnection(ReplayServer server, ByteStream stream)
    {
        _server = server;
        _stream = stream;
        _stream.SendQueueBytes = MediaQueueBytes;
        _choice = new ReplayChoice(server.Recording);
        _delay = server.Shard.CreateTimer(OnDue);
    }

    public IPAddress Client => _stream.Remote.Address;

    public void Start() => _stream.Start(this);

    public void OnBytes(ReadOnlySpan<byte> bytes)
    {
        if (_tunnel is { } tunnel && tunnel.IsInput(this))
        {
            tunnel.Decode(bytes);
        }
        else
        {
            Receive(bytes);
        }
    }

    /// <summary>RTSP: the connection's own, or what its tunnel's input decoded.</summary>
    public void Receive(ReadOnlySpan<byte> bytes)
    {
        if (_closed || _inputBytes + bytes.Length > InputBytesMax)
        {
            Close();
            return;
        }

        if (_inputBytes + bytes.Length > _input.Length)
        {
            Array.Resize(ref _input, Math.Max(2 * _input.Length, _inputBytes + bytes.Length));
        }

        bytes.CopyTo(_input.AsSpan(_inputBytes));
        _inputBytes += bytes.Length;
        Consume();
    }

    public void OnBatchEnd()
    {
    }

    public void OnClosed(SocketError error) => Forget();

    public void Close()
    {
        _stream.Close();
        Forget();
    }

    /// <summary>Sends one packet of the recording as this client wants its track. False: it does not want it, or does not take it.</summary>
    /// <param name="packet">Whose place counts.</param>
    /// <param name="frame">Its bytes as they are sent now, behind room for an interleaved header.</param>
    public bool TrySend(in RecordedPacket packet, Span<byte> frame)
    {
        bool isRtcp = packet.Kind == CaptureKind.Rtcp;
        if (!_tracks.TryGetValue(packet.Track, out ReplayTrack? track))
        {
            // A channel that nobody set up is the camera's manner; only one that was recorded is left to tell of it.
            bool isStray = packet.Track < 0 && packet.Channel >= 0 && _tracks.Values.Any(static one => one.Sockets is null);
            return isStray && SendFrame(frame, (byte)packet.Channel);
        }

        if (track.Sockets is { } sockets)
        {
            ReplaySocket socket = isRtcp ? sockets.Rtcp : sockets.Rtp;
            _server.Options.Sent?.Invoke(packet);
            return socket.Send(frame[InterleavedFrame.HeaderBytes..], isRtcp ? track.RtcpPeer : track.RtpPeer) == SocketError.Success;
        }

        _server.Options.Sent?.Invoke(packet);
        return SendFrame(frame, isRtcp ? track.RtcpChannel : track.RtpChannel);
    }

    /// <summary>What the camera said by itself, or that it closed the connection.</summary>
    public void SayOwn(in RecordedPacket own)
    {
        if (own.Kind == CaptureKind.Close)
        {
            Close();
            return;
        }

        byte[] message = new byte[own.Length];
        own.CopyTo(message);
        _stream.Send(message);
    }

    private bool SendFrame(Span<byte> frame, byte channel)
    {
        InterleavedFrame.Write(frame, channel, frame.Length - InterleavedFrame.HeaderBytes);
        return _stream.Send(frame);
    }

    private void Forget()
    {
        if (!_closed)
        {
            _closed = true;
            _delay.Stop();
            _player?.Stop();
            foreach (ReplayTrack track in _tracks.Values)
            {
                track.Close();
            }

            _server.OnClosed(this, _tunnel);
        }
    }

    private void Consume()
    {
        int used = 0;
        while (!_closed && _due is null && used < _inputBytes && Step(_input.AsSpan(used, _inputBytes - used), out int consumed))
        {
            used += consumed;
        }

        used = Math.Min(used, _inputBytes);
        _input.AsSpan(used, _inputBytes - used).CopyTo(_input);
        _inputBytes -= used;
    }

    private bool Step(ReadOnlySpan<byte> input, out int consumed)
    {
        if (input[0] == InterleavedFrame.Magic)
        {
            return InterleavedFrame.TryParse(input, out _, out consumed) == ParseStatus.Complete; // reports: nothing to us
        }

        switch (RtspMessageParser.TryParse(input, _request, RtspLimits.Server, out consumed, out _))
        {
            case ParseStatus.Complete when !_request.IsRequest:
                return true;
            case ParseStatus.Complete when _request.IsHttp:
                OnHttp(input[consumed..]);
                consumed = input.Length;
                return true;
            case ParseStatus.Complete:
                OnRequest();
                return true;
            case ParseStatus.Malformed:
                Close();
                return false;
            default:
                return false;
        }
    }

    private void OnRequest()
    {
        RecordedExchange? exchange = _choice.Choose(_request, out string? difference);
        if (difference is not null)
        {
            _server.Say(difference);
        }

        if (exchange is null)
        {
            _stream.Send(OwnAnswer("501 Not Implemented"));
            return;
        }

        LearnHosts(exchange);
        (byte[]? answer, Action? after) = AnswerOf(exchange);
        _due = () =>
        {
            if (answer is not null)
            {
                _stream.Send(answer);
            }

            after?.Invoke();
            if (exchange.Closes)
            {
                Close();
            }
        };
        _delay.StartMicros((long)(Math.Min(exchange.DelayMicros, DelayMicrosMax) / _server.Options.Speed));
    }

    /// <summary>What no recording has.</summary>
    private byte[] OwnAnswer(string status) =>
        Encoding.ASCII.GetBytes($"RTSP/1.0 {status}\r\nCSeq: {Encoding.ASCII.GetString(_request.CSeqText)}\r\n\r\n");

    private void OnDue()
    {
        Action? due = _due;
        _due = null;
        due?.Invoke();
        Consume();
    }

    private (byte[]? Answer, Action? After) AnswerOf(RecordedExchange exchange)
    {
        bool isOk = exchange.Status is >= 200 and < 300;
        string? transport = null;
        if (_request.Method == RtspMethod.Setup && isOk && !TrySetUp(exchange, out transport))
        {
            return (OwnAnswer("461 Unsupported Transport"), null);
        }

        byte[]? answer = exchange.Answer is null ? null : ReplayAnswer.Write(exchange, _request, _hosts, transport);
        return (answer, !isOk ? null : _request.Method switch
        {
            RtspMethod.Play => () => Play(exchange),
            RtspMethod.Pause => () => _player?.Stop(),
            RtspMethod.Teardown => EndSession,
            _ => null,
        });
    }

    private void Play(RecordedExchange play)
    {
        _player?.Stop();
        _player = new ReplayPlayer(_server.Shard, this, _server.Recording, play, _server.Options);
        _player.Play();
    }

    private void EndSession()
    {
        _player?.Stop();
        foreach (ReplayTrack track in _tracks.Values)
        {
            track.Close();
        }

        _tracks.Clear();
    }

    /// <summary>Gives the track what the client asks for. False: none of it is offered.</summary>
    private bool TrySetUp(RecordedExchange exchange, out string? transport)
    {
        transport = null;
        TransportSpec? wanted = TransportHeader.Parse(_request.Header("Transport") ?? "").FirstOrDefault(spec =>
            spec.Tcp ? _server.Options.OffersTcp : _server.Options.OffersUdp && !spec.Multicast && spec.ClientPort is not null && _tunnel is null);
        if (wanted is null)
        {
            return false;
        }

        int index = Math.Max(exchange.Track, 0);
        if (_tracks.Remove(index, out ReplayTrack? before))
        {
            before.Close();
        }

        TransportSpec given;
        if (wanted.Tcp)
        {
            ChannelPair channels = wanted.Interleaved ?? new ChannelPair((byte)(2 * index), (byte)((2 * index) + 1));
            _tracks.Add(index, new ReplayTrack { RtpChannel = channels.Rtp, RtcpChannel = channels.Rtcp });
            given = new TransportSpec { Tcp = true, Interleaved = channels };
        }
        else
        {
            if (_server.TryBind() is not { } sockets)
            {
                return false;
            }

            PortPair ports = wanted.ClientPort!.Value;
            _tracks.Add(index, new ReplayTrack
            {
                Sockets = sockets,
                RtpPeer = PeerAddress.From(Client, ports.Rtp),
                RtcpPeer = PeerAddress.From(Client, ports.Rtcp),
            });
            given = new TransportSpec
            {
                ClientPort = ports,
                ServerPort = new PortPair(sockets.Rtp.LocalPort, sockets.Rtcp.LocalPort),
                Source = AddressText.ForPeer(_stream.Local.Address),
            };
        }

        transport = ReplayAnswer.Transport(RecordedTransport(exchange), wanted, given);
        return true;
    }

    private static TransportSpec? RecordedTransport(RecordedExchange exchange)
    {
        RtspMessage answer = new();
        return exchange.Answer is { } bytes && RtspMessageParser.TryParse(bytes, answer, RtspLimits.Client, out _, out _) == ParseStatus.Complete
            && TransportHeader.Parse(answer.Header("Transport") ?? "") is [{ } spec, ..] ? spec : null;
    }

    private void LearnHosts(RecordedExchange exchange)
    {
        string recorded = RecordedExchange.AuthorityOf(exchange.Uri);
        string now = RecordedExchange.AuthorityOf(_request.Uri);
        if (recorded.Length > 0 && now.Length > 0 && RtspUrl.TryParse(exchange.Uri, out RtspUrl? camera, out _))
        {
            string host = AddressText.HostForPeer(camera.Host);
            _hosts =
            [
                new(recorded, now),
                new($"{(camera.Tls ? "rtsps" : "rtsp")}://{host}:{camera.Port}", now),
                new($"{(camera.Tls ? "rtsps" : "rtsp")}://{host}", now),
                new(camera.Host, _stream.Local.Address.ToString()),
            ];
        }
    }

    private void OnHttp(ReadOnlySpan<byte> behind)
    {
        if (_request.Header("x-sessioncookie") is not { } cookie || _request.Method is not (RtspMethod.Get or RtspMethod.Post))
        {
            _stream.Send("HTTP/1.0 400 Bad Request\r\n\r\n"u8);
            Close();
        }
        else if (_request.Method == RtspMethod.Get)
        {
            _tunnel = _server.OpenTunnel(cookie, this);
            _stream.Send("HTTP/1.0 200 OK\r\nConnection: close\r\nCache-Control: no-store\r\nPragma: no-cache\r\n"u8
                + "Content-Type: application/x-rtsp-tunnelled\r\n\r\n"u8);
        }
        else if (_server.FindTunnel(cookie, Client) is { } tunnel)
        {
            _tunnel = tunnel;
            tunnel.Attach(this);
            tunnel.Decode(behind);
        }
        else
        {
            Close();
        }
    }
}
