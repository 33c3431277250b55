using System.Diagnostics;
using FastRtspProxy.Net;
using FastRtspProxy.Simulator.Receive;
using FastRtspProxy.Simulator.Report;

namespace FastRtspProxy.Simulator.Load;

/// <summary>
/// One run: starts the clients, keeps the time line, ends them, and adds up. Lives on the caller's thread and talks to the shards by messages.
/// </summary>
internal sealed class LoadRun
{
    private static readonly TimeSpan s_step = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan s_interval = TimeSpan.FromSeconds(1);

    /// <summary>How long clients may wait for the answer of their TEARDOWN.</summary>
    private static readonly TimeSpan s_leaveLimit = TimeSpan.FromSeconds(5);

    private readonly LoadOptions _options;
    private readonly IReadOnlyList<LoadTarget> _targets;
    private readonly LoadShard[] _shards;
    private readonly ILoadView _view;
    private readonly LoadTimeline _timeline;
    private readonly int[] _left;
    private int _started;
    private double _churned;

    public LoadRun(LoadOptions options, IReadOnlyList<LoadTarget> targets, ShardGroup shards, ILoadView view)
    {
        _options = options;
        _targets = targets;
        _view = view;
        _timeline = new LoadTimeline(options.WatchedProcess);
        LocalPorts ports = new(options.LocalAddresses, targets.All(static target => target.Address.Address.GetAddressBytes() is [127, _, _, _]));
        _shards = [.. shards.Shards.Select(shard => new LoadShard(shard, options, ports, targets.Count))];
        _left = new int[_shards.Length];
    }

    /// <summary>Runs to the end, or until cancelled, and reports in both cases.</summary>
    public async Task<LoadReport> RunAsync(CancellationToken cancel)
    {
        DateTimeOffset startedAt = DateTimeOffset.UtcNow;
        foreach (LoadShard shard in _shards)
        {
            await On(shard, shard.Start);
        }

        Stopwatch clock = Stopwatch.StartNew();
        ToolMeter meter = new();
        TimeSpan ramp = _options.RampPerSecond > 0 ? TimeSpan.FromSeconds(_options.Clients / _options.RampPerSecond) : TimeSpan.Zero;
        TimeSpan total = ramp + _options.Duration;
        TimeSpan due = s_interval;
        RunProgress progress = new(total, _options.Clients);
        while (clock.Elapsed < total && !cancel.IsCancellationRequested)
        {
            LaunchDue(clock.Elapsed);
            LetGoDue(clock.Elapsed - ramp);
            if (clock.Elapsed >= due)
            {
                LoadSnapshot snapshot = await SnapshotAsync();
                _view.Show(progress, _timeline.Add(snapshot, clock.Elapsed, meter.CpuNow()), snapshot);
                due = clock.Elapsed + s_interval;
                if (_started == _options.Clients && snapshot.Alive == 0 && _options.ChurnPerSecond == 0)
                {
                    break; // nobody is left to wait for
                }
            }

            Sleep(NextStep(clock.Elapsed, due, total), cancel);
        }

        TimeSpan elapsed = clock.Elapsed;
        LoadSnapshot last = new(_started);
        ReceiveBucket histograms = new();
        HdrHistogram.LongHistogram turnDelay = ReceiveBucket.NewTotal();
        List<ClientResult> results = [];
        foreach (LoadShard shard in _shards)
        {
            // All of a shard's figures in one message, so that they belong to the same moment.
            await On(shard, () =>
            {
                last.Add(shard.TakeSnapshot());
                histograms.Add(shard.Normal);
                turnDelay.Add(shard.TurnDelay.Delay);
                results.AddRange([.. shard.Results, .. shard.OpenResults()]);
            });
        }

        if (_timeline.NeedsLast(elapsed))
        {
            _timeline.Add(last, elapsed, meter.CpuNow());
        }

        ToolCost cost = meter.Cost(last.All, elapsed, turnDelay, _shards.Length);
        await LeaveAsync();
        return ReportBuilder.Build(
            _options,
            _targets,
            startedAt,
            elapsed,
            elapsed < total && cancel.IsCancellationRequested,
            last,
            histograms,
            results,
            _timeline,
            cost,
            _started);
    }

