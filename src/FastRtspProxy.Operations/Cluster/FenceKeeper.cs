using FastRtspProxy.Engine.Mounts;
using Microsoft.Extensions.Logging;

namespace FastRtspProxy.Operations.Cluster;

/// <summary>Puts a box's fence off, and tells whoever stopped for it that there is more time. Any thread.</summary>
internal sealed class FenceKeeper(ClusterNode node, ILogger log)
{
    /// <summary>That it is over was said. In the turn.</summary>
    private bool _isSaid;

    /// <summary>The engine has answered what was sent then.</summary>
    public void OnRenewed(long sent)
    {
        if (node.Fence.Left > TimeSpan.Zero)
        {
            node.Fence.Extend(sent, node.Timings.Fence);
        }
        else
        {
            node.Post(() => Extend(sent)); // not before what was heard of other owners had its turn
        }
    }

    /// <summary>The others have lost the engine, too: what they were asked then holds.</summary>
    public void OnFrozen(long asked)
    {
        if (node.Fence.Extend(asked, node.Timings.Fence))
        {
            node.Post(OnBack);
        }
    }

    /// <summary>Said once, and counted, while it lasts.</summary>
    public void Look()
    {
        if (node.Fence.Left <= TimeSpan.Zero)
        {
            node.Post(() =>
            {
                if (!_isSaid && node.IsKnown && node.Streams.Any(static stream => stream is { StopsWhenAlone: true, Told.Kind: OwnershipKind.Own }))
                {
                    _isSaid = true;
                    node.Counters.OnFenced();
                    ClusterLog.Fenced(log);
                }
            });
        }
    }

    private void Extend(long sent)
    {
        if (node.Fence.Extend(sent, node.Timings.Fence))
        {
            OnBack();
        }
    }

    private void OnBack()
    {
        _isSaid = false;
        foreach (ClusterStream stream in node.Streams)
        {
            if (stream is { StopsWhenAlone: true, Told.Kind: OwnershipKind.Own, Owner.IsOurs: true })
            {
                stream.Followers.ForEach(follower => follower.Tell(stream.Told)); // whoever stopped looks again
            }
        }
    }
}
