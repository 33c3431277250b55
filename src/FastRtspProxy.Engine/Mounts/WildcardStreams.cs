using FastRtspProxy.Engine.Frontend;
using FastRtspProxy.Engine.Status;
using Microsoft.Extensions.Logging;

namespace FastRtspProxy.Engine.Mounts;

/// <summary>
/// The wildcard streams: mounts that are made when a client asks for a path that no mount has, and that go when nobody has needed them for a while. A
/// name that stands for itself wins over a wildcard, and of wildcards the one that says most of the name. The lock is held for a few look-ups when a
/// client asks for what is not there, and when streams change; never for media. Any thread.
/// </summary>
internal sealed class WildcardStreams(MountDirectory mounts, MountFactory factory, StreamSettings common, ILogger log) : IMountDirectory
{
    /// <summary>A wildcard that has as many as it may have is said so often at the most.</summary>
    private const long SaidIntervalMillis = 60_000;

    private readonly Lock _lock = new();

    /// <summary>
    /// Those that say most of a name first; of two that say as much the one that sorts first, so that it never depends on their order in a file.
    /// </summary>
    private readonly List<Wildcard> _wildcards = [];

    /// <summary>Set once, under the lock: nothing is made any more.</summary>
    private bool _isClosed;

    /// <summary>When it was last said that one is full; see <see cref="SaidIntervalMillis"/>.</summary>
    private long _saidFullMillis = -SaidIntervalMillis;

    /// <summary>
    /// Ends a registered stream that was taken out for one of the configuration; nobody waits for its camera. Set once, before streams change.
    /// </summary>
    public Action<Mount> EndRegistered { get; set; } = static mount => _ = mount.StopAsync(MountEnd.Removed);

    /// <inheritdoc/>
    public IMount? Find(string path) => mounts.Find(path);

    /// <inheritdoc/>
    public IMount? FindOrMake(string path, out bool isFull)
    {
        isFull = false;
        lock (_lock)
        {
            if (mounts.Find(path) is { } there)
            {
                return there;
            }

            if (_isClosed || BestFor(path, out string match) is not { } wildcard)
            {
                return null;
            }

            if (wildcard.Instances.Count >= wildcard.Options.MaxInstances)
            {
                SayFull(wildcard);
                isFull = true;
                return null;
            }

            StreamOptions stream = wildcard.Instance(path, match, common);
            Mount mount = factory.Create(stream, wildcard.Options.Name, OnIdle);
            if (!mounts.TryAdd(mount))
            {
                mount.Drop();
                return null; // the beginning of another stream's name at a slash, or that is its beginning
            }

            wildcard.Instances.Add(path, (mount, stream));
            MountLog.Made(log, path, wildcard.Options.Name);
            mount.Start();
            return mount;
        }
    }

    /// <inheritdoc/>
    public bool StandsFor(string path)
    {
        lock (_lock)
        {
            return BestFor(path, out _) is not null;
        }
    }

    /// <summary>True for a name that is no stranger's to have; see <see cref="WildcardName.Reserves"/>.</summary>
    public bool Reserves(string name)
    {
        lock (_lock)
        {
            return _wildcards.Exists(wildcard => wildcard.Pattern.Reserves(name));
        }
    }

    /// <summary>The proxy stops: nobody would stop what is made from now on.</summary>
    public void Close()
    {
        lock (_lock)
        {
            _isClosed = true;
        }
    }

    /// <summary>
    /// Adds one. Instances of others that it stands for better go by its options from now on; registered streams that would not get their names
    /// beside it give way.
    /// </summary>
    public Task AddAsync(StreamOptions stream)
    {
        lock (_lock)
        {
            Wildcard added = new(stream);
            _wildcards.Add(added);
            _wildcards.Sort(static (one, other) =>
                (other.Pattern.LiteralChars, one.Options.Name).CompareTo((one.Pattern.LiteralChars, other.Options.Name)));
            foreach (Mount mount in mounts.Mounts.Where(mount => IsRegistered(mount) && added.Pattern.Reserves(mount.Name)))
            {
                if (mounts.TryRemove(mount))
                {
                    GiveWay(mount, stream.Name);
                }
            }

            return SettleAsync();
        }
    }

    /// <summary>Makes one go by other options of the same name, and its instances with it.</summary>
    public Task ChangeAsync(StreamOptions stream)
    {
        lock (_lock)
        {
            _wildcards.Find(wildcard => wildcard.Options.Name == stream.Name)!.Options = stream;
            return SettleAsync();
        }
    }

