using FastRtspProxy.Engine.Counters;
using FastRtspProxy.Engine.Mounts;
using FastRtspProxy.Engine.Status;

namespace FastRtspProxy.Tests.Engine.Mounts;

public sealed class MountStatesTests
{
    [Fact]
    public void From_EveryState_LeadsToStoppedAndNeverBackFromIt()
    {
        foreach (StreamState state in Enum.GetValues<StreamState>())
        {
            StreamState[] next = MountStates.From(state).ToArray();
            Assert.Equal(state == StreamState.Stopped, next.Length == 0);
            Assert.Equal(state != StreamState.Stopped, next.Contains(StreamState.Stopped));
            Assert.DoesNotContain(state, next);
        }
    }

    [Fact]
    public void From_New_ReachesEveryState()
    {
        HashSet<StreamState> seen = [StreamState.New];
        Queue<StreamState> next = new(seen);
        while (next.TryDequeue(out StreamState state))
        {
            foreach (StreamState to in MountStates.From(state))
            {
                if (seen.Add(to))
                {
                    next.Enqueue(to);
                }
            }
        }

        Assert.Equal(Enum.GetValues<StreamState>().Length, seen.Count);
    }

    [Fact]
    public void Names_AreThoseOfTheStates()
    {
        StreamState[] all = Enum.GetValues<StreamState>();

        Assert.Equal(all.Select(static state => state.ToString().ToUpperInvariant()), all.Select(static state => StreamStates.NameOf(state).ToUpperInvariant()));
        Assert.Equal(all.Skip(1), StreamStates.Told);
        Assert.Equal(StreamFigure.States, all.Length);
    }
}
