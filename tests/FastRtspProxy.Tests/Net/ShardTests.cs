using FastRtspProxy.Net;
using FastRtspProxy.TestPeers;
using Microsoft.Extensions.Logging.Abstractions;

namespace FastRtspProxy.Tests.Net;

public sealed class ShardTests : IDisposable
{
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(60);

    private readonly FakeTimeProvider _time = new();
    private readonly ShardGroup _shards;

    public ShardTests() => _shards = ShardGroup.Start(2, _time, NullLoggerFactory.Instance);

    public void Dispose() => _shards.Dispose();

    [Fact]
    public async Task Post_ManyThreads_EveryMessageRunsOnceAndOnTheShard()
    {
        Shard shard = _shards.Shards[0];
        int count = 0;
        int elsewhere = 0;
        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() =>
        {
            for (int i = 0; i < 10_000; i++)
            {
                shard.Post(() =>
                {
                    count++;
                    elsewhere += shard.IsCurrent ? 0 : 1;
                });
            }
        })));
        await shard.RunAsync(() => Task.CompletedTask);
        Assert.Equal(40_000, count);
        Assert.Equal(0, elsewhere);
    }

    /// <summary>The queue holds whoever a timer belongs to: one that is due in years and was stopped is out of it within a minute.</summary>
    [Fact]
    public async Task Timers_DueInYears_AreNotHeldWhenTheyAreStopped()
    {
        Shard shard = _shards.Shards[0];
        const int Timers = 100;
        int before = await shard.RunAsync(() =>
        {
            int entries = shard.TimerEntries;
            for (int i = 0; i < Timers; i++)
            {
                ShardTimer timer = shard.CreateTimer(static () => throw new InvalidOperationException("It was stopped."));
                timer.Start(TimeSpan.FromDays(365_000));
                timer.Stop();
            }

            return Task.FromResult(entries);
        });

        _time.Advance(TimeSpan.FromSeconds(61));

        await Until.TrueAsync(async () => await shard.RunAsync(() => Task.FromResult(shard.TimerEntries)) <= before);
    }

    [Fact]
    public async Task Timer_DueInHours_FiresThenAndNotBefore()
    {
        Shard shard = _shards.Shards[0];
        TaskCompletionSource fired = new(TaskCreationOptions.RunContinuationsAsynchronously);
        await shard.RunAsync(() =>
        {
            shard.CreateTimer(fired.SetResult).Start(TimeSpan.FromHours(3));
            return Task.CompletedTask;
        });

        for (int minute = 0; minute < 179; minute++)
        {
            _time.Advance(TimeSpan.FromMinutes(1));
            await shard.RunAsync(static () => Task.CompletedTask);
        }

        Assert.False(fired.Task.IsCompleted);
        _time.Advance(TimeSpan.FromMinutes(1));
        await fired.Task.WaitAsync(TimeSpan.FromSeconds(20));
    }

    /// <summary>A hundred that are due together and take their time: what was posted meanwhile waits for some of them, not for all.</summary>
    [Fact]
    public async Task Timers_ManyAreDueTogether_OthersAreServedInBetween()
    {
        Shard shard = _shards.Shards[0];
        const int Timers = 100;
        int fired = 0;
        TaskCompletionSource<int> firedBefore = new(TaskCreationOptions.RunContinuationsAsynchronously);
        TaskCompletionSource all = new(TaskCreationOptions.RunContinuationsAsynchronously);
        shard.Post(() =>
        {
            for (int i = 0; i < Timers; i++)
            {
                shard.CreateTimer(() =>
                {
                    if (fired++ == 0)
                    {
                        shard.Post(() => firedBefore.SetResult(fired));
                    }

                    Thread.Sleep(1);
                    if (fired == Timers)
                    {
                        all.SetResult();
                    }
                }).Start(TimeSpan.FromSeconds(1));
            }

            _time.Advance(TimeSpan.FromSeconds(2));
        });

        Assert.InRange(await firedBefore.Task.WaitAsync(s_limit), 1, Timers / 2);
        await all.Task.WaitAsync(s_limit);
    }

    [Fact]
    public async Task Post_OneThread_KeepsTheOrder()
    {
        List<int> order = [];
        for (int i = 0; i < 1000; i++)
        {
            int n = i;
            _shards.Shards[0].Post(() => order.Add(n));
        }

        await _shards.Shards[0].RunAsync(() => Task.CompletedTask);
        Assert.Equal(Enumerable.Range(0, 1000), order);
    }

    /// <summary>Sixteen that never have enough: everybody else is served between their turns, not after them.</summary>
    [Fact]
    public async Task Post_WorkThatAlwaysHasMore_OthersAreServedInBetween()
    {
        Shard shard = _shards.Shards[0];
        Hog[] hogs = [.. Enumerable.Range(0, 16).Select(_ => new Hog(shard))];
        foreach (Hog hog in hogs)
        {
            shard.Post(hog);
        }

        long least = long.MaxValue;
        for (int i = 0; i < 50; i++)
        {
            long before = hogs.Sum(static hog => hog.Runs);
            long after = await shard.RunAsync(() => Task.FromResult(hogs.Sum(static hog => hog.Runs))).WaitAsync(s_limit);
            least = Math.Min(least, after - before);
        }

        // Behind those that waited already: each of them once or twice. The least of many: this thread may have to wait for the processor between its look and its question.
        Array.ForEach(hogs, static hog => hog.Stop());
        Assert.InRange(least, 0, 4 * hogs.Length);
    }

    /// <summary>What was posted in one go is not done in one go: the turns go on, and the order stays.</summary>
    [Fact]
    public async Task Post_MoreThanATurnTakes_DescriptorsAndPassesHaveTheirTurnsAndTheOrderStays()
    {
        Shard shard = _shards.Shards[0];
        List<int> order = [];
        List<long> turns = [];
        await shard.RunAsync(() =>
        {
            for (int i = 0; i < 200; i++)
            {
                int n = i;
                shard.Post(() =>
                {
                    order.Add(n);
                    turns.Add(shard.Turn);
                    Thread.SpinWait(1);
                    long until = Environment.TickCount64 + 1;
                    while (Environment.TickCount64 <= until)
                    {
                        Thread.SpinWait(100);
                    }
                });
            }

            return Task.CompletedTask;
        });
        await Until.TrueAsync(() => order.Count == 200);

        Assert.Equal(Enumerable.Range(0, 200), order);
        Assert.True(turns.Distinct().Count() >= 20, $"{turns.Distinct().Count()} turns");
    }

    /// <summary>Posts itself again and again, and works for a moment each time.</summary>
    private sealed class Hog(Shard shard) : ShardWork
    {
        private volatile bool _stopped;
        private long _runs;

        public long Runs => Volatile.Read(ref _runs);

        public void Stop() => _stopped = true;

        protected internal override void Run()
        {
            Volatile.Write(ref _runs, _runs + 1);
            Thread.SpinWait(200);
            if (!_stopped)
            {
                shard.Post(this);
            }
        }
    }

    [Fact]
    public async Task Post_WorkThatThrows_TheShardGoesOn()
    {
        _shards.Shards[0].Post(() => throw new InvalidOperationException("on purpose"));
        Assert.True(await _shards.Shards[0].RunAsync(() => Task.FromResult(true)).WaitAsync(s_limit));
    }

    [Fact]
    public async Task Await_InShardWork_ResumesOnTheShard()
    {
        Shard shard = _shards.Shards[1];
        bool isHome = await shard.RunAsync(async () =>
        {
            await Task.Run(() => { });
            return shard.IsCurrent;
        }).WaitAsync(s_limit);
        Assert.True(isHome);
    }

    [Fact]
    public async Task Timer_ClockMoves_FiresOnceAtItsTimeAndNotWhenStopped()
    {
        Shard shard = _shards.Shards[0];
        int fired = 0;
        int stopped = 0;
        TaskCompletionSource done = new();
        await shard.RunAsync(() =>
        {
            shard.CreateTimer(() =>
            {
                fired++;
                done.SetResult();
            }).Start(TimeSpan.FromSeconds(60));
            ShardTimer other = shard.CreateTimer(() => stopped++);
            other.Start(TimeSpan.FromSeconds(30));
            other.Stop();
            return Task.CompletedTask;
        });
        _time.Advance(TimeSpan.FromSeconds(59));
        await shard.RunAsync(() => Task.CompletedTask);
        Assert.Equal(0, fired);
        _time.Advance(TimeSpan.FromSeconds(2));
        await done.Task.WaitAsync(s_limit);
        Assert.Equal(1, fired);
        Assert.Equal(0, stopped);
    }

    [Fact]
    public async Task Timer_RestartedLater_FiresAtTheLaterTimeOnly()
    {
        Shard shard = _shards.Shards[0];
        List<long> firedMicros = [];
        long start = 0;
        TaskCompletionSource done = new();
        ShardTimer timer = null!;
        await shard.RunAsync(() =>
        {
            start = shard.NowMicros;
            timer = shard.CreateTimer(() =>
            {
                firedMicros.Add(shard.NowMicros);
                done.TrySetResult();
            });
            timer.Start(TimeSpan.FromSeconds(1));
            timer.Start(TimeSpan.FromSeconds(5));
            return Task.CompletedTask;
        });
        _time.Advance(TimeSpan.FromSeconds(2));
        await shard.RunAsync(() => Task.CompletedTask);
        Assert.Empty(firedMicros);
        _time.Advance(TimeSpan.FromSeconds(4));
        await done.Task.WaitAsync(s_limit);
        Assert.Single(firedMicros);
        Assert.True(firedMicros[0] - start >= 5_000_000);
    }

    [Fact]
    public async Task DelayAsync_Cancelled_AnswersFalseAtOnce()
    {
        using CancellationTokenSource cancel = new();
        Shard shard = _shards.Shards[0];
        Task<bool> delay = shard.RunAsync(() => shard.DelayAsync(TimeSpan.FromHours(1), cancel.Token));
        await shard.RunAsync(() =>
        {
            cancel.Cancel();
            return Task.CompletedTask;
        });
        Assert.False(await delay.WaitAsync(s_limit));
    }

    [Fact]
    public async Task EndOfTurn_AskedTwiceInATurn_RunsOnce()
    {
        Shard shard = _shards.Shards[0];
        Counter counter = new();
        await shard.RunAsync(() =>
        {
            shard.EndOfTurn(counter);
            shard.EndOfTurn(counter);
            return Task.CompletedTask;
        });
        await shard.RunAsync(() => Task.CompletedTask);
        Assert.Equal(1, counter.Count);
    }

    [Fact]
    public async Task PostNode_SteadyState_AllocatesNothing()
    {
        Shard shard = _shards.Shards[0];
        Node node = new();
        Assert.Equal(0, AllocationMeter.SteadyBytes(() => shard.Post(node), rounds: 5000));
        await shard.RunAsync(() => Task.CompletedTask);
        Assert.True(node.Count > 0);
    }

    [Fact]
    public void LeastLoaded_OneIsLoaded_TheOtherIsChosen()
    {
        _shards.Shards[0].AddLoad(5);
        for (int i = 0; i < 4; i++)
        {
            Assert.Same(_shards.Shards[1], _shards.LeastLoaded());
        }
    }

    [Fact]
    public void Near_HomeHasRoom_IsHomeAndWhenFilledTheLoadIsSpread()
    {
        Shard home = _shards.Shards[0];
        long weight = ShardPlacement.WeightOf(2_000_000);
        for (int i = 0; i < 1000; i++)
        {
            Assert.Same(home, _shards.Near(home, weight));
            home.AddWeight(weight);
        }

        for (int i = 0; i < 3000; i++)
        {
            _shards.Near(home, weight).AddWeight(weight);
        }

        Assert.InRange(Math.Abs(_shards.Shards[0].Weight - _shards.Shards[1].Weight), 0, weight);
    }

    [Fact]
    public void Book_HereThereAndReleased_EachShardHasWhatIsThere()
    {
        BookedWeight weight = default;
        weight.Book(_shards.Shards[0], 5);
        weight.Book(_shards.Shards[0], 7);
        Assert.Equal((7, 0), (_shards.Shards[0].Weight, _shards.Shards[1].Weight));
        weight.Book(_shards.Shards[1], 9);
        Assert.Equal((0, 9), (_shards.Shards[0].Weight, _shards.Shards[1].Weight));
        weight.Release();
        weight.Release();
        Assert.Equal((0, 0), (_shards.Shards[0].Weight, _shards.Shards[1].Weight));
    }

    [Fact]
    public void Expect_ThereAndReleased_CountsForMountsAlone()
    {
        (Shard first, Shard second) = (_shards.Shards[0], _shards.Shards[1]);
        BookedWeight weight = default;
        weight.Expect(first, 6_000_000);
        Assert.Equal((0, 6_000_000), (first.Weight, first.ExpectedWeight));
        Assert.Same(first, _shards.Near(first, 6000));
        Assert.Same(second, _shards.ForMount(first, 1));

        weight.Book(first, 5);
        Assert.Equal((5, 0), (first.Weight, first.ExpectedWeight));
        weight.Expect(first, 7);
        Assert.Equal((0, 7), (first.Weight, first.ExpectedWeight));
        weight.Release();
        weight.Release();
        Assert.Equal((0, 0), (first.Weight, first.ExpectedWeight));
    }

    [Fact]
    public void Start_NoCount_OneForEachCoreThatTheProcessMayUse()
    {
        using ShardGroup shards = ShardGroup.Start(0, TimeProvider.System, NullLoggerFactory.Instance);
        Assert.Equal(Environment.ProcessorCount, shards.Shards.Count); // a quota of the cgroup counts in it
    }

    private sealed class Counter : IEndOfTurn
    {
        public int Count { get; private set; }

        public void OnEndOfTurn() => Count++;
    }

    private sealed class Node : ShardWork
    {
        public int Count { get; private set; }

        protected internal override void Run() => Count++;
    }
}
