using FastRtspProxy.Engine.Status;

namespace FastRtspProxy.Operations.Api;

/// <summary>
/// The running engine, for many who look at it at once: what is known of streams and viewers is asked of the event loops a few times a second,
/// whoever asks how often (<see cref="SharedLook{T}"/>). What a request has changed, and what an event has told of, is seen by whoever asks after it.
/// </summary>
/// <param name="engine">The engine.</param>
/// <param name="configuration">What counts: another object after each change.</param>
/// <param name="time">The clock.</param>
internal sealed class SharedEngineView(IEngineView engine, Func<object> configuration, TimeProvider time) : IEngineView
{
    /// <summary>Names of which answers are kept. With more, all are forgotten: who asks for each of a thousand streams asks for each once.</summary>
    private const int NamesMax = 256;

    private readonly Lock _lock = new();
    private readonly Dictionary<string, SharedLook<StreamStatus?>> _streamsByName = new(StringComparer.Ordinal);
    private readonly Dictionary<string, SharedLook<IReadOnlyList<ViewerStatus>>> _viewersByName = new(StringComparer.Ordinal);
    private SharedLook<IReadOnlyList<StreamStatus>>? _streams;
    private SharedLook<IReadOnlyList<ViewerStatus>>? _viewers;
    private long _events;

    public int RtspPort => engine.RtspPort;

    public int RtspsPort => engine.RtspsPort;

    public int TunnelPort => engine.TunnelPort;

    public long MemoryBytes => engine.MemoryBytes;

    public int Viewers => engine.Viewers;

    public bool IsDraining => engine.IsDraining;

    /// <summary>Names of which answers are kept at this moment; for tests.</summary>
    internal int NamesKept => _streamsByName.Count;

    private LookNews News => new(Interlocked.Read(ref _events), configuration());

    /// <summary>Something was told. Any thread.</summary>
    public void OnHappened(EngineEvent what)
    {
        // Whoever is refused changes nothing that is asked for, and may come a thousand times a second.
        if (what.Kind != EngineEventKind.ViewerRefused)
        {
            Interlocked.Increment(ref _events);
        }
    }

    public void Drain(bool drains) => engine.Drain(drains);

    public Task<IReadOnlyList<StreamStatus>> StreamsAsync() =>
        LazyInitializer.EnsureInitialized(ref _streams, () => Shared(engine.StreamsAsync, static streams => streams.Count)).AskAsync();

    public Task<StreamStatus?> StreamAsync(string name) =>
        Of(_streamsByName, name, () => Shared(() => engine.StreamAsync(name), static _ => 1)).AskAsync();

    public IReadOnlyList<CameraStep>? CameraStepsOf(string name) => engine.CameraStepsOf(name);

    public Task<IReadOnlyList<ViewerStatus>> ViewersAsync(string? stream) => stream is null
        ? LazyInitializer.EnsureInitialized(ref _viewers, () => Shared(() => engine.ViewersAsync(null), static viewers => viewers.Count)).AskAsync()
        : Of(_viewersByName, stream, () => Shared(() => engine.ViewersAsync(stream), static viewers => viewers.Count)).AskAsync();

    public Task<ViewerStatus?> ViewerAsync(string id) => engine.ViewerAsync(id);

    public Task<bool> EndViewerAsync(string id) => AfterAsync(engine.EndViewerAsync(id));

    public Task<bool> RestartAsync(string stream) => AfterAsync(engine.RestartAsync(stream));

    public Task<byte[]?> DescriptionAsync(string stream) => engine.DescriptionAsync(stream);

    private SharedLook<T> Shared<T>(Func<Task<T>> look, Func<T, int> sizeOf) => new(look, sizeOf, () => News, time);

    private SharedLook<T> Of<T>(Dictionary<string, SharedLook<T>> looks, string name, Func<SharedLook<T>> make)
    {
        lock (_lock)
        {
            if (!looks.TryGetValue(name, out SharedLook<T>? look))
            {
                if (looks.Count >= NamesMax)
                {
                    looks.Clear();
                }

                looks.Add(name, look = make());
            }

            return look;
        }
    }

    private async Task<bool> AfterAsync(Task<bool> change)
    {
        bool isDone = await change;
        Interlocked.Increment(ref _events);
        return isDone;
    }
}
