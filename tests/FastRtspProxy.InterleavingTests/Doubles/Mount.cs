using FastRtspProxy.Engine.Frontend;
using FastRtspProxy.Net;

namespace FastRtspProxy.Engine.Mounts;

/// <summary>
/// In the place of a mount with a camera: started once, stopped once, in that order; and its camera plays. Who comes and goes is the real mount's business (MountJoins.cs, MountClients.cs).
/// </summary>
internal sealed class Mount : IMount
{
    private readonly MountStatus _status = new();
    private readonly MountClients _clients;
    private readonly MountJoins _joins;
    private int _starts;
    private int _stops;

    public Mount(string name, Shard? shard = null)
    {
        Name = name;
        Shard = shard ?? new Shard();
        MountSettings settings = new();
        _clients = new MountClients(Shard, settings, new ClientHold(Shard, settings, static () => { }));
        _joins = new MountJoins(Shard, settings, _status, _clients, new MountOffer(), new JoinStarts(), new CameraLoop(), new MountEgress(), new MountPlaces(settings));
    }

    public string Name { get; }

    public Shard Shard { get; }

    /// <summary>On the shard, or when that has ended.</summary>
    public int ClientCount => _clients.Count;

    public bool IsStopped => Volatile.Read(ref _stops) == 1;

    /// <summary>Nothing goes on after its stop.</summary>
    public Task Ended => Task.CompletedTask;

    /// <summary>For what it needs the camera: all that the real one asks.</summary>
    public bool IsNeeded => _clients.NeedCamera || _clients.AreWaiting;

    public Task<PlayGrant> JoinAsync(MountClient client, PlayWish wish) => _joins.JoinAsync(client, wish);

    public void Leave(MountClient client) => _joins.Leave(client);

    public void Start()
    {
        if (IsStopped || Interlocked.Increment(ref _starts) != 1)
        {
            throw new InvalidOperationException($"{Name} was started after its stop, or again.");
        }
    }

    public void Drop()
    {
        if (Volatile.Read(ref _starts) != 0 || Interlocked.Increment(ref _stops) != 1)
        {
            throw new InvalidOperationException($"{Name} was dropped after its start, or again.");
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
            _status.IsStopping = true;
            _clients.End(cause);
            _clients.WakeJoining();
        });
        return Task.CompletedTask;
    }
}
