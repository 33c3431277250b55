using FastRtspProxy.Net;
using FastRtspProxy.Net.Linux;
using FastRtspProxy.Protocol.Auth;
using FastRtspProxy.Protocol.Rtsp;
using FastRtspProxy.Simulator.Receive;

namespace FastRtspProxy.Simulator.Load;

/// <summary>
/// One client of the crowd, from connect to TEARDOWN: a state machine over bare descriptors in its shard's epoll. It costs about 1.5 KB with two tracks; the description is shared,
/// and a buffer exists only while half a frame waits for its rest.
/// </summary>
internal sealed partial class LoadClient : PollTarget, IMediaOwner, IByteSink
{
    /// <summary>Half of an interleaved RTP packet fits in most cases.</summary>
    public const int SmallPieceBytes = 2048;

    private const int MaxChallenges = 3;

    /// <summary>RFC 3550 section 6.2: the minimum interval of reports.</summary>
    private const long ReportIntervalMicros = 5_000_000;

    private readonly LoadShard _home;
    private readonly LoadTarget _target;
    private readonly ClientTransport _transport;
    private readonly ClientManner _manner;
    private readonly int _number;
    private readonly uint _ssrc;
    private TrackLeg[] _legs = [];
    private StreamDescription? _description;
    private AuthClient? _auth;
    private PostConnection? _post;
    private TlsByteStream? _tls;
    private string? _session;
    private string? _awaiting;
    private byte[]? _piece;
    private int _pieceBytes;
    private int _fd = -1;
    private int _cseq;
    private int _challenges;
    private int _settingUp;
    private int _timeoutSeconds = 60;
    private long _startedMicros;
    private long _awaitingSinceMicros;
    private long _playedMicros;
    private long _reportedMicros;
    private long _requestedMicros;
    private bool _isConnected;
    private bool _hasFirstPacket;
    private bool _hasFirstKeyFrame;
    private bool _isPaused;

    public LoadClient(LoadShard home, int number, LoadTarget target, ClientTransport transport, ClientManner manner)
    {
        _home = home;
        _number = number;
        _target = target;
        _transport = transport;
        _manner = manner;
        _ssrc = (uint)Random.Shared.NextInt64();
    }

    /// <summary>Its index in its shard's list.</summary>
    public int Place { get; set; }

    public ClientState State { get; private set; }

    /// <summary>It has had packets.</summary>
    public bool HasPlayed => _hasFirstPacket;

    private Shard Shard => _home.Shard;

    private ReceiveBucket Bucket => _manner == ClientManner.Normal ? _home.Normal : _home.Handicapped;

    /// <summary>Begins to connect.</summary>
    public void Start()
    {
        _home.States[(int)ClientState.Connecting]++;
        Shard.RefreshNow();
        _startedMicros = _awaitingSinceMicros = Shard.NowMicros;
        _awaiting = "connect";
        if (_target.Url.Tls)
        {
            ConnectTls();
            return;
        }

        int fd = RawSocket.OpenTcp(_target.Address, _home.Ports.AddressOf(_number));
        if (fd < 0)
        {
            Fail("connect: " + ErrorWords.Of(-fd));
            return;
        }

        _fd = fd;
        if (!Shard.Watch(fd, EpollEvents.Out, this))
        {
            Fail("out of kernel memory for watching one more socket (fs.epoll.max_user_watches)");
        }
    }

    /// <summary>Sends TEARDOWN; its answer ends the client.</summary>
    public void Leave()
    {
        if (State is ClientState.Waiting or ClientState.Playing && !_isPaused)
        {
            Move(ClientState.Leaving);
            Request(RtspMethod.Teardown, _description!.AggregateUrl);
        }
        else if (State is not ClientState.Leaving)
        {
            Close(ClientState.Done);
        }
    }

    /// <summary>Ends as a client that has crashed: no TEARDOWN, and the connection is reset.</summary>
    public void Vanish()
    {
        if (_fd >= 0)
        {
            RawSocket.ResetOnClose(_fd);
        }

        Close(ClientState.Done);
    }

    /// <summary>Closes everything at once and settles the account.</summary>
    public void Close(ClientState end)
    {
        if (State >= ClientState.Done)
        {
            return;
        }

        AttributeLoss();
        if (_hasFirstPacket)
        {
            _home.Results.Add(Result());
        }

        foreach (TrackLeg leg in _legs)
        {
            leg.Close();
        }

        _post?.Close();
        _tls?.Close();
        if (_fd >= 0)
        {
            Shard.Unwatch(_fd, this);
            _ = Libc.Close(_fd);
            _fd = -1;
        }

        DropPiece();
        Move(end);
        _home.Remove(this);
    }

