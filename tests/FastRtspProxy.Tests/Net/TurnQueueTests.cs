using FastRtspProxy.Net;
using Microsoft.Extensions.Logging.Abstractions;

namespace FastRtspProxy.Tests.Net;

public sealed class TurnQueueTests
{
    [Fact]
    public void Take_SeveralAdded_FirstInFirstOutAndEachOnce()
    {
        Work[] works = [new(), new(), new()];
        TurnQueue queue = default;
        queue.Add(works[1]);
        queue.Add(works[0]);
        queue.Add(works[1]);
        queue.Add(works[2]);

        Assert.Same(works[2], queue.Last);
        Assert.Same(works[1], queue.Take());
        queue.Add(works[1]);
        Assert.Same(works[0], queue.Take());
        Assert.Same(works[2], queue.Take());
        Assert.Same(works[1], queue.Take());
        Assert.Null(queue.Take());
        Assert.True(queue.IsEmpty);
        Assert.Null(queue.Last);
    }

    /// <summary>Sixteen that always want more, and one that was silent until now: it waits for the turn that runs, not for a round of theirs.</summary>
    [Fact]
    public async Task QueueTurn_BesideSourcesThatAlwaysWantMore_ComesInTheNextTurnAtTheLatest()
    {
        using ShardGroup shards = ShardGroup.Start(1, TimeProvider.System, NullLoggerFactory.Instance);
        Shard shard = shards.Shards[0];
        Work[] hogs = [.. Enumerable.Range(0, 16).Select(_ => new Work { Shard = shard })];
        await shard.RunAsync(() =>
        {
            Array.ForEach(hogs, shard.QueueAgain);
            return Task.CompletedTask;
        });
        for (int i = 0; i < 100; i++)
        {
            Work fresh = new();
            long asked = await shard.RunAsync(() =>
            {
                shard.QueueTurn(fresh);
                fresh.Clock = shard;
                return Task.FromResult(shard.Turn);
            });
            await shard.RunAsync(static () => Task.CompletedTask);
            Assert.InRange(fresh.RanInTurn, asked, asked + 1);
        }

        await shard.RunAsync(() =>
        {
            Array.ForEach(hogs, static hog => hog.Shard = null);
            return Task.CompletedTask;
        });
        Assert.All(hogs, static hog => Assert.True(hog.Runs > 0));
        Assert.InRange(hogs.Max(static hog => hog.Runs) - hogs.Min(static hog => hog.Runs), 0, 1);
    }

    private sealed class Work : TurnWork
    {
        public Shard? Shard { get; set; }

        public Shard? Clock { get; set; }

        public long RanInTurn { get; private set; }

        public int Runs { get; private set; }

        protected internal override void RunTurn()
        {
            Runs++;
            RanInTurn = Clock?.Turn ?? 0;
            Shard?.QueueAgain(this);
        }
    }
}
