using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace FastRtspProxy.Operations.Cluster;

/// <summary>
/// Rendezvous hashing (Thaler and Ravishankar, 1998) with weights: each box has a rank for each stream, the same wherever it is computed. When a box
/// goes, its streams alone move, and to all others alike. Pure.
/// </summary>
internal static class Rendezvous
{
    /// <summary>The boxes in the order in which they try to own the stream.</summary>
    public static IReadOnlyList<string> Order(string stream, IEnumerable<ClusterMember> members) =>
        [
            .. members.OrderByDescending(member => RankOf(stream, member)).ThenBy(static member => member.Node, StringComparer.Ordinal)
                .Select(static member => member.Node),
        ];

    /// <summary>The place of a box in that order; a box that is not among them comes last.</summary>
    public static int PlaceOf(string node, string stream, IReadOnlyCollection<ClusterMember> members)
    {
        if (members.FirstOrDefault(member => member.Node == node) is not { } self)
        {
            return members.Count;
        }

        double rank = RankOf(stream, self);
        return members.Count(
            member => RankOf(stream, member) is var other && (other > rank || (other.Equals(rank) && string.CompareOrdinal(member.Node, node) < 0)));
    }

    /// <summary>Weight over minus the logarithm of a hash in (0, 1): a box of twice the weight is first for twice as many streams.</summary>
    private static double RankOf(string stream, ClusterMember member)
    {
        byte[] hash = SHA256.HashData(Encoding.UTF8.GetBytes($"{member.Node}\n{stream}"));
        double unit = ((BinaryPrimitives.ReadUInt64BigEndian(hash) >> 11) + 0.5) / (1UL << 53);
        return member.Capacity / -Math.Log(unit);
    }
}
