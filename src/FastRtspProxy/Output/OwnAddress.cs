using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;

namespace FastRtspProxy.Output;

/// <summary>The address that play URLs are printed with.</summary>
internal static class OwnAddress
{
    /// <summary>As it stands in a URL.</summary>
    public static string Find(IPAddress? bindAddress, bool listensOnIPv4, bool listensOnIPv6)
    {
        bool bound = bindAddress is not null && !bindAddress.Equals(IPAddress.Any) && !bindAddress.Equals(IPAddress.IPv6Any);
        return Format(bound ? bindAddress! : Choose(OfInterfaces(), listensOnIPv4, listensOnIPv6));
    }

    /// <summary>The first IPv4 address, else the first IPv6 one that needs no scope, else loopback; never a family that nobody listens on.</summary>
    public static IPAddress Choose(IEnumerable<IPAddress> candidates, bool listensOnIPv4, bool listensOnIPv6)
    {
        IPAddress? ipv6 = null;
        foreach (IPAddress address in candidates)
        {
            if (address.AddressFamily == AddressFamily.InterNetwork && listensOnIPv4)
            {
                return address;
            }

            if (address.AddressFamily == AddressFamily.InterNetworkV6 && listensOnIPv6 && !address.IsIPv6LinkLocal)
            {
                ipv6 ??= address;
            }
        }

        return ipv6 ?? (listensOnIPv4 || !listensOnIPv6 ? IPAddress.Loopback : IPAddress.IPv6Loopback);
    }

    private static string Format(IPAddress address) =>
        address.AddressFamily == AddressFamily.InterNetworkV6 ? $"[{address}]" : address.ToString();

    private static IEnumerable<IPAddress> OfInterfaces()
    {
        try
        {
            return
            [
                .. NetworkInterface.GetAllNetworkInterfaces()
                    .Where(n => n.OperationalStatus == OperationalStatus.Up && n.NetworkInterfaceType != NetworkInterfaceType.Loopback)
                    .SelectMany(n => n.GetIPProperties().UnicastAddresses)
                    .Select(a => a.Address),
            ];
        }
        catch (NetworkInformationException)
        {
            // No /proc/net or no rights to it: the URLs then name loopback, and the proxy works all the same.
            return [];
        }
    }
}
