using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using FastRtspProxy.Net;
using FastRtspProxy.Protocol.Rtsp;
using FastRtspProxy.SimulatedCamera.Faults;
using FastRtspProxy.SimulatedCamera.Media;

namespace FastRtspProxy.SimulatedCamera;

/// <summary>
/// A camera's share of one shard: the connections accepted to it, their sessions, and an own "encoder" of each stream that they watch. Touched on its
/// shard only.
/// </summary>
internal sealed partial class CameraShard
{
    private static readonly TimeSpan s_sweepInterval = TimeSpan.FromSeconds(1);

    private readonly CameraSession?[] _groups;
    private readonly HashSet<CameraConnection> _connections = [];
    private readonly Dictionary<string, CameraSession> _sessions = [];
    private readonly Dictionary<PeerAddress, CameraSession> _peers = [];
    private readonly ConcurrentDictionary<string, CameraTunnel> _tunnels;
    private readonly ShardTimer _sweep;
    private StreamRunner[] _runners;
    private DateTimeOffset _wallTimeAtZero;
    private ulong _sessionsOpened;
    private ulong _generation;

    /// <param name="shard">Where it lives.</param>
    /// <param name="options">The camera.</param>
    /// <param name="counters">The whole camera's.</param>
    /// <param name="tunnels">The whole camera's: the two connections of a tunnel may come to different shards.</param>
    /// <param name="rtp">A bound socket on an even port.</param>
    /// <param name="rtcp">A bound socket on the next port.</param>
    /// <param name="reboot">Told for how long the camera goes away; the listener is somebody else's.</param>
    public CameraShard(
        Shard shard,
        SimulatedCameraOptions options,
        SimulatedCameraCounters counters,
        ConcurrentDictionary<string, CameraTunnel> tunnels,
        Socket rtp,
        Socket rtcp,
        Action<TimeSpan> reboot)
    {
        Shard = shard;
        Options = options;
        Counters = counters;
        _tunnels = tunnels;
        _reboot = reboot;
        RtpSocket = new CameraMediaSocket(shard, rtp, OnPeerAlive);
        RtcpSocket = new CameraMediaSocket(shard, rtcp, OnPeerAlive);
        if (options.MulticastGroup is not null)
        {
            RtpSocket.AllowMulticast(1, options.BindAddress);
            RtcpSocket.AllowMulticast(1, options.BindAddress);
        }

        Clock = new CameraClock(options.Faults, options.Seed + (ulong)shard.Index);
        _runners = MakeRunners();
        _groups = new CameraSession?[_runners.Length];
        _sweep = shard.CreateTimer(Sweep);
        _stallEnd = shard.CreateTimer(() => Array.ForEach(_runners, runner => runner.IsStalled = false));
        _videoSilenceEnd = shard.CreateTimer(() => IsVideoSilent = false);
        CanonicalName = string.Create(CultureInfo.InvariantCulture, $"camera-{options.Seed:x}@rtspsim");
    }

    public Shard Shard { get; }

    /// <summary>The camera as it is now; its streams may change.</summary>
    public SimulatedCameraOptions Options { get; private set; }

    /// <summary>What timestamps and sender reports are made of.</summary>
    public CameraClock Clock { get; }

    public SimulatedCameraCounters Counters { get; }

    public CameraMediaSocket RtpSocket { get; }

    public CameraMediaSocket RtcpSocket { get; }

    /// <summary>The CNAME of all tracks (RFC 3550 section 6.5.1).</summary>
    public string CanonicalName { get; }

    /// <summary>
    /// The wall clock at the shard's present moment, which the timestamps are reckoned from: a sender report must not mix two moments of a busy
    /// machine.
    /// </summary>
    public DateTimeOffset WallTime => _wallTimeAtZero + TimeSpan.FromMicroseconds(Shard.NowMicros);

