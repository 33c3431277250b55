using Microsoft.Extensions.Logging;

namespace FastRtspProxy.Operations.Cluster;

/// <summary>The boxes that are there. Touched by the cluster's turn only.</summary>
internal sealed class ClusterMembers(string self, ILogger log)
{
    private readonly Dictionary<string, ClusterMember> _members = new(StringComparer.Ordinal);

    public IReadOnlyCollection<ClusterMember> All => _members.Values;

    /// <summary>True where there is another box.</summary>
    public bool HasOthers => _members.Keys.Any(node => node != self);

    /// <summary>Null: it is not there.</summary>
    public ClusterMember? Find(string node) => _members.GetValueOrDefault(node);

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
