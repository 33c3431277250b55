using System.Collections.Concurrent;
using FastRtspProxy.Engine;
using FastRtspProxy.Engine.Backend;
using FastRtspProxy.Engine.Delivery;
using FastRtspProxy.Engine.Frontend;
using FastRtspProxy.Engine.Mounts;
using FastRtspProxy.Engine.Relay;
using FastRtspProxy.Engine.Status;
using FastRtspProxy.Net;
using FastRtspProxy.Protocol.Rtp;
using FastRtspProxy.Protocol.Rtsp;
using FastRtspProxy.TestPeers;
using Microsoft.Extensions.Logging.Abstractions;

namespace FastRtspProxy.Tests.Engine.Mounts;

/// <summary>A mount on one shard, its clients on another, and a scripted camera.</summary>
internal sealed class MountFixture : IAsyncDisposable
{
    private readonly ShardGroup _shards;
    private readonly SlabPool _pool = new(64 << 20);
    private readonly List<Mount> _mounts = [];
    private readonly List<IDisposable> _owned = [];
    private readonly List<ScriptedCamera> _others = [];
    private readonly EngineEvents _events;
    private readonly FakeTimeProvider? _time;

    public MountFixture(TimeProvider? time = null, bool cameraIsUp = true)
    {
        _shards = ShardGroup.Start(2, time ?? TimeProvider.System, NullLoggerFactory.Instance);
        _time = time as FakeTimeProvider;
        Timings = time is null ? PatientTimings.OfMount : new MountTimings();
        BackendTimings = time is null ? PatientTimings.OfBackend : BackendTimings.Default;
        _events = new EngineEvents(time ?? TimeProvider.System);
        _events.Happened += Happened.Enqueue;
        Camera = new ScriptedCamera();
        if (!cameraIsUp)
        {
            Camera.Dispose();
        }
    }

    public ScriptedCamera Camera { get; private set; }

    public RecordingLogger Log { get; } = new();

    /// <summary>What mounts told of themselves.</summary>
    public ConcurrentQueue<EngineEvent> Happened { get; } = new();

    public MountTimings Timings { get; set; }

    /// <summary>Whose turn it is to open.</summary>
    public OpenPacer Pacer { get; init; } = new();

    /// <summary>Gives the first session its connection, in place of connecting.</summary>
    public Func<Shard, Task<ByteStream?>>? Connection { get; set; }

    /// <summary>Scripted cameras send whatever they are told to, so nothing is held back unless a test wants it.</summary>
    public StartMode Start { get; set; } = StartMode.Live;

    public CatchUpBudget? CatchUpBudget { get; set; }

    /// <summary>Of each mount that is made.</summary>
    public Func<MountOptions, MountOptions> Change { get; set; } = static options => options;

    /// <summary>What a ring keeps; slabs of 256 KiB.</summary>
    public RingOptions Ring { get; set; } = new();

    public BackendTimings BackendTimings { get; set; }

    /// <summary>Who owns the stream, where several boxes share the cameras.</summary>
    public ICameraOwners? Owners { get; init; }

    public Shard MountShard => _shards.Shards[0];

    public Mount Create(BackendTransport transport = BackendTransport.Tcp, bool alwaysOn = false, int clientsMax = 100)
    {
        Mount mount = new(Change(Options(transport, alwaysOn, clientsMax)), MountShard, new PacketRing(_pool, Ring, 2), Pacer, Log, _events);
        _mounts.Add(mount);
        mount.Start();
        return mount;
    }

    /// <summary>What <see cref="Create"/> makes a mount with, as the fixture stands now.</summary>
    public MountOptions Options(BackendTransport transport = BackendTransport.Tcp, bool alwaysOn = false, int clientsMax = 100)
    {
        return new MountOptions
        {
            Name = "cam",
            AlwaysOn = alwaysOn,
            ClientsMax = clientsMax,
            Start = Start,
            CatchUpBudget = CatchUpBudget,
            Owners = Owners,
            GopCacheDuration = Ring.KeepDuration,
            PastDuration = Ring.PastDuration,
            Timings = Timings,
            Backend = BackendOf(Camera, transport) with { Connection = Connection },
        };
    }

    private BackendOptions BackendOf(ScriptedCamera camera, BackendTransport transport)
    {
        Assert.True(RtspUrl.TryParse(camera.Url.Replace("://", "://admin:secret@", StringComparison.Ordinal), out RtspUrl? url, out _));
        return new BackendOptions
        {
            StreamName = "cam",
            Url = url,
            Credentials = new CameraCredentials(new Credentials("admin", "secret"), url.Host),
            Transport = transport,
            Timings = BackendTimings with { },
        };
    }

