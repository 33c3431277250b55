using FastRtspProxy.Engine.Frontend;
using FastRtspProxy.Net;

namespace FastRtspProxy.Engine.Mounts;

/// <summary>
/// In the place of a mount with a camera: started once, stopped once, in that order; and its camera plays. Who comes and goes is the real mount's business (Mount.Clients.cs).
/// </summary>
internal sealed partial class Mount : IMount
{
    private readonly MountOptions _options = new();
    private readonly ShardTimer _holdTimer;
    private readonly ShardSignal _signal;
    private readonly List<int> _describeWaiters = [];
    private bool _stopping;
    private int _starts;
    private int _stops;

    public Mount(string name, Shard? shard = null)
    {
        Name = name;
        Shard = shard ?? new Shard();
        _signal = new ShardSignal(Shard);
        _holdTimer = Shard.CreateTimer(static () => { });
    }

    public string Name { get; }

    public Shard Shard { get; }

    public MountState State { get; private set; } = MountState.Playing;

    /// <summary>On the shard, or when that has ended.</summary>
    public int ClientCount => _clients.Count;

    public bool IsStopped => Volatile.Read(ref _stops) == 1;

    /// <summary>Nothing goes on after its stop.</summary>
    public Task Ended => Task.CompletedTask;

    /// <summary>For what it needs the camera: all that the real one asks.</summary>
    public bool IsNeeded => NeedsCamera || IsAwaited;

    public void Start()
    {
        if (IsStopped || Interlocked.Increment(ref _starts) != 1)
        {
            throw new InvalidOperationException($"{Name} was started after its stop, or again.");
        }
    }

    public Task StopAsync(MountEnd cause)
    {
        if (Volatile.Read(ref _starts) == 0 || cause != MountEnd.Removed || Interlocked.Increment(ref _stops) != 1)
        {
            throw new InvalidOperationException($"{Name} was stopped before its start, or again.");
        }

        Shard.Post(() =>
        {
            _stopping = true;
            EndClients(cause);
            WakeJoining();
        });
        return Task.CompletedTask;
    }

    private static PlayGrant GrantNow(PlayWish wish) => new(PlayOutcome.Playing, (long)wish.TrackMask, []);

    private static Task<PlayGrant> JoinLaterAsync(MountClient client, PlayWish wish) => throw new InvalidOperationException($"The camera plays: {client} waits for nothing ({wish}).");

    private static void Hurry()
    {
    }

    private void Move(MountState to) => State = to;
}
