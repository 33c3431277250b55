using System.Net;
using FastRtspProxy.Net;
using FastRtspProxy.Operations.Configuration.Model;
using FastRtspProxy.Operations.Events;

namespace FastRtspProxy.Output;

/// <summary>
/// What may be shown of an address. The log's values named <c>Client</c> are viewers' addresses, and so is each <see cref="PeerAddress"/>; a camera's
/// is shown whole.
/// </summary>
internal static class AddressMask
{
    private const string Hidden = "-";

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

    private static string Mask(IPAddress address, AddressDetail shown) => ShownAddress.Of(address, shown) ?? Hidden;
}
