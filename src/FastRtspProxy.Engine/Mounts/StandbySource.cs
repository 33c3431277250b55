using FastRtspProxy.Engine.Backend;

namespace FastRtspProxy.Engine.Mounts;

/// <summary>A source that is looked at beside the one in use.</summary>
/// <param name="of">The source.</param>
/// <param name="session">The session with it.</param>
/// <param name="sink">What takes what it sends.</param>
internal sealed class StandbySource(MountSource of, BackendSession session, StandbySink sink)
{
    public MountSource Of => of;

    public BackendSession Session => session;

    public StandbySink Sink => sink;

    /// <summary>The session is the mount's now: whoever looked at it closes it no longer.</summary>
    public bool IsTaken { get; set; }
}
