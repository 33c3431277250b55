using FastRtspProxy.Engine.Frontend;
using FastRtspProxy.Net;

namespace FastRtspProxy.Engine.Mounts;

/// <summary>A client that waits for the camera to play.</summary>
internal sealed class PendingJoin(MountClient client, ShardSignal wake)
{
    /// <summary>Who waits.</summary>
    public MountClient Client { get; } = client;

    /// <summary>Set when something has changed for it.</summary>
    public ShardSignal Wake { get; } = wake;

    /// <summary>Why it waits no longer: the client has given up, or what it has set up by no longer holds. Null: it waits.</summary>
    public PlayOutcome? End { get; set; }

    /// <summary>Where it starts, fixed before the camera's first packet can be in the ring; null: the camera was not asked to play yet.</summary>
    public JoinSnapshot? Snapshot { get; set; }
}
