using System.Net;
using System.Net.Sockets;
using FastRtspProxy.Engine.Relay;

namespace FastRtspProxy.Engine;

/// <summary>How one stream is served to multicast groups, so that one packet reaches any number of viewers.</summary>
public sealed record MulticastOptions
{
    /// <summary>What a stream needs of a group: an RTP port, and the next one for RTCP, for each track that a mount may have.</summary>
    public const int PortsPerStream = 2 * RingOptions.TracksMax;

    /// <summary>The first port of a stream that names its group and no port (RFC 3551 section 8).</summary>
    public const int DefaultPort = 5004;

    /// <summary>A network of groups (RFC 2365), of which the stream gets one of its own; null: none.</summary>
    public IPNetwork? Groups { get; init; }

    /// <summary>The stream's own group; null: one of <see cref="Groups"/>.</summary>
    public IPAddress? Group { get; init; }

    /// <summary>RTP of the first track, an even port; RTCP has the next one, and each further track the next two. Null: ours to choose.</summary>
    public int? Port { get; init; }

    /// <summary>1: the packets stay on the link; each router on the way takes one. IPv6: the hop limit. 1 to 255.</summary>
    public int Ttl { get; init; } = 1;

    /// <summary>The name of the interface that they leave by, or an address of it; null: as the routes of the machine say.</summary>
    public string? Interface { get; init; }

    /// <summary>
    /// The stream is sent to its group though it is not for everybody: whoever is in the network can listen there, unasked and uncounted.
    /// </summary>
    public bool IsOpen { get; init; }

    /// <summary>The stream has a limit of viewers of its own, which a group cannot keep.</summary>
    public bool HasViewerLimit { get; init; }

    /// <summary>What is wrong with a group, as the rest of a sentence; null: nothing.</summary>
    internal static string? FindGroupFault(IPAddress group)
    {
        byte[] bytes = group.GetAddressBytes();
        if (group.AddressFamily == AddressFamily.InterNetworkV6)
        {
            bool isOwn = bytes[1] >> 4 is 1 or 3 && (bytes[1] & 15) > 1; // RFC 4291 section 2.7: flags T and P, and the scope
            return bytes[0] != 0xFF ? "it is no multicast address: IPv6 groups begin with ff, as ff15::5004"
                : isOwn ? null
                : "it is a well-known group, or stays within a machine: take one of ff15::/16";
        }

        return bytes switch
        {
            [< 224 or > 239, ..] => "it is no multicast address: groups for one's own use are 239.0.0.0 to 239.255.255.255 (RFC 2365)",
            [224, 0, 0 or 1, _] => "it is a group that network protocols use: take one of 239.192.0.0/14 (RFC 2365)",
            [232, 0, 0, _] => "232.0.0.0 to 232.0.0.255 are reserved (RFC 4607): take another one of 232.0.0.0/8",
            _ => null,
        };
    }

    /// <summary>What is wrong with a network of groups, as the rest of a sentence; null: nothing.</summary>
    internal static string? FindGroupsFault(IPNetwork groups)
    {
        bool isTooWide = groups.PrefixLength < (groups.BaseAddress.AddressFamily == AddressFamily.InterNetworkV6 ? 16 : 4);
        string? fault = FindGroupFault(groups.BaseAddress);
        return isTooWide || fault is not null && !fault.Contains("reserved", StringComparison.Ordinal)
            ? "it is no network of multicast groups: 239.192.0.0/16 is one for an organisation, 239.255.0.0/16 for a site (RFC 2365), "
                + "ff15::/112 for IPv6"
            : null;
    }

    /// <summary>What is wrong with a first port, as the rest of a sentence; null: nothing.</summary>
    internal static string? FindPortFault(int port) =>
        port < 1024 || port % 2 != 0 || port > 65_536 - PortsPerStream
            ? $"a group's first port is even, from 1024 to {65_536 - PortsPerStream}: RTCP has the odd one after it, and each track two"
            : null;

    /// <summary>How many groups of a network are used at the most, those among them that nobody may have.</summary>
    internal static int CountOf(IPNetwork groups)
    {
        const int UsedBits = 20;
        int bits = (groups.BaseAddress.AddressFamily == AddressFamily.InterNetworkV6 ? 128 : 32) - groups.PrefixLength;
        return 1 << Math.Min(bits, UsedBits);
    }

    /// <summary>Everything that is wrong.</summary>
    internal IEnumerable<string> Faults()
    {
        string?[] faults =
        [
            Group is null ? null : FindGroupFault(Group), Groups is { } groups ? FindGroupsFault(groups) : null,
            Port is { } port ? FindPortFault(port) : null, Ttl is < 1 or > 255 ? "a TTL is 1 to 255" : null,
        ];
        return faults.OfType<string>();
    }
}
