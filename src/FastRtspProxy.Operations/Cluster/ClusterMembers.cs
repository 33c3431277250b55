using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace FastRtspProxy.Operations.Cluster;

/// <summary>The boxes that are there. Touched by the cluster's turn only, where nothing else is said.</summary>
internal sealed class ClusterMembers(string self, ILogger log)
{
    private readonly Dictionary<string, ClusterMember> _members = new(StringComparer.Ordinal);

    /// <summary>Those of them that said they drain when they were asked last. Written in the turn, read by any thread.</summary>
    private readonly ConcurrentDictionary<string, bool> _draining = new(StringComparer.Ordinal);

    public IReadOnlyCollection<ClusterMember> All => _members.Values;

    /// <summary>True where there is another box.</summary>
    public bool HasOthers => _members.Keys.Any(node => node != self);

    /// <summary>Null: it is not there.</summary>
    public ClusterMember? Find(string node) => _members.GetValueOrDefault(node);

    /// <summary>True where that box is there and gives its streams away. Any thread.</summary>
    public bool Drains(string node) => _draining.ContainsKey(node);

    /// <summary>A box was asked whether it drains.</summary>
    public void NoteDrain(string node, bool drains)
    {
        if (drains && _members.ContainsKey(node))
        {
            _draining[node] = true;
        }
        else
        {
            _draining.TryRemove(node, out _);
        }
    }

    /// <summary>Which this box is of those that try to own the stream.</summary>
    public int PlaceOf(string stream) => Rendezvous.PlaceOf(self, stream, _members.Values);

    /// <summary>One came, changed or went (null). True where there is news of one that is there.</summary>
    public bool Take(string node, ClusterMember? member)
    {
        ClusterMember? known = Find(node);
        if (known == member)
        {
            return false;
        }

        if (member is not null)
        {
            _members[node] = member;
        }
        else
        {
            _members.Remove(node);
            _draining.TryRemove(node, out _);
        }

        if (node != self && member is null)
        {
            ClusterLog.MemberWent(log, node);
        }
        else if (node != self && known is null)
        {
            ClusterLog.MemberCame(log, node, member!.Url);
        }

        return member is not null;
    }
}
