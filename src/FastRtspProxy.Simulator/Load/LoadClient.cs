using System.Net;
using FastRtspProxy.Net;
using FastRtspProxy.Net.Linux;
using FastRtspProxy.Protocol.Rtsp;
using FastRtspProxy.Simulator.Receive;

namespace FastRtspProxy.Simulator.Load;

/// <summary>
/// One client of the crowd, from connect to TEARDOWN: where it is, its tracks, its account. It owns the connection (<see cref="LoadConnection"/>),
/// which brings it messages and frames, and the dialogue (<see cref="LoadDialogue"/>), which asks and takes the answers. All three are touched on
/// their shard only. It costs about 1.6 KB with two tracks; the description is shared.
/// </summary>
internal sealed class LoadClient : IMediaOwner
{
    public const string OutOfWatches = "out of kernel memory for watching one more socket (fs.epoll.max_user_watches)";

    /// <summary>RFC 3550 section 6.2: the minimum interval of reports.</summary>
    private const long ReportIntervalMicros = 5_000_000;

    /// <summary>A receiver report with its one block and a name that is short.</summary>
    private const int ReportBytesMax = 128;

    private readonly ClientManner _manner;
    private readonly int _number;
    private readonly uint _ssrc;
    private readonly LoadConnection _connection;
    private readonly LoadDialogue _dialogue;

    /// <summary>When it began to connect: what a first packet and a first key frame took is counted from here.</summary>
    private long _startedMicros;

    /// <summary>When PLAY was answered, so it is set in all states from <see cref="ClientState.Waiting"/> on.</summary>
    private long _playedMicros;

    /// <summary>When it last sent reports; at first a random moment before it began to play, so that a crowd's reports are spread.</summary>
    private long _reportedMicros;

    /// <summary>A track has had a packet, perhaps before PLAY was answered.</summary>
    private bool _hasFirstPacket;

    private bool _hasFirstKeyFrame;

    /// <summary>A slow or stopped client that plays: the shard does not watch its descriptors any more.</summary>
    private bool _isPaused;

    public LoadClient(LoadShard home, int number, LoadTarget target, ClientTransport transport, ClientManner manner)
    {
        Home = home;
        Target = target;
        Transport = transport;
        _number = number;
        _manner = manner;
        _ssrc = (uint)Random.Shared.NextInt64();
        _connection = new LoadConnection(this);
        _dialogue = new LoadDialogue(this, _connection);
    }

    public LoadShard Home { get; }

    public LoadTarget Target { get; }

    public ClientTransport Transport { get; }

    /// <summary>Its tracks, once it is described.</summary>
    public TrackLeg[] Legs { get; private set; } = [];

    /// <summary>Its back channel; null: it sends nothing.</summary>
    public LoadTalker? Talker { get; set; }

    /// <summary>Its index in its shard's list.</summary>
    public int Place { get; set; }

    public ClientState State { get; private set; }

    /// <summary>It has had packets.</summary>
    public bool HasPlayed => _hasFirstPacket;

    /// <summary>The address that it binds its sockets to; null: the kernel's choice.</summary>
    public IPAddress? OwnAddress => Home.Ports.AddressOf(_number);

    private Shard Shard => Home.Shard;

    private bool IsInConnection => Transport is ClientTransport.Tcp or ClientTransport.Http;

    private ReceiveBucket Bucket => _manner == ClientManner.Normal ? Home.Normal : Home.Handicapped;

    /// <summary>Begins to connect.</summary>
    public void Start()
    {
        Home.States[(int)ClientState.Connecting]++;
        Shard.RefreshNow();
        _startedMicros = Shard.NowMicros;
        _dialogue.Begin(_startedMicros);
        _connection.Open();
    }

    /// <summary>Sends TEARDOWN; its answer ends the client.</summary>
    public void Leave()
    {
        if (State is ClientState.Waiting or ClientState.Playing && !_isPaused)
        {
            Move(ClientState.Leaving);
            _dialogue.TearDown();
        }
        else if (State is not ClientState.Leaving)
        {
            Close(ClientState.Done);
        }
    }

    /// <summary>Ends as a client that has crashed: no TEARDOWN, and the connection is reset.</summary>
    public void Vanish()
    {
        _connection.ResetOnClose();
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
            Home.Results.Add(Result());
        }

        foreach (TrackLeg leg in Legs)
        {
            leg.Close();
        }

