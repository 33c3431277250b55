using FastRtspProxy.Net;

namespace FastRtspProxy.Engine.Frontend;

/// <summary>One client of a mount, as the mount sees it: somebody to count, and to tell when there will be no more media.</summary>
internal abstract class MountClient
{
    /// <summary>The shard that owns the client; everything of it happens there.</summary>
    public abstract Shard Shard { get; }

    /// <summary>
    /// The mount has nothing more for this client. The mount posts it to <see cref="Shard"/>. The client gets an RTCP BYE, its session is gone,
    /// and its next request answers 454. The mount has already forgotten the client: no <see cref="IMount.Leave"/> is owed.
    /// </summary>
    public abstract void OnMountEnded(MountEnd cause);
}