    /// <summary>A session without a sign of life ends after so long; also said in the `Session` header.</summary>
    public int SessionTimeoutSeconds => Options.Faults.OnlyKeepAlive?.TimeoutSeconds ?? Options.Personality.SessionTimeoutSeconds;

    public void Start()
    {
        Shard.RefreshNow();
        _wallTimeAtZero = Shard.UtcNow - TimeSpan.FromMicroseconds(Shard.NowMicros);
        RtpSocket.Start();
        RtcpSocket.Start();
        _sweep.Start(s_sweepInterval);
        ScheduleFaults();
    }

    /// <summary>Takes a connection over.</summary>
    public void Accept(ByteStream stream)
    {
        CameraConnection connection = new(this, stream);
        _connections.Add(connection);
        Counters.OnConnection(1);
        Shard.AddLoad(1);
        connection.Start();
    }

    /// <summary>RTCP BYE to all, then everything is closed.</summary>
    public void Stop()
    {
        _sweep.Stop();
        StopFaults();
        DropAll(bye: true);
        RtpSocket.Close();
        RtcpSocket.Close();
    }

    public CameraSession? FindSession(string? id) => id is not null && _sessions.TryGetValue(id, out CameraSession? session) ? session : null;

    public bool HasSession(int stream) => _sessions.Values.Any(session => session.Runner.Index == stream);

    public CameraSession OpenSession(int stream)
    {
        ulong seed = Hash64.Of(Options.Seed + (_generation << 32) + ((ulong)Shard.Index << 48), _sessionsOpened++);
        string id;
        do
        {
            // Guessable by whoever knows the seed, which is the point of a seed; this server guards nothing.
            ulong digits = Hash64.Of(seed, (ulong)_sessions.Count) % (ulong)Math.Pow(10, Options.Personality.SessionDigits);
            id = digits.ToString(CultureInfo.InvariantCulture).PadLeft(Options.Personality.SessionDigits, '1');
            seed++;
        }
        while (_sessions.ContainsKey(id));

        CameraSession session = new(this, _runners[stream], id, seed);
        _sessions.Add(id, session);
        Counters.OnSession(1);
        return session;
    }

    public void Pause(CameraSession session)
    {
        if (session.IsMulticast)
        {
            LeaveGroup(session);
        }
        else
        {
            session.Pause();
        }
    }

    public void EndSession(CameraSession session, bool bye)
    {
        if (!_sessions.Remove(session.Id))
        {
            return;
        }

        bool wasPlaying = session.IsPlaying;
        Pause(session);
        if (bye && wasPlaying)
        {
            session.SayBye();
        }

        foreach (SessionTrack track in session.Back is { } back ? session.Tracks.Append(back) : session.Tracks)
        {
            ForgetPeer(track.RtpPeer, session);
            ForgetPeer(track.RtcpPeer, session);
        }

        Counters.OnSession(-1);
    }

    /// <summary>UDP reports from these addresses are signs of life of this session; the newest SETUP for an address wins.</summary>
    public void RememberPeers(CameraSession session, SessionTrack track)
    {
        _peers[track.RtpPeer] = session;
        _peers[track.RtcpPeer] = session;
    }

    public void OnInterleavedReport(CameraConnection connection)
    {
        foreach (CameraSession session in _sessions.Values)
        {
            if (session.UsesConnection(connection))
            {
                session.Touch(null);
            }
        }
    }

    /// <summary>A frame of a client: sound, where it comes on the RTP channel of a back channel.</summary>
    public void Hear(CameraConnection connection, in InterleavedFrame frame)
    {
        foreach (CameraSession session in _sessions.Values)
        {
            if (session.Back is { } back && back.Connection == connection && back.RtpChannel == frame.Channel && session.IsPlaying)
            {
                session.Ear!.Hear(frame.Payload);
            }
        }
    }

