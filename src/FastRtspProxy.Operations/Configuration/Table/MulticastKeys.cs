using System.Globalization;
using System.Net;
using FastRtspProxy.Engine;
using FastRtspProxy.Operations.Configuration.Model;
using FastRtspProxy.Operations.Configuration.Reading;

namespace FastRtspProxy.Operations.Configuration.Table;

/// <summary>The keys of <c>multicast</c>, of a stream and of the defaults.</summary>
internal static class MulticastKeys
{
    /// <summary>IFNAMSIZ, netdevice(7), without the zero at the end.</summary>
    private const int InterfaceCharsMax = 15;

    public static ConfigShape<MulticastConfig> Shape { get; } = new(
        new MulticastConfig(),
        new ValueKey<MulticastConfig, IPNetwork?>("groups", GroupsOrNull, static c => c.Groups, static (c, v) => c with { Groups = v })
        {
            Text = "send streams to multicast groups out of this network, as 239.192.0.0/16 (RFC 2365), one group for each stream by its name, to "
                + "viewers that ask for RTP/AVP;multicast: one packet reaches any number of them",
            DefaultWords = "none",
            Option = new("--multicast") { DefaultText = "none" },
            Sample = "null",
        },
        new ValueKey<MulticastConfig, IPAddress?>("group", GroupOrNull, static c => c.Group, static (c, v) => c with { Group = v })
        {
            Text = "of one stream: this group. Viewers learn it from SETUP, and in SDP from a play URL that ends in ?multicast",
            DefaultWords = "one out of groups",
            Sample = "null",
        },
        new ValueKey<MulticastConfig, int?>("port", FirstPortOrNull, static c => c.Port, static (c, v) => c with { Port = v })
        {
            Text = "the group's first port: RTP of the first track; RTCP has the next one, and each further track the next two",
            DefaultWords = "5004 with a group of one's own, else from 20000 up, by the name",
            Sample = "5004",
        },
        new ValueKey<MulticastConfig, int>("ttl", ConfigTypes.Count(1, 255), static c => c.Ttl, static (c, v) => c with { Ttl = v })
        {
            Text = "how far the packets go: 1 stays on the link, each router on the way takes one more",
        },
        new ValueKey<MulticastConfig, string?>("interface", InterfaceOrNull, static c => c.Interface, static (c, v) => c with { Interface = v })
        {
            Text = "the interface that they leave by, by its name or an address of it",
            DefaultWords = "as the routes of the machine say",
            Sample = "null",
        },
        new ValueKey<MulticastConfig, bool>("open", ConfigTypes.Flag, static c => c.Open, static (c, v) => c with { Open = v })
        {
            Text = "also streams with users, networks or maxViewers: a group has no access control, whoever is in the network can listen",
        });

    private static TypeOf<IPNetwork?> GroupsOrNull => new(
        "NETWORK", "239.192.0.0/16, ff15::/112", TryGroups, static network => network?.ToString())
    {
        TakesNull = true,
    };

    private static TypeOf<IPAddress?> GroupOrNull => new("ADDRESS", "239.192.0.7 or ff15::7", TryGroup, static address => address?.ToString())
    {
        TakesNull = true,
    };

    private static TypeOf<int?> FirstPortOrNull => new(
        "PORT", "even", TryFirstPort, static port => port?.ToString(CultureInfo.InvariantCulture))
    {
        JsonTypes = ["integer"],
        TakesNull = true,
    };

    private static TypeOf<string?> InterfaceOrNull => new("INTERFACE", "eth0 or 192.0.2.10", TryInterface, static text => text) { TakesNull = true };

    private static bool TryGroups(string text, out IPNetwork? value, out string error)
    {
        bool isNetwork = Quantity.TryNetwork(text, out IPNetwork network, out error);
        value = isNetwork ? network : null;
        error = isNetwork ? MulticastOptions.FindGroupsFault(network) ?? "" : error;
        return isNetwork && error.Length == 0;
    }

    private static bool TryGroup(string text, out IPAddress? value, out string error)
    {
        bool isAddress = Quantity.TryAddress(text, out value, out error);
        error = isAddress ? MulticastOptions.FindGroupFault(value!) ?? "" : error;
        return isAddress && error.Length == 0;
    }

    private static bool TryFirstPort(string text, out int? value, out string error)
    {
        bool isPort = Quantity.TryPort(text, out int port, out error);
        value = port;
        error = isPort ? MulticastOptions.FindPortFault(port) ?? "" : error;
        return isPort && error.Length == 0;
    }

    private static bool TryInterface(string text, out string? value, out string error)
    {
        value = text;
        error = "an interface is given by its name (ip link shows them), or by an address of it";
        return IPAddress.TryParse(text, out _)
            || (text.Length is > 0 and <= InterfaceCharsMax && !text.AsSpan().ContainsAny('/', ':') && !text.Any(static c => c is <= ' ' or '\x7f'));
    }
}
