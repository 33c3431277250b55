using FastRtspProxy.Net;
using Microsoft.Extensions.Logging.Abstractions;

namespace FastRtspProxy.Tests.Net;

public sealed class TurnRoundsTests
{
    private readonly TurnRounds _rounds = new(NullLogger.Instance, 0);
    private readonly List<string> _ran = [];

    [Fact]
    public void Run_BothQueues_ThoseWithSomethingNewComeFirst()
    {
        _rounds.AddAgain(new Work(() => _ran.Add("again")));
        _rounds.AddFresh(new Work(() => _ran.Add("fresh")));
        _rounds.BeginTurn();

        _rounds.Run();

        Assert.Equal(["fresh", "again"], _ran);
        Assert.False(_rounds.HasWaiting);
    }

    [Fact]
    public void Run_QueuesAgainWhileItRuns_WaitsForTheNextTurn()
    {
        Work greedy = null!;
        greedy = new Work(() =>
        {
            _ran.Add("greedy");
            _rounds.AddAgain(greedy);
        });
        _rounds.AddAgain(greedy);
        _rounds.BeginTurn();

        _rounds.Run();
        _rounds.Run();
        Assert.Equal(["greedy"], _ran);
        Assert.True(_rounds.HasWaiting);

        _rounds.BeginTurn();
        _rounds.Run();
        Assert.Equal(["greedy", "greedy"], _ran);
    }

    [Fact]
    public void Run_ASecondTimeInATurn_OnlyWhatIsNewRuns()
    {
        _rounds.AddAgain(new Work(() => _ran.Add("one")));
        _rounds.BeginTurn();
        _rounds.Run();
        _rounds.AddAgain(new Work(() => _ran.Add("two")));
        _rounds.AddFresh(new Work(() => _ran.Add("new")));

        _rounds.Run();

        Assert.Equal(["one", "new"], _ran);
    }

    [Fact]
    public void Run_OneFails_TheOthersHaveTheirTurn()
    {
        _rounds.AddFresh(new Work(static () => throw new InvalidOperationException()));
        _rounds.AddFresh(new Work(() => _ran.Add("b")));

        // The first exception of a process may take longer than a slice: then the other one's turn is in the next round.
        _rounds.Run();
        _rounds.Run();

        Assert.Equal(["b"], _ran);
        Assert.False(_rounds.HasWaiting);
    }

    private sealed class Work(Action run) : TurnWork
    {
        protected internal override void RunTurn() => run();
    }
}
