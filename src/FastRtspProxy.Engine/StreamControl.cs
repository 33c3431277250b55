using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using FastRtspProxy.Engine.Frontend;
using FastRtspProxy.Engine.Mounts;
using Microsoft.Extensions.Logging;

namespace FastRtspProxy.Engine;

/// <summary>
/// The streams of a running proxy: added, removed and changed one after the other, while viewers watch. What is done to one stream touches no other:
/// no packet of it, and no session. Registered streams are none of these: they give way to one that comes with their name. Any thread.
/// </summary>
public sealed class StreamControl
{
    private readonly MountDirectory _mounts;
    private readonly MountFactory _factory;
    private readonly WildcardStreams _wildcards;
    private readonly Func<OwnPlace> _own;
    private readonly ILogger _log;

    /// <summary>Held by whoever changes streams; one at a time.</summary>
    private readonly SemaphoreSlim _turn = new(1);

    /// <summary>
    /// What there is, in the order in which it came. Replaced as a whole by whoever has the turn: a release store, which pairs with the acquire load
    /// in <see cref="Snapshot"/>.
    /// </summary>
    private ImmutableList<StreamOptions> _streams = [];

    /// <summary>Ends of removed streams, of which some go on. In turn, and when nobody gets one any more.</summary>
    private readonly List<Task> _ends = [];

    /// <summary>Set in turn, once: nothing is added or changed any more.</summary>
    private bool _isClosed;

    internal StreamControl(
        ProxyOptions options, MountDirectory mounts, MountFactory factory, Func<OwnPlace> own, ILoggerFactory loggerFactory)
    {
        _mounts = mounts;
        _factory = factory;
        _own = own;
        _log = loggerFactory.CreateLogger("Stream");
        _wildcards = new WildcardStreams(mounts, factory, options.CommonSettings, _log);
        mounts.IsReserved = _wildcards.Reserves;
    }

    /// <summary>
    /// Every stream that was added and not removed, as it is now, in the order in which they came; wildcard streams, but not what was made by them.
    /// </summary>
    public IReadOnlyList<StreamOptions> Snapshot => Volatile.Read(ref _streams);

    /// <summary>Told of each wildcard stream that was removed, by its name. Set once, before streams change.</summary>
    internal Action<string>? WildcardRemoved { get; set; }

    /// <summary>Ends a registered stream that has given its name away. Set once, before streams change.</summary>
    internal Func<Mount, Task> EndRegistered
    {
        set => _wildcards.EndRegistered = mount => KeepEnd(value(mount));
    }

    /// <summary>Told of all that there are whenever one came, went or changed, in turn. Set once, before streams change.</summary>
    internal Action<IReadOnlyList<StreamOptions>>? Changed { get; set; }

    /// <summary>What clients can ask for.</summary>
    internal IMountDirectory Directory => _wildcards;

    /// <summary>The mounts that wildcard streams have made; for tests.</summary>
    internal IReadOnlyDictionary<string, StreamOptions> Instances => _wildcards.Instances;

    /// <summary>Everything that is wrong with a set of streams that is to be all that there are; empty: it can be had. Nothing is changed.</summary>
    /// <param name="streams">The set.</param>
    /// <param name="own">Where we listen afterwards; null: where we do.</param>
    public IReadOnlyList<StreamProblem> Validate(IReadOnlyList<StreamOptions> streams, OwnPlace? own = null)
    {
        ArgumentNullException.ThrowIfNull(streams);
        return StreamRules.Check(streams, null, own ?? _own());
    }

    /// <summary>
    /// A new stream: its camera is looked for at once, as at the start. One that stands for itself takes its name from a wildcard stream's; any of
    /// them from a registered one, which ends: strangers chose that name.
    /// </summary>
    /// <exception cref="StreamException">It cannot be had; nothing was changed.</exception>
    public Task AddAsync(StreamOptions stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        return InTurnAsync(() => AddInTurnAsync(stream));
    }

    /// <summary>The stream goes: its viewers get a BYE and their sessions end, its camera is let go. False: there is none of that name.</summary>
    public async Task<bool> RemoveAsync(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        Task? end = null;
        if (!await InTurnAsync(() => Task.FromResult(TryRemoveInTurn(name, out end))))
        {
            return false;
        }

        await end!; // a camera that does not answer its TEARDOWN holds up nobody's turn
        return true;
    }

    /// <summary>
    /// A stream of the same name goes by other options. Its settings change without touching any session. With another camera, or another way to it,
    /// the camera's session is made anew, and the viewers are held and play on.
    /// </summary>
    /// <exception cref="StreamException">It cannot be had, or there is none of that name; nothing was changed.</exception>
    public Task ChangeAsync(StreamOptions stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        return InTurnAsync(() => ChangeInTurnAsync(stream));
    }