    /// <summary>Takes one away, and its instances with it, unless another one stands for them.</summary>
    public Task RemoveAsync(string name)
    {
        lock (_lock)
        {
            Wildcard gone = _wildcards.Find(wildcard => wildcard.Options.Name == name)!;
            _wildcards.Remove(gone);
            return SettleAsync(gone);
        }
    }

    /// <summary>
    /// Adds a mount whose name stands for itself: an instance or a registered stream that has that name, or one that cannot stand beside it, gives
    /// way. False where another mount does not.
    /// </summary>
    public bool TryAdd(Mount mount, out Task gaveWay)
    {
        lock (_lock)
        {
            List<Task> stops = [];
            foreach (Wildcard wildcard in _wildcards)
            {
                foreach (string path in wildcard.Instances.Keys.Where(path => MountNames.Collide(path, mount.Name)).ToArray())
                {
                    stops.Add(TakeOutAsync(wildcard, path, MountEnd.Removed));
                }
            }

            bool isAdded = mounts.TryAdd(mount, IsRegistered, out List<Mount> registered);
            registered.ForEach(other => GiveWay(other, mount.Name));
            gaveWay = Task.WhenAll(stops);
            return isAdded;
        }
    }

    /// <summary>Every instance by its path, with the options that it goes by; for tests.</summary>
    public IReadOnlyDictionary<string, StreamOptions> Instances
    {
        get
        {
            lock (_lock)
            {
                return _wildcards.SelectMany(static wildcard => wildcard.Instances)
                    .ToDictionary(static pair => pair.Key, static pair => pair.Value.Options);
            }
        }
    }

    private static bool IsRegistered(Mount mount) => mount.Origin == StreamOrigin.Registered;

    private void GiveWay(Mount registered, string stream)
    {
        MountLog.RegisteredGivesWay(log, registered.Name, stream);
        EndRegistered(registered);
    }

    private Wildcard? BestFor(string path, out string match)
    {
        foreach (Wildcard wildcard in _wildcards)
        {
            if (wildcard.Pattern.TryMatch(path, out string? found))
            {
                match = found;
                return wildcard;
            }
        }

        match = string.Empty;
        return null;
    }

    /// <summary>
    /// Gives every instance to the wildcard that stands for it best, and has it go by that one's options; one that none stands for goes. Under the
    /// lock.
    /// </summary>
    private Task SettleAsync(Wildcard? gone = null)
    {
        List<Task> works = [];
        foreach (Wildcard wildcard in gone is null ? _wildcards.ToArray() : [gone, .. _wildcards])
        {
            foreach ((string path, (Mount mount, StreamOptions before)) in wildcard.Instances.ToArray())
            {
                if (BestFor(path, out string match) is not { } best)
                {
                    works.Add(TakeOutAsync(wildcard, path, MountEnd.Removed));
                    continue;
                }

                StreamOptions now = best.Instance(path, match, common);
                wildcard.Instances.Remove(path);
                best.Instances[path] = (mount, now);
                if (StreamChanges.Between(before, now) != StreamChange.None)
                {
                    works.Add(factory.ChangeAsync(mount, before, now));
                }
            }
        }

        return Task.WhenAll(works);
    }

    /// <summary>On the mount's shard: nobody has needed it for a while. One that asks in this moment gets a new mount.</summary>
    private void OnIdle(Mount mount)
    {
        lock (_lock)
        {
            Wildcard? maker = _wildcards.Find(wildcard => wildcard.Instances.TryGetValue(mount.Name, out var instance) && instance.Mount == mount);
            if (maker is not null)
            {
                MountLog.Gone(log, mount.Name, maker.Options.Name);
                _ = TakeOutAsync(maker, mount.Name, MountEnd.Removed);
            }
        }
    }

    private Task TakeOutAsync(Wildcard wildcard, string path, MountEnd cause)
    {
        wildcard.Instances.Remove(path);
        return mounts.TryRemove(path, out Mount? mount) ? mount!.StopAsync(cause) : Task.CompletedTask;
    }

    private void SayFull(Wildcard wildcard)
    {
        long now = Environment.TickCount64;
        if (now - _saidFullMillis >= SaidIntervalMillis)
        {
            _saidFullMillis = now;
            MountLog.WildcardFull(log, wildcard.Options.Name, wildcard.Options.MaxInstances);
        }
    }
}
