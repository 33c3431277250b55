using FastRtspProxy.Engine.Mounts;

namespace FastRtspProxy.Operations.Cluster;

/// <summary>One mount's sight of its stream's owner. Any thread.</summary>
internal sealed class StreamFollower(ClusterNode node, string stream, Action changed) : ICameraOwner
{
    private volatile CameraOwnership _now = CameraOwnership.Unknown;

    public string Stream { get; } = stream;

    /// <inheritdoc/>
    public CameraOwnership Now => _now;

    /// <inheritdoc/>
    public void Need(bool isServed = false) => node.Post(() => node.OnNeed(this, isServed));

    /// <inheritdoc/>
    public void Rule(bool stopsWhenAlone) => node.Post(() => node.OnRule(this, stopsWhenAlone));

    /// <inheritdoc/>
    public void Rest() => node.Post(() => node.OnRest(this));

    /// <inheritdoc/>
    public void Leave() => node.Post(() => node.OnLeave(this));

    /// <summary>From the cluster's turn.</summary>
    public void Tell(CameraOwnership now)
    {
        _now = now;
        changed();
    }
}