        Talker?.Close();
        _connection.Close();
        Move(end);
        Home.Remove(this);
    }

    /// <summary>Settles whose fault missing packets are.</summary>
    public void AttributeLoss()
    {
        bool nothingBetween = Target.IsThisMachine || IsInConnection;
        foreach (TrackLeg leg in Legs)
        {
            leg.Receiver.Attribute(nothingBetween);
        }
    }

    public ClientResult Result()
    {
        long packets = 0;
        long lost = 0;
        foreach (TrackLeg leg in Legs)
        {
            packets += leg.Receiver.Packets;
            lost += leg.Receiver.Lost;
        }

        return new ClientResult(_number, Transport, _manner, packets, lost);
    }

    /// <summary>Once a second: time-outs, keep-alive, reports; a slow client's turn to read.</summary>
    public void Visit()
    {
        long now = Shard.NowMicros;
        long limit = (long)Home.Options.Timeout.TotalMicroseconds;
        if (!_isPaused && _dialogue.Overdue(now, limit) is { } missing)
        {
            if (State == ClientState.Leaving)
            {
                Home.CountError("TEARDOWN: no answer in time");
                Close(ClientState.Done);
                return;
            }

            Fail(missing + ": no answer in time");
            return;
        }

        if (State == ClientState.Waiting && now - _playedMicros > limit)
        {
            Fail("no media in time after PLAY" + (Transport == ClientTransport.Udp ? " (is UDP blocked? try --transport tcp)" : ""));
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

        if (State == ClientState.Playing)
        {
            _dialogue.KeepAlive(now);
        }
    }

    /// <summary>The connection stands.</summary>
    public void OnConnected()
    {
        Move(ClientState.Negotiating);
        _dialogue.Negotiate();
    }

    /// <summary>A message of the server; it is read before this returns.</summary>
    public void OnMessage(RtspMessage message) => _dialogue.OnMessage(message);

    /// <summary>An interleaved frame of the server; it is read before this returns.</summary>
    public void OnFrame(in InterleavedFrame frame, long nowMicros, long nowUnixMicros)
    {
        foreach (TrackLeg leg in Legs)
        {
            if (leg.RtpChannel == frame.Channel)
            {
                leg.Receiver.TakeRtp(frame.Payload, nowMicros, nowUnixMicros);
                return;
            }

            if (leg.RtcpChannel == frame.Channel)
            {
                leg.Receiver.TakeRtcp(frame.Payload, nowMicros);
                return;
            }
        }

        Bucket.Counters.Foreign++;
    }

    /// <summary>The server has ended the connection: in order when <paramref name="errno"/> is 0.</summary>
    public void OnStreamEnd(int errno)
    {
        if (State == ClientState.Leaving)
        {
            Close(ClientState.Done);
            return;
        }

        string when = State is ClientState.Playing or ClientState.Waiting ? "while playing" : "during " + _dialogue.Stage;
        Fail(errno == 0 ? "closed by the server " + when : ErrorWords.Of(errno) + " " + when);
    }

    /// <summary>The stream is described: a leg for each of its tracks, over TCP on the channels that are asked for.</summary>
    public void MakeLegs(StreamDescription description)
    {
        TrackLeg[] legs = new TrackLeg[description.Tracks.Count];
        for (int i = 0; i < legs.Length; i++)
        {
            TrackReceiver receiver = new(description.Tracks[i], Bucket, this, Home.Options.Verify);
            legs[i] = new TrackLeg(receiver) { RtpChannel = (byte)(2 * i), RtcpChannel = (byte)((2 * i) + 1) };
        }

        Legs = legs;
    }

    public void OnPlayAnswered()
    {
        _playedMicros = Shard.NowMicros;
        Move(ClientState.Waiting);
        Report(Shard.NowMicros);
        Talker?.Start();
        if (_hasFirstPacket && State == ClientState.Waiting)
        {
            Begin();
        }
    }

    /// <summary>
    /// Ends the client by an error, which is counted by its kind; unless the server has had enough of a slow or stopped one, which it may.
    /// </summary>
    public void Fail(string kind)
    {
        if (_manner != ClientManner.Normal && State == ClientState.Playing)
        {
            Home.ClosedByServer++;
            Close(ClientState.Done);
            return;
        }

        Home.CountError(kind);
        Close(ClientState.Failed);
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
        foreach (TrackLeg leg in Legs)
        {
            leg.Pause();
        }

        if (IsInConnection)
        {
            _connection.Pause();
        }
    }

    private void Move(ClientState to)
    {
        Home.States[(int)State]--;
        State = to;
        Home.States[(int)to]++;
    }

    /// <summary>A slow client's turn of this second.</summary>
    private void ReadSlowly()
    {
        if (IsInConnection)
        {
            _connection.ReadSlowly();
            return;
        }

        foreach (TrackLeg leg in Legs)
        {
            leg.Rtp?.ReadNow();
            leg.Rtcp?.ReadNow();
        }
    }

    private void Report(long nowMicros)
    {
        Span<byte> buffer = stackalloc byte[ReportBytesMax];
        foreach (TrackLeg leg in Legs)
        {
            int bytes = leg.Receiver.WriteReceiverReport(buffer[InterleavedFrame.HeaderBytes..], _ssrc, nowMicros);
            if (!IsInConnection)
            {
                // Nobody reads what a listener sends to a group.
                if (leg.ReportsTo is { } to && leg.Rtcp is { Fd: >= 0 } rtcp)
                {
                    _ = RawSocket.SendTo(rtcp.Fd, buffer.Slice(InterleavedFrame.HeaderBytes, bytes), to);
                }

                continue;
            }

            InterleavedFrame.Write(buffer, leg.RtcpChannel, bytes);
            ReadOnlySpan<byte> frame = buffer[..(InterleavedFrame.HeaderBytes + bytes)];
            bool sent = _connection.Send(frame) is var taken && (taken == frame.Length || taken == -LinuxConstants.ErrorAgain);
            if (!sent)
            {
                Fail("closed by the server while playing");
                return;
            }
        }
    }
}