    /// <summary>The streams of the start: their mounts, for whoever starts them when everything listens.</summary>
    /// <exception cref="StreamException">One cannot be had.</exception>
    internal List<Mount> Begin(IReadOnlyList<StreamOptions> streams)
    {
        List<Mount> mounts = [];
        foreach (StreamOptions stream in streams)
        {
            if (WildcardName.IsPattern(stream.Name))
            {
                ThrowIfFaulty(stream);
                _ = _wildcards.AddAsync(stream); // no instance is there yet, so it is done
            }
            else
            {
                mounts.Add(Make(stream, out _));
            }

            Volatile.Write(ref _streams, _streams.Add(stream)); // the memory is divided among all of them from the first one on
        }

        return mounts;
    }

    /// <summary>The proxy stops: who had a turn is done, and nobody gets another one. Gives the ends of removed streams that go on.</summary>
    internal async Task<Task> CloseAsync()
    {
        await _turn.WaitAsync();
        _isClosed = true;
        _wildcards.Close();
        _turn.Release();
        return Task.WhenAll(_ends);
    }

    private async Task<bool> AddInTurnAsync(StreamOptions stream)
    {
        ThrowIfFaulty(stream);
        if (WildcardName.IsPattern(stream.Name))
        {
            Publish(_streams.Add(stream));
            await _wildcards.AddAsync(stream);
            return true;
        }

        _factory.StreamCount = _streams.Count + 1;
        Mount mount = Make(stream, out Task gaveWay);
        Publish(_streams.Add(stream));
        mount.Start();
        await gaveWay;
        return true;
    }

    /// <summary>The name is free afterwards; what had it is over when <paramref name="end"/> is.</summary>
    private bool TryRemoveInTurn(string name, [NotNullWhen(true)] out Task? end)
    {
        end = null;
        int index = _streams.FindIndex(stream => stream.Name == name);
        if (index < 0)
        {
            return false;
        }

        Publish(_streams.RemoveAt(index));
        end = WildcardName.IsPattern(name) ? RemoveWildcardAsync(name)
            : _mounts.TryRemove(name, out Mount? mount) ? mount!.StopAsync(MountEnd.Removed)
            : Task.CompletedTask;
        KeepEnd(end);
        return true;
    }

    private void KeepEnd(Task end)
    {
        _ends.RemoveAll(static other => other.IsCompleted);
        _ends.Add(end);
    }

    private Task RemoveWildcardAsync(string name)
    {
        Task end = _wildcards.RemoveAsync(name);
        WildcardRemoved?.Invoke(name);
        return end;
    }

    private async Task<bool> ChangeInTurnAsync(StreamOptions stream)
    {
        int index = _streams.FindIndex(other => other.Name == stream.Name);
        if (index < 0)
        {
            throw new StreamException($"There is no stream \"{stream.Name}\" that could be changed; add it.");
        }

        StreamChange change = StreamChanges.Between(_streams[index], stream);
        if (change == StreamChange.None)
        {
            return true;
        }

        ThrowIfAny(StreamRules.Faults(stream, _own()));
        if (change == StreamChange.Stream)
        {
            _ = TryRemoveInTurn(stream.Name, out Task? end);
            await end!;
            return await AddInTurnAsync(stream);
        }

        Task work = WildcardName.IsPattern(stream.Name) ? _wildcards.ChangeAsync(stream)
            : _mounts.Find(stream.Name) is Mount mount ? _factory.ChangeAsync(mount, _streams[index], stream)
            : Task.CompletedTask;
        Publish(_streams.SetItem(index, stream));
        await work;
        return true;
    }

    private Mount Make(StreamOptions stream, out Task gaveWay)
    {
        Mount mount = _factory.Create(stream);
        if (!_wildcards.TryAdd(mount, out gaveWay))
        {
            mount.Drop();
            throw new StreamException(StreamRules.Collision(stream.Name));
        }

        return mount;
    }

    private void ThrowIfFaulty(StreamOptions stream)
    {
        Dictionary<string, string> taken = _streams.ToDictionary(static other => other.Name, static other => $"the stream \"{other.Name}\"");
        ThrowIfAny(StreamRules.Check([stream], taken, _own()).Select(static problem => problem.Text));
    }

    private static void ThrowIfAny(IEnumerable<string> faults)
    {
        string text = string.Join(' ', faults);
        if (text.Length > 0)
        {
            throw new StreamException(text);
        }
    }

    private void Publish(ImmutableList<StreamOptions> streams)
    {
        _factory.StreamCount = streams.Count;
        Volatile.Write(ref _streams, streams);
        Changed?.Invoke(streams);
    }

    private async Task<bool> InTurnAsync(Func<Task<bool>> work)
    {
        await _turn.WaitAsync();
        try
        {
            ObjectDisposedException.ThrowIf(_isClosed, this);
            return await work();
        }
        finally
        {
            _turn.Release();
        }
    }
}
