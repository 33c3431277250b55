using System.Net;
using System.Net.Sockets;

namespace FastRtspProxy.Net;

/// <summary>
/// The one table of networks that says what an address of this machine or of its neighbourhood is, IPv4 and IPv6 (IANA's special-purpose address
/// registries, RFC 6890). An IPv6 address that carries an IPv4 one is as near as the nearer of the two: a translator or the kernel takes it there.
/// </summary>
internal static class AddressScopes
{
    private static readonly (IPNetwork Network, AddressScope Scope)[] s_table =
    [
        (IPNetwork.Parse("0.0.0.0/8"), AddressScope.ThisMachine), // RFC 1122 section 3.2.1.3: Linux connects it to the machine itself
        (IPNetwork.Parse("127.0.0.0/8"), AddressScope.ThisMachine),
        (IPNetwork.Parse("224.0.0.0/4"), AddressScope.ThisMachine), // multicast
        (IPNetwork.Parse("255.255.255.255/32"), AddressScope.ThisMachine), // limited broadcast, RFC 919
        (IPNetwork.Parse("::/128"), AddressScope.ThisMachine),
        (IPNetwork.Parse("::1/128"), AddressScope.ThisMachine),
        (IPNetwork.Parse("ff00::/8"), AddressScope.ThisMachine), // multicast
        (IPNetwork.Parse("169.254.0.0/16"), AddressScope.Neighbourhood), // RFC 3927; most clouds' metadata service is 169.254.169.254
        (IPNetwork.Parse("fe80::/10"), AddressScope.Neighbourhood),
        (IPNetwork.Parse("fd00:ec2::/32"), AddressScope.Neighbourhood), // AWS, metadata over IPv6
        (IPNetwork.Parse("100.100.100.200/32"), AddressScope.Neighbourhood), // Alibaba Cloud, metadata
        (IPNetwork.Parse("168.63.129.16/32"), AddressScope.Neighbourhood), // Azure, host agent
        (IPNetwork.Parse("192.0.0.192/32"), AddressScope.Neighbourhood), // Oracle Cloud, metadata
        (IPNetwork.Parse("fd00:c1::a9fe:a9fe/128"), AddressScope.Neighbourhood), // Oracle Cloud, metadata over IPv6
        (IPNetwork.Parse("fd20:ce::254/128"), AddressScope.Neighbourhood), // Google Cloud, metadata over IPv6
    ];

    private static readonly IPNetwork s_compatible = IPNetwork.Parse("::/96"); // RFC 4291 section 2.5.5.1
    private static readonly IPNetwork s_translated = IPNetwork.Parse("::ffff:0:0:0/96"); // RFC 2765 section 2.1
    private static readonly IPNetwork s_nat64 = IPNetwork.Parse("64:ff9b::/96"); // RFC 6052
    private static readonly IPNetwork s_localNat64 = IPNetwork.Parse("64:ff9b:1::/48"); // RFC 8215
    private static readonly IPNetwork s_6to4 = IPNetwork.Parse("2002::/16"); // RFC 3056
    private static readonly IPNetwork s_teredo = IPNetwork.Parse("2001::/32"); // RFC 4380

    /// <summary>The scope of an address.</summary>
    /// <param name="address">Any spelling of it.</param>
    /// <param name="isOwn">True for the addresses of this machine's interfaces, and their networks' broadcast addresses.</param>
    public static AddressScope Of(IPAddress address, Func<IPAddress, bool> isOwn)
    {
        address = address.Unmapped();
        AddressScope scope = isOwn(address) ? AddressScope.ThisMachine : AddressScope.Elsewhere;
        foreach ((IPNetwork network, AddressScope known) in s_table)
        {
            if (known > scope && network.BaseAddress.AddressFamily == address.AddressFamily && network.Contains(address))
            {
                scope = known;
            }
        }

        if (address.AddressFamily == AddressFamily.InterNetworkV6)
        {
            Span<byte> bytes = stackalloc byte[16];
            _ = address.TryWriteBytes(bytes, out _);
            if (s_compatible.Contains(address) || s_translated.Contains(address) || s_nat64.Contains(address))
            {
                scope = Nearer(scope, bytes[12..], isOwn);
            }
            else if (s_localNat64.Contains(address))
            {
                scope = NearerLocalNat64(scope, bytes, isOwn);
            }
            else if (s_6to4.Contains(address))
            {
                scope = Nearer(scope, bytes[2..6], isOwn);
            }
            else if (s_teredo.Contains(address))
            {
                scope = Nearer(scope, [(byte)~bytes[12], (byte)~bytes[13], (byte)~bytes[14], (byte)~bytes[15]], isOwn);
            }

            if ((bytes[8] & 0xFD) == 0 && bytes[9] == 0 && bytes[10] == 0x5E && bytes[11] == 0xFE)
            {
                scope = Nearer(scope, bytes[12..], isOwn); // ISATAP, RFC 5214 section 6.1: under any prefix
            }
        }

        return scope;
    }

    /// <summary>
    /// Where the IPv4 address stands depends on how long a prefix the site made of its /48 (RFC 6052 section 2.2), and what follows it is zero, but
    /// not looked at by a translator. The shortest prefix alone counts where nothing follows; else the nearest of all counts, and a place that begins
    /// with a zero is the prefix of a longer form.
    /// </summary>
    private static AddressScope NearerLocalNat64(AddressScope scope, ReadOnlySpan<byte> bytes, Func<IPAddress, bool> isOwn)
    {
        ReadOnlySpan<byte> places =
        [
            bytes[6], bytes[7], bytes[9], bytes[10], // /48
            bytes[7], bytes[9], bytes[10], bytes[11], // /56
            bytes[9], bytes[10], bytes[11], bytes[12], // /64
            bytes[12], bytes[13], bytes[14], bytes[15], // /96
        ];
        if (!bytes[11..].ContainsAnyExcept((byte)0))
        {
            return Nearer(scope, places[..4], isOwn);
        }

        bool found = false;
        for (int at = 0; at < places.Length; at += 4)
        {
            if (places[at] != 0)
            {
                found = true;
                scope = Nearer(scope, places.Slice(at, 4), isOwn);
            }
        }

        return found ? scope : AddressScope.ThisMachine;
    }

    private static AddressScope Nearer(AddressScope scope, ReadOnlySpan<byte> inside, Func<IPAddress, bool> isOwn)
    {
        AddressScope other = Of(new IPAddress(inside), isOwn);
        return other > scope ? other : scope;
    }
}
