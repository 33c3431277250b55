using System.Text;
using FastRtspProxy.Engine;
using FastRtspProxy.Engine.Status;
using FastRtspProxy.Operations.Api;
using FastRtspProxy.Operations.Configuration;
using FastRtspProxy.Operations.Configuration.Comparison;
using FastRtspProxy.Operations.Configuration.Model;
using FastRtspProxy.Operations.Reload;

namespace FastRtspProxy.Tests.Operations.Api;

/// <summary>A proxy that has the streams that it was told, and nothing behind them.</summary>
internal sealed class FakeProxy : IEngineView, IReloadTarget
{
    private int _inside;
    private int _looks;

    public int RtspPort { get; set; } = 8554;

    public int RtspsPort { get; set; } = 322;

    public int TunnelPort => 0;

    public long MemoryBytes => 1 << 30;

    public int Viewers => Watching.Count;

    public bool IsDraining { get; private set; }

    public Dictionary<string, StreamStatus> Streams { get; } = new(StringComparer.Ordinal);

    public List<ViewerStatus> Watching { get; } = [];

    public List<string> Restarted { get; } = [];

    /// <summary>What the engine is told last.</summary>
    public ProxyConfig? Applied { get; private set; }

    public List<ConfigDifference> Differences { get; } = [];

    /// <summary>Why the engine cannot have it so.</summary>
    public string? Objection { get; set; }

    /// <summary>A stream that cannot be had after all.</summary>
    public string? Failing { get; set; }

    public bool Throws { get; set; }

    public bool Overlapped { get; private set; }

    /// <summary>How often it was asked what there is.</summary>
    public int Looks => Volatile.Read(ref _looks);

    /// <summary>What comes of the next looks; null: an answer.</summary>
    public Exception? LookError { get; set; }

    public void Drain(bool drains) => IsDraining = drains;

    public Task<IReadOnlyList<StreamStatus>> StreamsAsync() => LookAsync<IReadOnlyList<StreamStatus>>(() => [.. Streams.Values]);

    public Dictionary<string, IReadOnlyList<CameraStep>> Steps { get; } = new(StringComparer.Ordinal);

    public IReadOnlyList<CameraStep>? CameraStepsOf(string name) => Steps.GetValueOrDefault(name);

    public Task<StreamStatus?> StreamAsync(string name) => LookAsync(() => Streams.GetValueOrDefault(name));

    public Task<IReadOnlyList<ViewerStatus>> ViewersAsync(string? stream) =>
        LookAsync<IReadOnlyList<ViewerStatus>>(() => [.. Watching.Where(viewer => stream is null || viewer.Stream == stream)]);

    public Task<ViewerStatus?> ViewerAsync(string id) => Task.FromResult(Watching.Find(viewer => viewer.Id == id));

    public Task<bool> EndViewerAsync(string id) => Task.FromResult(Watching.RemoveAll(viewer => viewer.Id == id) > 0);

    public Task<bool> RestartAsync(string stream)
    {
        Restarted.Add(stream);
        return Task.FromResult(Streams.ContainsKey(stream));
    }

    public Task<byte[]?> DescriptionAsync(string stream) =>
        Task.FromResult(Streams.GetValueOrDefault(stream) is { IsUp: true } ? Encoding.UTF8.GetBytes("v=0\r\n") : null);

    public IReadOnlyList<string> Objections(ConfigDifference difference) => Objection is null ? [] : [Objection];

    public async Task<IReadOnlyDictionary<string, string>> ApplyAsync(ConfigDifference difference)
    {
        Overlapped |= Interlocked.Increment(ref _inside) > 1;
        await Task.Yield();
        if (Throws)
        {
            Interlocked.Decrement(ref _inside);
            throw new InvalidOperationException("broken");
        }

        Differences.Add(difference);
        Applied = difference.Result;
        foreach (StreamConfig stream in difference.Removed)
        {
            Streams.Remove(stream.Name);
        }

        Dictionary<string, string> failed = [];
        foreach (StreamConfig stream in difference.Added.Concat(difference.Remade.Select(static change => change.New)).Where(static one => !one.IsWildcard))
        {
            if (stream.Name == Failing)
            {
                failed[stream.Name] = $"The name \"{stream.Name}\" is another stream's.";
                continue;
            }

            StreamOptions options = EngineOptions.StreamOf(stream, difference.Result);
            Streams[stream.Name] = new StreamStatus { Name = stream.Name, Source = options.Url, State = StreamState.Down };
        }

        Interlocked.Decrement(ref _inside);
        return failed;
    }

    private Task<T> LookAsync<T>(Func<T> answer)
    {
        Interlocked.Increment(ref _looks);
        return LookError is { } error ? Task.FromException<T>(error) : Task.FromResult(answer());
    }
}
