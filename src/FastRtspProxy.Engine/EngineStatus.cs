using FastRtspProxy.Engine.Status;

namespace FastRtspProxy.Engine;

/// <summary>
/// What is known of a running engine, read from outside: each call asks the shards once, in their turns, and costs the media nothing. Any thread;
/// answers come on the thread pool.
/// </summary>
public sealed class EngineStatus
{
    /// <summary>Told on whichever thread it happened: a handler must only put it into a queue.</summary>
    public event Action<EngineEvent>? Happened;

    /// <summary>Every stream by its name: configured ones, instances of wildcards, registered ones; no wildcard streams themselves.</summary>
    public Task<IReadOnlyList<StreamStatus>> StreamsAsync() => Task.FromResult<IReadOnlyList<StreamStatus>>([]);

    /// <summary>One of them; null: there is none of that name.</summary>
    public Task<StreamStatus?> StreamAsync(string name) => Task.FromResult<StreamStatus?>(null);

    /// <summary>Everybody who has a session, or those of one stream.</summary>
    public Task<IReadOnlyList<ViewerStatus>> ViewersAsync(string? stream = null) => Task.FromResult<IReadOnlyList<ViewerStatus>>([]);

    /// <summary>Ends a viewer's session with a BYE. False: there is none of that id.</summary>
    public Task<bool> EndViewerAsync(string id) => Task.FromResult(false);

    /// <summary>Makes the session with a stream's camera anew; its viewers are held and play on. False: there is no such stream.</summary>
    public Task<bool> RestartAsync(string stream) => Task.FromResult(false);

    internal void Tell(EngineEvent what) => Happened?.Invoke(what);
}
