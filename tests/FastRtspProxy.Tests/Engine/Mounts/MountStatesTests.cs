using FastRtspProxy.Engine.Mounts;

namespace FastRtspProxy.Tests.Engine.Mounts;

public sealed class MountStatesTests
{
    [Fact]
    public void From_EveryState_LeadsToStoppedAndNeverBackFromIt()
    {
        foreach (MountState state in Enum.GetValues<MountState>())
        {
            MountState[] next = MountStates.From(state).ToArray();
            Assert.Equal(state == MountState.Stopped, next.Length == 0);
            Assert.Equal(state != MountState.Stopped, next.Contains(MountState.Stopped));
            Assert.DoesNotContain(state, next);
        }
    }

    [Fact]
    public void From_New_ReachesEveryState()
    {
        HashSet<MountState> seen = [MountState.New];
        Queue<MountState> next = new(seen);
        while (next.TryDequeue(out MountState state))
        {
            foreach (MountState to in MountStates.From(state))
            {
                if (seen.Add(to))
                {
                    next.Enqueue(to);
                }
            }
        }

        Assert.Equal(Enum.GetValues<MountState>().Length, seen.Count);
    }
}
