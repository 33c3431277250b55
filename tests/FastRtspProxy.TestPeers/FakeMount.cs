using System.Buffers.Binary;
using System.Collections.Immutable;
using FastRtspProxy.Engine.Counters;
using FastRtspProxy.Engine.Delivery;
using FastRtspProxy.Engine.Frontend;
using FastRtspProxy.Engine.Relay;
using FastRtspProxy.Net;
using FastRtspProxy.Protocol.Rtcp;

namespace FastRtspProxy.TestPeers;

/// <summary>
/// A mount without a camera: a test appends the packets and says what becomes of a PLAY. Tracks are numbered from the values given at their making, so that RTP-Info
/// can be compared with what arrives.
/// </summary>
internal sealed class FakeMount : IMount
{
    private readonly ushort[] _sequenceNumbers;
    private readonly uint[] _timestamps;
    private readonly HashSet<MountClient> _clients = [];
    private readonly TaskCompletionSource _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private MountDescription? _description;
    private readonly System.Collections.Concurrent.ConcurrentQueue<PlayWish> _wishes = [];
    private int _joins;
    private int _leaves;
    private int _prepares;
    private int _keyFrameWishes;

    /// <summary>As if it was measured.</summary>
    public long BitsPerSecond { get; set; }

    public FakeMount(string name, Shard shard, int shardCount, int tracks = 2, bool isReady = true, string video = "H264")
    {
        Name = name;
        Shard = shard;
        Counters = new StreamCounters(shardCount);
        Ring = new PacketRing(new SlabPool(64 << 20), new RingOptions(), shardCount);
        _sequenceNumbers = [.. Enumerable.Range(0, tracks).Select(static i => (ushort)(65_530 + (i * 1000)))];
        _timestamps = [.. Enumerable.Range(0, tracks).Select(static i => 4_294_960_000u + (uint)(i * 100_000))];
        Tracks = [.. Enumerable.Range(0, tracks).Select(i => new MountTrack(
            i, "track" + (i + 1), i == 0 ? "video" : "audio", (byte)(96 + i), i == 0 ? 90_000 : 48_000, i == 0 ? video : "MPEG4-GENERIC", 0x1000_0000u + (uint)i))];
        if (isReady)
        {
            ComeUp();
        }
    }

    public string Name { get; }

    public Shard Shard { get; }

    public PacketRing Ring { get; }

    public StreamCounters Counters { get; }

    public ImmutableArray<MountTrack> Tracks { get; }

    /// <summary>What PLAY is told.</summary>
    public PlayOutcome Outcome { get; set; } = PlayOutcome.Playing;

    /// <summary>PLAY waits for this, as on a mount whose back-end has to be asked first.</summary>
    public Task JoinGate { get; set; } = Task.CompletedTask;

    /// <summary>Tracks of which nothing true can be said.</summary>
    public HashSet<int> SilentTracks { get; } = [];

    /// <summary>The SR and SDES that a joiner gets, if any.</summary>
    public byte[]? SenderReport { get; set; }

    /// <summary>The instant start that a joiner gets, if any.</summary>
    public CatchUp? CatchUp { get; set; }

    /// <summary>When what a joiner gets first came; null: it comes from now on.</summary>
    public long? FromMicros { get; set; }

    /// <summary>Where its viewers talk; null: it has no back channel.</summary>
    public FakeTalkDesk? Talk { get; private set; }

    /// <inheritdoc/>
    ITalkDesk? IMount.Talk => Talk;

    /// <summary>A client that leaves makes it throw.</summary>
    public bool LeaveThrows { get; set; }

    /// <summary>What each PLAY asked for.</summary>
    public IReadOnlyList<PlayWish> Wishes => [.. _wishes];

    public int Joins => Volatile.Read(ref _joins);

    public int Leaves => Volatile.Read(ref _leaves);

    public int Prepares => Volatile.Read(ref _prepares);

    public int ClientCount
    {
        get
        {
            lock (_clients)
            {
                return _clients.Count;
            }
        }
    }

    public static byte[] Sdp(int tracks, string connection = "IP4 0.0.0.0")
    {
        System.Text.StringBuilder text = new();
        text.Append("v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=FastRtspProxy\r\nt=0 0\r\na=control:*\r\n");
        for (int i = 0; i < tracks; i++)
        {
            text.Append(i == 0 ? $"m=video 0 RTP/AVP 96\r\nc=IN {connection}\r\na=rtpmap:96 H264/90000\r\n" : $"m=audio 0 RTP/AVP 97\r\nc=IN {connection}\r\na=rtpmap:97 MPEG4-GENERIC/48000\r\n");
            text.Append("a=control:track").Append(i + 1).Append("\r\n");
        }

        return System.Text.Encoding.ASCII.GetBytes(text.ToString());
    }

    /// <summary>The camera is up.</summary>
    public void ComeUp()
    {
        _description = new MountDescription(Sdp(Tracks.Length), Sdp(Tracks.Length, "IP6 ::"), Tracks);
        _ready.TrySetResult();
    }

