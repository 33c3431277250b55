using System.Diagnostics.CodeAnalysis;
using FastRtspProxy.Engine.Frontend;
using FastRtspProxy.Engine.Mounts;
using FastRtspProxy.Engine.Status;
using FastRtspProxy.Net;

namespace FastRtspProxy.Engine;

/// <summary>
/// What is known of a running engine, read from outside: each call asks the shards once, in their turns, and costs the media nothing. Any thread;
/// answers come on the thread pool.
/// </summary>
public sealed class EngineStatus
{
    /// <summary>What a shard puts together of one turn: a few microseconds each, so a fraction of the 50 ms that nothing may keep it for.</summary>
    private const int AnswersPerTurn = 64;

    private readonly MountDirectory _mounts;
    private readonly FrontendServer _frontend;
    private readonly EngineEvents _events;

    internal EngineStatus(MountDirectory mounts, FrontendServer frontend, EngineEvents events)
    {
        _mounts = mounts;
        _frontend = frontend;
        _events = events;
    }

    /// <summary>
    /// Told on whichever thread it happened, and where names are given out under the lock over them, since what happens to a stream is told in its
    /// order: a handler must only put it into a queue.
    /// </summary>
    public event Action<EngineEvent>? Happened
    {
        add => _events.Happened += value;
        remove => _events.Happened -= value;
    }

    /// <summary>
    /// Every stream by its name, in the order of the names: configured ones, instances of wildcards, registered ones; no wildcard streams themselves.
    /// </summary>
    public async Task<IReadOnlyList<StreamStatus>> StreamsAsync()
    {
        IEnumerable<Task<List<StreamStatus>>> parts = _mounts.Mounts.GroupBy(static mount => mount.Shard)
            .Select(static ofShard => AskAsync<Mount, StreamStatus>(ofShard.Key, () => [.. ofShard], static mount => mount.Describe()));
        return [.. (await Task.WhenAll(parts)).SelectMany(static part => part).OrderBy(static stream => stream.Name, StringComparer.Ordinal)];
    }

    /// <summary>One of them; null: there is none of that name.</summary>
    public async Task<StreamStatus?> StreamAsync(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return TryFind(name, out Mount? mount) ? await mount.Shard.RunAsync(() => Task.FromResult(mount.Describe())) : null;
    }

    /// <summary>
    /// What happened last between us and a stream's camera, the oldest first; null: there is no stream of that name. Asks no shard.
    /// </summary>
    public IReadOnlyList<CameraStep>? CameraStepsOf(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return TryFind(name, out Mount? mount) ? mount.CameraSteps : null;
    }

    /// <summary>Everybody who has a session, or those of one stream; those of a shard in the order in which they came.</summary>
    public async Task<IReadOnlyList<ViewerStatus>> ViewersAsync(string? stream = null)
    {
        IEnumerable<Task<List<ViewerStatus>>> parts = _frontend.Homes.Select(home => AskAsync<IWatcher, ViewerStatus>(
            home.Shard,
            () => [.. home.Watchers.Where(watcher => stream is null || watcher.Mount.Name == stream)],
            static watcher => watcher.Describe()));
        return [.. (await Task.WhenAll(parts)).SelectMany(static part => part)];
    }

    /// <summary>One viewer; null: there is none of that id.</summary>
    public async Task<ViewerStatus?> ViewerAsync(string id)
    {
        ArgumentNullException.ThrowIfNull(id);
        return SessionId.TryParse(id, out int shardIndex, out string known) && _frontend.ShardAt(shardIndex) is { } home
            ? await home.Shard.RunAsync(() => Task.FromResult(Find(home, known)?.Describe()))
            : null;
    }

    /// <summary>Ends a viewer's session with a BYE. False: there is none of that id.</summary>
    public async Task<bool> EndViewerAsync(string id)
    {
        ArgumentNullException.ThrowIfNull(id);
        return SessionId.TryParse(id, out int shardIndex, out string known) && _frontend.ShardAt(shardIndex) is { } home
            && await home.Shard.RunAsync(() => Task.FromResult(TryEnd(home, known)));
    }

    /// <summary>Makes the session with a stream's camera anew; its viewers are held and play on. False: there is no such stream.</summary>
    public async Task<bool> RestartAsync(string stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        return TryFind(stream, out Mount? mount) && await mount.Shard.RunAsync(() => Task.FromResult(mount.TryRestart()));
    }

    internal void Tell(EngineEvent what) => _events.Tell(what);

    private static bool TryEnd(FrontendShard home, string id)
    {
        IWatcher? watcher = Find(home, id);
        watcher?.Kick();
        return watcher is not null;
    }

    private static IWatcher? Find(FrontendShard home, string id) => home.Watchers.FirstOrDefault(watcher => watcher.Id == id);

    /// <summary>Asks some of a shard in one post: it answers in as many turns as it takes.</summary>
    /// <param name="shard">Whose.</param>
    /// <param name="who">Those that there are at the first turn. Some may end meanwhile, and are told of as they ended.</param>
    /// <param name="ask">What is asked.</param>
    private static Task<List<TAnswer>> AskAsync<TAsked, TAnswer>(
        Shard shard, Func<TAsked[]> who, Func<TAsked, TAnswer> ask) => shard.RunAsync(async () =>
    {
        TAsked[] asked = who();
        List<TAnswer> answers = new(asked.Length);
        for (int i = 0; i < asked.Length; i++)
        {
            if (i % AnswersPerTurn == AnswersPerTurn - 1)
            {
                await shard.NextTurn();
            }

            answers.Add(ask(asked[i]));
        }

        return answers;
    });

    private bool TryFind(string name, [NotNullWhen(true)] out Mount? mount)
    {
        mount = _mounts.Find(name) as Mount;
        return mount is not null;
    }
}
