using System.Net;
using System.Net.Sockets;
using FastRtspProxy.Net;
using FastRtspProxy.Operations.Configuration.Model;

namespace FastRtspProxy.Operations.Events;

/// <summary>A viewer's address as it may be shown: in the log, in events, by the API. Pure.</summary>
internal static class ShownAddress
{
    private const int IPv4Bits = 24;

    /// <summary>What a provider hands to one household or office.</summary>
    private const int IPv6Bits = 48;

    /// <summary>Null: nothing is to be shown.</summary>
    public static string? Of(IPAddress address, AddressDetail detail)
    {
        IPAddress plain = address.Unmapped();
        if (detail != AddressDetail.Network)
        {
            return detail == AddressDetail.Full ? plain.ToString() : null;
        }

        int bits = plain.AddressFamily == AddressFamily.InterNetwork ? IPv4Bits : IPv6Bits;
        byte[] bytes = plain.GetAddressBytes();
        bytes.AsSpan(bits / 8).Clear();
        return new IPNetwork(new IPAddress(bytes), bits).ToString();
    }
}