    public void OnConnectionClosed(CameraConnection connection)
    {
        if (!_connections.Remove(connection))
        {
            return;
        }

        Counters.OnConnection(-1);
        Shard.AddLoad(-1);
        if (connection.Tunnel is { } tunnel && tunnel.Output == connection)
        {
            _tunnels.TryRemove(new KeyValuePair<string, CameraTunnel>(tunnel.Cookie, tunnel));
        }

        // RFC 2326 section 1.1: a UDP session outlives its connection; an interleaved one has nowhere to go.
        foreach (CameraSession session in _sessions.Values.Where(session => session.UsesConnection(connection)).ToArray())
        {
            EndSession(session, bye: false);
        }
    }

    public void AddTunnel(CameraTunnel tunnel) => _tunnels[tunnel.Cookie] = tunnel;

    /// <summary>The tunnel of a cookie, when it is of the same client.</summary>
    public CameraTunnel? FindTunnel(string cookie, IPAddress client) =>
        _tunnels.TryGetValue(cookie, out CameraTunnel? tunnel) && tunnel.Client.Equals(client) ? tunnel : null;

    /// <summary>The group of a stream; null: no multicast.</summary>
    public IPAddress? MulticastGroupOf(int stream)
    {
        if (Options.MulticastGroup is null)
        {
            return null;
        }

        byte[] address = Options.MulticastGroup.GetAddressBytes();
        address[^1] += (byte)stream;
        return new IPAddress(address);
    }

    /// <summary>The one sender to a stream's group, which all multicast sessions of the stream share.</summary>
    public CameraSession GroupSessionOf(StreamRunner runner)
    {
        if (_groups[runner.Index] is { } group)
        {
            return group;
        }

        group = new CameraSession(this, runner, "group", Hash64.Of(Options.Seed, (ulong)runner.Index + 1_000_000));
        IPAddress address = MulticastGroupOf(runner.Index)!;
        for (int i = 0; i < runner.Stream.Tracks.Count; i++)
        {
            SessionTrack track = group.SetUp(i);
            track.RtpPeer = PeerAddress.From(address, Options.MulticastPort + 2 * i);
            track.RtcpPeer = PeerAddress.From(address, Options.MulticastPort + 2 * i + 1);
        }

        _groups[runner.Index] = group;
        return group;
    }

    /// <summary>A member has said PLAY: the group is sent to while it has members.</summary>
    public StartPoint PlayGroup(CameraSession member)
    {
        CameraSession group = GroupSessionOf(member.Runner);
        member.IsGroupMember = true;
        return group.IsPlaying ? member.Runner.Peek(group) : group.Play();
    }

    private StreamRunner[] MakeRunners() => [.. Options.Streams.Select((_, i) => new StreamRunner(Shard, Options, i))];

    private void LeaveGroup(CameraSession member)
    {
        member.IsGroupMember = false;
        if (!_sessions.Values.Any(other => other.IsGroupMember && other.Runner == member.Runner))
        {
            _groups[member.Runner.Index]?.Pause();
        }
    }

    private void ForgetPeer(in PeerAddress peer, CameraSession session)
    {
        if (_peers.TryGetValue(peer, out CameraSession? owner) && owner == session)
        {
            _peers.Remove(peer);
        }
    }

    private void OnPeerAlive(PeerAddress from, ReadOnlySpan<byte> data)
    {
        if (_peers.TryGetValue(from, out CameraSession? session))
        {
            session.Touch(null);
            if (session is { IsPlaying: true, Back: { } back } && back.RtpPeer.Equals(from))
            {
                session.Ear!.Hear(data);
            }
        }
    }

    private void Sweep()
    {
        long deadline = Shard.NowMicros - SessionTimeoutSeconds * 1_000_000L;
        foreach (CameraSession session in _sessions.Values.Where(session => session.AliveMicros < deadline).ToArray())
        {
            EndSession(session, bye: true);
        }

        _sweep.Start(s_sweepInterval);
    }
}
