using FastRtspProxy.Engine.Backend;

namespace FastRtspProxy.Tests.Engine.Backend;

public sealed class BackEndStatesTests
{
    [Fact]
    public void From_EveryState_LeadsToClosedAndNeverBackFromIt()
    {
        foreach (BackEndState state in Enum.GetValues<BackEndState>())
        {
            if (state == BackEndState.Closed)
            {
                Assert.Empty(BackEndStates.From(state).ToArray());
            }
            else
            {
                Assert.Contains(BackEndState.Closed, BackEndStates.From(state).ToArray());
            }

            Assert.DoesNotContain(state, BackEndStates.From(state).ToArray());
        }
    }

    [Fact]
    public void From_Created_ReachesEveryState()
    {
        HashSet<BackEndState> seen = [BackEndState.Created];
        Queue<BackEndState> next = new(seen);
        while (next.TryDequeue(out BackEndState state))
        {
            foreach (BackEndState to in BackEndStates.From(state))
            {
                if (seen.Add(to))
                {
                    next.Enqueue(to);
                }
            }
        }

        Assert.Equal(Enum.GetValues<BackEndState>().Length, seen.Count);
    }
}
