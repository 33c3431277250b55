using FastRtspProxy.Net;
using Microsoft.Extensions.Logging.Abstractions;

namespace FastRtspProxy.Tests.Net;

public sealed class EndOfTurnQueueTests
{
    private readonly EndOfTurnQueue _queue = new(NullLogger.Instance, 0);
    private readonly List<string> _ran = [];

    [Fact]
    public void Run_AskedSeveralTimes_RunsOnceInTheOrderOfTheFirstAsk()
    {
        Work a = new(() => _ran.Add("a")), b = new(() => _ran.Add("b"));
        _queue.Add(a);
        _queue.Add(b);
        _queue.Add(a);

        _queue.Run(0);
        _queue.Run(0);

        Assert.Equal(["a", "b"], _ran);
        Assert.False(_queue.HasAsked);
    }

    [Fact]
    public void Run_AsksAgainWhileItRuns_RunsInTheNextTurn()
    {
        Work again = null!;
        again = new Work(() =>
        {
            _ran.Add("a");
            _queue.Add(again);
        });
        _queue.Add(again);

        _queue.Run(0);

        Assert.Equal(["a"], _ran);
        Assert.True(_queue.HasAsked);
    }

    [Fact]
    public void Run_OneFails_TheOthersRun()
    {
        _queue.Add(new Work(static () => throw new InvalidOperationException()));
        _queue.Add(new Work(() => _ran.Add("b")));

        _queue.Run(0);

        Assert.Equal(["b"], _ran);
    }

    [Fact]
    public void Run_Deferred_RunsWhenItIsDueAndSaysWhatIsNext()
    {
        Work a = new(() => _ran.Add("a")), b = new(() => _ran.Add("b"));
        _queue.AddAt(a, 300);
        _queue.AddAt(b, 100);
        _queue.AddAt(b, 120);
        Assert.Equal(100, _queue.NextDueMicros);

        _queue.Run(99);
        Assert.Empty(_ran);

        _queue.Run(120);
        Assert.Equal(["b"], _ran);
        Assert.Equal(300, _queue.NextDueMicros);

        _queue.Run(1000);
        Assert.Equal(["b", "a"], _ran);
        Assert.Equal(long.MaxValue, _queue.NextDueMicros);
    }

    [Fact]
    public void AddAt_OneTargetAgainAndAgain_RunsOnceAtTheEarliestAndNothingGrows()
    {
        Work a = new(() => _ran.Add("a"));
        _queue.AddAt(a, 300);
        _queue.AddAt(a, 100);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 100_000; i++)
        {
            _queue.AddAt(a, 300);
        }

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 100_000); // an entry takes 16 bytes
        _queue.Run(100);
        Assert.Equal(["a"], _ran);
        Assert.Equal(long.MaxValue, _queue.NextDueMicros);
        _queue.Run(300);
        Assert.Equal(["a"], _ran);
    }

    private sealed class Work(Action run) : IEndOfTurn
    {
        public void OnEndOfTurn() => run();
    }
}
