using FastRtspProxy.Engine.Frontend;

namespace FastRtspProxy.Tests.Engine.Frontend;

public sealed class SessionTransitionsTests
{
    [Fact]
    public void TryNext_EveryStateAndEvent_FollowsTheTable()
    {
        Dictionary<(SessionState, SessionEvent), SessionState> table = new()
        {
            [(SessionState.Ready, SessionEvent.Setup)] = SessionState.Ready,
            [(SessionState.Ready, SessionEvent.Play)] = SessionState.Starting,
            [(SessionState.Ready, SessionEvent.Pause)] = SessionState.Ready,
            [(SessionState.Ready, SessionEvent.End)] = SessionState.Ended,
            [(SessionState.Starting, SessionEvent.Granted)] = SessionState.Playing,
            [(SessionState.Starting, SessionEvent.Refused)] = SessionState.Ready,
            [(SessionState.Starting, SessionEvent.End)] = SessionState.Ended,
            [(SessionState.Playing, SessionEvent.Setup)] = SessionState.Playing,
            [(SessionState.Playing, SessionEvent.Play)] = SessionState.Starting,
            [(SessionState.Playing, SessionEvent.Pause)] = SessionState.Ready,
            [(SessionState.Playing, SessionEvent.End)] = SessionState.Ended,
        };

        foreach (SessionState state in Enum.GetValues<SessionState>())
        {
            foreach (SessionEvent happened in Enum.GetValues<SessionEvent>())
            {
                bool allowed = SessionTransitions.TryNext(state, happened, out SessionState next);
                Assert.Equal(table.TryGetValue((state, happened), out SessionState expected), allowed);
                Assert.Equal(allowed ? expected : state, next);
            }
        }
    }

    [Fact]
    public void TryNext_EveryStateButEnded_CanEnd()
    {
        foreach (SessionState state in Enum.GetValues<SessionState>())
        {
            Assert.Equal(state != SessionState.Ended, SessionTransitions.TryNext(state, SessionEvent.End, out _));
        }
    }
}