    /// <summary>It has two back channels from now on, back1 of PCMU and back2 of PCMA; who set up before does not know.</summary>
    public FakeTalkDesk OfferTalk()
    {
        ImmutableArray<MountTrack> back =
        [
            new MountTrack(Tracks.Length, "back1", "audio", 0, 8000, "PCMU", 0) { IsBack = true },
            new MountTrack(Tracks.Length + 1, "back2", "audio", 8, 8000, "PCMA", 0) { IsBack = true },
        ];
        _description = _description! with { Talk = new TalkDescription(_description.Sdp, _description.SdpForIPv6, back) };
        return Talk = new FakeTalkDesk();
    }

    public Task<MountDescription?> DescribeAsync(TimeSpan limit) => Shard.RunAsync(async () =>
    {
        if (_description is null)
        {
            await Task.WhenAny(_ready.Task, Shard.DelayAsync(limit));
        }

        return _description;
    });

    public int Shape => _description?.Shape ?? 0;

    /// <summary>It is of another shape from now on; nobody is told.</summary>
    public void ChangeShape() => _description = _description! with { Shape = Shape + 1 };

    public void Prepare() => Interlocked.Increment(ref _prepares);

    public Task<PlayGrant> JoinAsync(MountClient client, PlayWish wish) => Shard.RunAsync(async () =>
    {
        _wishes.Enqueue(wish);
        await JoinGate;
        if (Outcome != PlayOutcome.Playing)
        {
            return new PlayGrant(Outcome, 0, []);
        }

        Interlocked.Increment(ref _joins);
        lock (_clients)
        {
            _clients.Add(client);
        }

        return new PlayGrant(PlayOutcome.Playing, Ring.Head, Edge(SenderReport)) { CatchUp = CatchUp, FromMicros = FromMicros };
    });

    /// <summary>How often a client wanted a picture that stands alone.</summary>
    public int KeyFrameWishes => Volatile.Read(ref _keyFrameWishes);

    public void AskForKeyFrame() => Interlocked.Increment(ref _keyFrameWishes);

    public Task<ImmutableArray<TrackStart>> LiveEdgeAsync() => Shard.RunAsync(() => Task.FromResult(Edge(null)));

    public void Leave(MountClient client)
    {
        if (LeaveThrows)
        {
            throw new InvalidOperationException("a defect of the mount");
        }

        lock (_clients)
        {
            if (_clients.Remove(client))
            {
                Interlocked.Increment(ref _leaves);
            }
        }
    }

    private ImmutableArray<TrackStart> Edge(byte[]? report) => [.. Tracks.Select(track => SilentTracks.Contains(track.Index)
        ? new TrackStart(track.Index, null, null, report)
        : new TrackStart(track.Index, _sequenceNumbers[track.Index], _timestamps[track.Index], report))];

    /// <summary>Ends the play of every client.</summary>
    public void EndClients(MountEnd cause)
    {
        MountClient[] clients;
        lock (_clients)
        {
            clients = [.. _clients];
            _clients.Clear();
        }

        foreach (MountClient client in clients)
        {
            client.Shard.Post(() => client.OnMountEnded(cause));
        }
    }

    /// <summary>Sends one packet as it is.</summary>
    public Task EmitRawAsync(int track, byte[] packet) => EmitRawAsync(track, packet, EntryFlags.Marker | EntryFlags.RandomAccess, _timestamps[track]);

    /// <summary>The same, of that picture, with what a classifier would have said of it.</summary>
    public Task EmitRawAsync(int track, byte[] packet, EntryFlags flags, uint timestamp) => Shard.RunAsync(() =>
    {
        Ring.Append(track, flags, _sequenceNumbers[track]++, timestamp, Shard.NowMicros, packet);
        Ring.Publish();
        return Task.CompletedTask;
    });

    /// <summary>Sends a sender report of a track.</summary>
    public Task EmitReportAsync(int track) => Shard.RunAsync(() =>
    {
        Span<byte> report = stackalloc byte[64];
        int bytes = RtcpWriter.WriteReceiverReport(report, Tracks[track].Ssrc);
        Ring.Append(track, EntryFlags.Rtcp, 0, 0, Shard.NowMicros, report[..bytes]);
        Ring.Publish();
        return Task.CompletedTask;
    });

    /// <summary>Sends so many packets of a track, as one batch.</summary>
    public Task EmitAsync(int track, int count = 1, int payloadBytes = 100) => Shard.RunAsync(() =>
    {
        Span<byte> packet = new byte[12 + payloadBytes];
        for (int i = 0; i < count; i++)
        {
            packet[0] = 0x80;
            packet[1] = (byte)(0x80 | Tracks[track].PayloadType);
            BinaryPrimitives.WriteUInt16BigEndian(packet[2..], _sequenceNumbers[track]);
            BinaryPrimitives.WriteUInt32BigEndian(packet[4..], _timestamps[track]);
            BinaryPrimitives.WriteUInt32BigEndian(packet[8..], Tracks[track].Ssrc);
            packet[12] = 0x65;
            EntryFlags flags = EntryFlags.Marker | (track == 0 ? EntryFlags.RandomAccess : EntryFlags.None);
            Ring.Append(track, flags, _sequenceNumbers[track], _timestamps[track], Shard.NowMicros, packet);
            _sequenceNumbers[track]++;
            _timestamps[track] += 3000;
        }

        Ring.Publish();
        return Task.CompletedTask;
    });
}