    private void LaunchDue(TimeSpan elapsed)
    {
        int due = _options.RampPerSecond > 0
            ? (int)Math.Min(_options.Clients, (elapsed.TotalSeconds * _options.RampPerSecond) + 1)
            : _options.Clients;
        for (; _started < due; _started++)
        {
            Launch(_started);
        }
    }

    private void Launch(int number)
    {
        LoadShard shard = _shards[number % _shards.Length];

        // Independent turns: transports by number, targets by number, manners spread evenly by the golden ratio, so that no two of them go in step.
        ClientTransport transport = _options.Transports[number / _shards.Length % _options.Transports.Count];
        LoadTarget target = _targets[number % _targets.Count];
        double dice = number * 0.618_033_988_749_895 % 1;
        ClientManner manner = dice < _options.StoppedShare ? ClientManner.Stopped
            : dice < _options.StoppedShare + _options.SlowShare ? ClientManner.Slow
            : ClientManner.Normal;
        shard.Shard.Post(() => shard.Launch(number, target, transport, manner));
    }

    /// <summary>Churn begins when all are there.</summary>
    private void LetGoDue(TimeSpan sinceRamp)
    {
        if (_options.ChurnPerSecond <= 0 || sinceRamp <= TimeSpan.Zero)
        {
            return;
        }

        int due = (int)((sinceRamp.TotalSeconds * _options.ChurnPerSecond) - _churned);
        if (due <= 0)
        {
            return;
        }

        _churned += due;
        for (int i = 0; i < _shards.Length; i++)
        {
            int index = i;
            LoadShard shard = _shards[i];
            int share = (due / _shards.Length) + (i < due % _shards.Length ? 1 : 0);
            if (share > 0)
            {
                shard.Shard.Post(() => Interlocked.Add(ref _left[index], shard.LetGo(share)));
            }

            // As many come as have gone.
            for (int gone = Interlocked.Exchange(ref _left[i], 0); gone > 0; gone--)
            {
                Launch(_started++);
            }
        }
    }

    private async Task<LoadSnapshot> SnapshotAsync()
    {
        LoadSnapshot sum = new(_started);
        foreach (LoadShard shard in _shards)
        {
            sum.Add(await shard.Shard.RunAsync(() => Task.FromResult(shard.TakeSnapshot())));
        }

        return sum;
    }

    private async Task LeaveAsync()
    {
        foreach (LoadShard shard in _shards)
        {
            await On(shard, shard.LeaveAll);
        }

        Stopwatch clock = Stopwatch.StartNew();
        while (clock.Elapsed < s_leaveLimit && _shards.Any(static shard => shard.Shard.Load > 0))
        {
            await Task.Delay(s_step, CancellationToken.None);
        }

        foreach (LoadShard shard in _shards)
        {
            await On(shard, shard.CloseAll);
        }
    }

    private static Task On(LoadShard shard, Action work) => shard.Shard.RunAsync(() =>
    {
        work();
        return Task.CompletedTask;
    });

    /// <summary>Short steps only while there are clients to start or to let go; else until the next interval.</summary>
    private TimeSpan NextStep(TimeSpan elapsed, TimeSpan due, TimeSpan total)
    {
        if (_started < _options.Clients || _options.ChurnPerSecond > 0)
        {
            return s_step;
        }

        TimeSpan until = due < total ? due - elapsed : total - elapsed;
        return until > s_step ? until : s_step;
    }

    // Blocks this thread. A timer of the thread pool would wake one of its threads, which then spins a while for more work; at a hundred times a
    // second that showed in the profile.
    private static void Sleep(TimeSpan time, CancellationToken cancel) => cancel.WaitHandle.WaitOne(time);
}
