namespace FastRtspProxy.Engine.Frontend;

/// <summary>The one table of a session's states. What is not in it is refused with 455.</summary>
internal static class SessionTransitions
{
    /// <summary>The state after the event; false: the event has no place in that state.</summary>
    public static bool TryNext(SessionState state, SessionEvent happened, out SessionState next)
    {
        (bool allowed, next) = (state, happened) switch
        {
            (SessionState.Ready, SessionEvent.Setup) => (true, SessionState.Ready),
            (SessionState.Ready, SessionEvent.Play) => (true, SessionState.Starting),
            (SessionState.Ready, SessionEvent.Pause) => (true, SessionState.Ready),
            (SessionState.Ready, SessionEvent.End) => (true, SessionState.Ended),

            (SessionState.Starting, SessionEvent.Granted) => (true, SessionState.Playing),
            (SessionState.Starting, SessionEvent.Refused) => (true, SessionState.Ready),
            (SessionState.Starting, SessionEvent.End) => (true, SessionState.Ended),

            // A further track of a playing session: players that start track by track do this.
            (SessionState.Playing, SessionEvent.Setup) => (true, SessionState.Playing),
            (SessionState.Playing, SessionEvent.Play) => (true, SessionState.Starting),
            (SessionState.Playing, SessionEvent.Pause) => (true, SessionState.Ready),
            (SessionState.Playing, SessionEvent.End) => (true, SessionState.Ended),

            _ => (false, state),
        };
        return allowed;
    }
}