    /// <summary>Settles whose fault missing packets are.</summary>
    public void AttributeLoss()
    {
        bool nothingBetween = _target.IsThisMachine || _transport != ClientTransport.Udp;
        foreach (TrackLeg leg in _legs)
        {
            leg.Receiver.Attribute(nothingBetween);
        }
    }

    public ClientResult Result()
    {
        long packets = 0;
        long lost = 0;
        foreach (TrackLeg leg in _legs)
        {
            packets += leg.Receiver.Packets;
            lost += leg.Receiver.Lost;
        }

        return new ClientResult(_number, _transport, _manner, packets, lost);
    }

    /// <summary>Once a second: time-outs, keep-alive, reports; a slow client's turn to read.</summary>
    public void Visit()
    {
        long now = Shard.NowMicros;
        long limit = (long)_home.Options.Timeout.TotalMicroseconds;
        if (_awaiting is not null && now - _awaitingSinceMicros > limit && !_isPaused)
        {
            if (State == ClientState.Leaving)
            {
                _home.CountError("TEARDOWN: no answer in time");
                Close(ClientState.Done);
                return;
            }

            Fail(_awaiting == "connect" ? "connect: no answer in time" : _awaiting + ": no answer in time");
            return;
        }

        if (State == ClientState.Waiting && now - _playedMicros > limit)
        {
            Fail("no media in time after PLAY" + (_transport == ClientTransport.Udp ? " (is UDP blocked? try --transport tcp)" : ""));
            return;
        }

        if (State != ClientState.Playing || (_isPaused && _manner == ClientManner.Stopped))
        {
            return;
        }

        if (_isPaused)
        {
            ReadSlowly();
        }

        if (State == ClientState.Playing && now - _reportedMicros >= ReportIntervalMicros)
        {
            _reportedMicros = now;
            Report(now);
        }

        // Half of the time that the server gives a silent session, and never so late that a lost second matters.
        if (State == ClientState.Playing && _awaiting is null && now - _requestedMicros > Math.Max(5, _timeoutSeconds / 2) * 1_000_000L)
        {
            Request(RtspMethod.GetParameter, _description!.AggregateUrl);
        }
    }

    /// <inheritdoc/>
    public void OnFirstPacket(TrackReceiver track, long nowMicros)
    {
        if (_hasFirstPacket)
        {
            return;
        }

        _hasFirstPacket = true;
        ReceiveBucket.Record(Bucket.FirstPacket, nowMicros - _startedMicros);
        if (State == ClientState.Waiting)
        {
            Begin();
        }
    }

    /// <inheritdoc/>
    public void OnFirstKeyFrame(TrackReceiver track, long nowMicros)
    {
        if (!_hasFirstKeyFrame)
        {
            _hasFirstKeyFrame = true;
            ReceiveBucket.Record(Bucket.FirstKeyFrame, nowMicros - _startedMicros);
        }
    }

    /// <inheritdoc/>
    public void OnBye(TrackReceiver track)
    {
        if (State is ClientState.Waiting or ClientState.Playing)
        {
            Fail("RTCP BYE from the server");
        }
    }

    /// <summary>Media flows and PLAY was answered: slow and stopped clients stop reading.</summary>
    private void Begin()
    {
        Move(ClientState.Playing);
        _reportedMicros = Shard.NowMicros - Random.Shared.NextInt64(ReportIntervalMicros);
        if (_manner != ClientManner.Normal)
        {
            Pause();
        }
    }

    private void Pause()
    {
        _isPaused = true;
        foreach (TrackLeg leg in _legs)
        {
            leg.Pause();
        }

        if (_transport != ClientTransport.Udp)
        {
            Shard.Unwatch(_fd, this);
        }
    }

    private void Move(ClientState to)
    {
        _home.States[(int)State]--;
        State = to;
        _home.States[(int)to]++;
    }

    private void Fail(string kind)
    {
        if (_manner != ClientManner.Normal && State == ClientState.Playing)
        {
            _home.ClosedByServer++;
            Close(ClientState.Done);
            return;
        }

        _home.CountError(kind);
        Close(ClientState.Failed);
    }
}
