using FastRtspProxy.Engine.Status;
using Microsoft.Extensions.Logging;

namespace FastRtspProxy.Operations.Stats;

/// <summary>
/// Looks at all streams each second, or where there are more than <see cref="Many"/> each ten, and keeps the last 300 looks: five minutes, or fifty.
/// On the thread pool; a lock that is held for copies only.
/// </summary>
internal sealed class StatsSampler : IAsyncDisposable
{
    /// <summary>Streams above which a look is dear.</summary>
    public const int Many = 100;

    /// <summary>Streams that are kept, 10 MB of them; what comes later has no history.</summary>
    public const int StreamsMax = 2000;

    private static readonly TimeSpan s_often = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_seldom = TimeSpan.FromSeconds(10);

    private readonly Func<Task<IReadOnlyList<StreamStatus>>> _look;
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private readonly CancellationTokenSource _stop = new();
    private readonly Lock _lock = new();
    private readonly Dictionary<string, StreamHistory> _streams = new(StringComparer.Ordinal);
    private readonly Task _running;
    private TimeSpan _interval = s_often;
    private long _looks;

    /// <param name="look">Every stream as it is (<see cref="Engine.EngineStatus.StreamsAsync"/>).</param>
    /// <param name="time">The clock between two looks.</param>
    /// <param name="log">Where it is said that one failed.</param>
    public StatsSampler(Func<Task<IReadOnlyList<StreamStatus>>> look, TimeProvider time, ILogger log)
    {
        _log = log;
        _look = look;
        _time = time;
        _running = Task.Run(RunAsync);
    }

    /// <summary>Between two looks.</summary>
    public TimeSpan Interval
    {
        get
        {
            lock (_lock)
            {
                return _interval;
            }
        }
    }

    /// <summary>The newest samples of each stream that is asked for, and how far they are apart.</summary>
    /// <param name="window">How far back.</param>
    /// <param name="wanted">Which streams.</param>
    public (TimeSpan Interval, IReadOnlyList<(string Name, StreamSample[] Samples)> Streams) Last(TimeSpan window, Func<string, bool> wanted)
    {
        List<(string, StreamSample[])> streams = [];
        lock (_lock)
        {
            int count = (int)Math.Clamp(window / _interval, 1, StreamHistory.Samples);
            foreach ((string name, StreamHistory history) in _streams)
            {
                if (wanted(name))
                {
                    streams.Add((name, history.Last(count)));
                }
            }

            return (_interval, streams);
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running;
        _stop.Dispose();
    }

    private async Task RunAsync()
    {
        try
        {
            for (; ; await Task.Delay(Interval, _time, _stop.Token))
            {
                await TryLookAsync();
            }
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // The program ends.
        }
    }

    /// <summary>A look that fails leaves a gap, and the next one is not its concern. One at a shard that has ended never comes back.</summary>
    private async Task TryLookAsync()
    {
        try
        {
            Take(await _look().WaitAsync(_stop.Token));
        }
        catch (Exception e) when (!_stop.IsCancellationRequested)
        {
            StatsLog.LookFailed(_log, e);
        }
    }

    private void Take(IReadOnlyList<StreamStatus> streams)
    {
        lock (_lock)
        {
            _looks++;
            TimeSpan interval = streams.Count > Many ? s_seldom : s_often;
            if (interval != _interval)
            {
                _interval = interval;
                foreach (StreamHistory history in _streams.Values)
                {
                    history.Clear();
                }
            }

            foreach (StreamStatus stream in streams)
            {
                if (!_streams.TryGetValue(stream.Name, out StreamHistory? history))
                {
                    if (_streams.Count >= StreamsMax)
                    {
                        continue;
                    }

                    _streams.Add(stream.Name, history = new StreamHistory());
                }

                history.Seen = _looks;
                history.Add(stream);
            }

            foreach ((string name, StreamHistory history) in _streams)
            {
                if (history.Seen != _looks)
                {
                    _streams.Remove(name); // Dictionary takes a removal while it is walked
                }
            }
        }
    }
}
