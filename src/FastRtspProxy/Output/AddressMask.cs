using System.Net;
using System.Net.Sockets;
using FastRtspProxy.Net;
using FastRtspProxy.Operations.Configuration.Model;

namespace FastRtspProxy.Output;

/// <summary>
/// What may be shown of an address. The log's values named <c>Client</c> are viewers' addresses, and so is each <see cref="PeerAddress"/>; a camera's
/// is shown whole.
/// </summary>
internal static class AddressMask
{
    private const string Hidden = "-";
    private const int IPv4Bits = 24;

    /// <summary>What a provider hands to one household or office.</summary>
    private const int IPv6Bits = 48;

    /// <summary>The value as it may be shown: itself, unless it is a viewer's address.</summary>
    public static object? Apply(string name, object? value, AddressDetail shown)
    {
        if (shown == AddressDetail.Full)
        {
            return value;
        }

        bool isViewer = string.Equals(name, "Client", StringComparison.OrdinalIgnoreCase);
        return value switch
        {
            IPEndPoint end when isViewer => Mask(end.Address, shown),
            IPAddress address when isViewer => Mask(address, shown),
            string text when isViewer => IPAddress.TryParse(text, out IPAddress? address) ? Mask(address, shown) : Hidden,
            PeerAddress peer => peer.IsEmpty ? Hidden : Mask(peer.ToEndPoint().Address, shown),
            _ => value,
        };
    }

    private static string Mask(IPAddress address, AddressDetail shown)
    {
        if (shown == AddressDetail.None)
        {
            return Hidden;
        }

        IPAddress plain = address.Unmapped();
        int bits = plain.AddressFamily == AddressFamily.InterNetwork ? IPv4Bits : IPv6Bits;
        byte[] bytes = plain.GetAddressBytes();
        bytes.AsSpan(bits / 8).Clear();
        return new IPNetwork(new IPAddress(bytes), bits).ToString();
    }
}