    /// <summary>Another camera as one more source of the mounts that are made.</summary>
    public void AddSource(ScriptedCamera camera, bool mayBeProbed = true)
    {
        _others.Add(camera);
        Func<MountOptions, MountOptions> before = Change;
        Change = options =>
        {
            MountOptions made = before(options);
            return made with { Alternatives = [.. made.Alternatives, new MountSource(BackendOf(camera, made.Backend.Transport), mayBeProbed)] };
        };
    }

    /// <summary>Goes with the fixture, when its mounts have stopped.</summary>
    public T Own<T>(T one)
        where T : IDisposable
    {
        _owned.Add(one);
        return one;
    }

    public RecordingClient Client() => new(_shards.Shards[1]);

    public void RestartCamera()
    {
        Camera.Dispose();
        Camera = new ScriptedCamera(Camera.Port);
    }

    /// <summary>
    /// Moves the clock of the test while nothing is under way: a state is seen before the timer is set that belongs to it, and one that is set after the leap counts from there; an answer that comes after it is
    /// late. What it sets going is done when this returns.
    /// </summary>
    public async Task AdvanceAsync(TimeSpan by)
    {
        await QuietAsync();
        _time!.Advance(by);
        await QuietAsync();
    }

    /// <summary>What the mount and its cameras have sent each other is read and done.</summary>
    public Task QuietAsync() => Until.TrueAsync(async () =>
    {
        ScriptedCamera[] cameras = [Camera, .. _others];
        bool areIdle = cameras.All(static camera => camera.IsIdle);
        int requests = cameras.Sum(static camera => camera.Requests.Count);
        await _shards.Shards[1].RunAsync(static () => Task.CompletedTask);
        await TakeTurnsAsync();
        return areIdle && cameras.All(static camera => camera.IsIdle) && cameras.Sum(static camera => camera.Requests.Count) == requests;
    });

    /// <summary>The mount's timers that are due have fired when this returns.</summary>
    public async Task TakeTurnsAsync()
    {
        // The first may run in the turn in which the clock moved, before its timers.
        for (int i = 0; i < 3; i++)
        {
            await MountShard.RunAsync(() => MountShard.DelayAsync(TimeSpan.Zero));
        }
    }

    /// <summary>Media of the ring from a sequence on, when there are so many packets of it; our own reports stand between them whenever they are due.</summary>
    public async Task<List<RingPacket>> MediaAsync(Mount mount, long from, int count = 1)
    {
        List<RingPacket> media = [];
        await Until.TrueAsync(() =>
        {
            media = [.. Read(mount, from).Where(static packet => (packet.Flags & EntryFlags.Rtcp) == 0)];
            return media.Count >= count;
        });
        return media;
    }

    /// <summary>A client that plays.</summary>
    public async Task<(RecordingClient Client, PlayGrant Grant)> JoinAsync(Mount mount)
    {
        RecordingClient client = Client();
        PlayGrant grant = await mount.JoinAsync(client, PlayWish.Everything);
        Assert.Equal(PlayOutcome.Playing, grant.Outcome);
        return (client, grant);
    }

    /// <summary>The packets of the ring from a sequence on.</summary>
    public List<RingPacket> Read(Mount mount, long from)
    {
        // A reader's scope belongs to a shard; this reads as the mount's own, on it.
        return MountShard.RunAsync(() =>
        {
            List<RingPacket> packets = [];
            using ReadScope scope = mount.Ring.Read(0, from);
            for (long s = scope.From; s < scope.Head; s++)
            {
                ref readonly RingEntry entry = ref scope.Entries[s];
                uint ssrc = entry.IsRtcp || !RtpPacketView.TryParse(entry.PacketView, out RtpPacketView view, out _) ? 0 : view.Ssrc;
                packets.Add(new RingPacket(s, entry.Track, entry.SequenceNumber, entry.Timestamp, ssrc, entry.Flags, entry.PacketView.ToArray()));
            }

            return Task.FromResult(packets);
        }).GetAwaiter().GetResult();
    }

    public async ValueTask DisposeAsync()
    {
        Camera.Dispose(); // no mount waits for an answer to its TEARDOWN
        foreach (Mount mount in _mounts)
        {
            await mount.StopAsync(MountEnd.Stopping);
        }

        _owned.ForEach(static one => one.Dispose());
        _shards.Dispose();
        Pacer.Dispose();
        ((IDisposable)_pool).Dispose();
    }
}

/// <summary>A packet as it lies in the ring.</summary>
internal sealed record RingPacket(long Sequence, int Track, ushort SequenceNumber, uint Timestamp, uint Ssrc, EntryFlags Flags, byte[] Bytes);
