using FastRtspProxy.Engine.Backend;

namespace FastRtspProxy.Tests.Engine.Backend;

public sealed class BackendStatesTests
{
    [Fact]
    public void From_EveryState_LeadsToClosedAndNeverBackFromIt()
    {
        foreach (BackendState state in Enum.GetValues<BackendState>())
        {
            if (state == BackendState.Closed)
            {
                Assert.Empty(BackendStates.From(state).ToArray());
            }
            else
            {
                Assert.Contains(BackendState.Closed, BackendStates.From(state).ToArray());
            }

            Assert.DoesNotContain(state, BackendStates.From(state).ToArray());
        }
    }

    [Fact]
    public void From_Created_ReachesEveryState()
    {
        HashSet<BackendState> seen = [BackendState.Created];
        Queue<BackendState> next = new(seen);
        while (next.TryDequeue(out BackendState state))
        {
            foreach (BackendState to in BackendStates.From(state))
            {
                if (seen.Add(to))
                {
                    next.Enqueue(to);
                }
            }
        }

        Assert.Equal(Enum.GetValues<BackendState>().Length, seen.Count);
    }
}
