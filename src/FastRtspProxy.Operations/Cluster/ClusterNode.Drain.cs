namespace FastRtspProxy.Operations.Cluster;

/// <summary>How a box gives its streams to the others.</summary>
internal sealed partial class ClusterNode
{
    /// <summary>From now on this box owns nothing new; or no more of that. Any thread.</summary>
    public void Drain(bool drains) => _isDraining = drains;
}
