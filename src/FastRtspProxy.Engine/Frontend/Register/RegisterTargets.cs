using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;

namespace FastRtspProxy.Engine.Frontend;

/// <summary>
/// Where a REGISTER may point. An open `-R` port must not be a way to make this machine talk to its own services (loopback, or its own addresses), nor, when anybody may
/// register, to the devices of its link that are reachable from nowhere else (link-local: cloud metadata services live there).
/// </summary>
internal static class RegisterTargets
{
    /// <summary>True when the address must not be connected to. Ask again for what a name resolves to when it is connected to.</summary>
    public static bool IsRefused(IPAddress address, ProxyOptions options)
    {
        if (options.AllowPrivateRegister)
        {
            return false;
        }

        if (address.IsIPv4MappedToIPv6)
        {
            address = address.MapToIPv4();
        }

        if (IPAddress.IsLoopback(address) || address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any) || IsThisNetwork(address) || IsOwn(address))
        {
            return true;
        }

        return options.RegisterCredentials.Count == 0 && IsLinkLocal(address);
    }

    /// <summary>True when a host, a name or an address, must not be connected to; names are looked up. Null: the name does not resolve in time.</summary>
    public static async Task<bool?> IsRefusedAsync(string host, ProxyOptions options)
    {
        if (options.AllowPrivateRegister)
        {
            return false;
        }

        // Off the shard: a look-up may take seconds, and the list of our own addresses is read from files.
        try
        {
            return await Task.Run(() => IsAnyRefusedAsync(host, options)).WaitAsync(FrontEndLimits.NameLookup);
        }
        catch (Exception e) when (e is SocketException or TimeoutException or ArgumentException)
        {
            return null;
        }
    }

    private static async Task<bool?> IsAnyRefusedAsync(string host, ProxyOptions options)
    {
        IPAddress[] addresses = IPAddress.TryParse(host, out IPAddress? literal) ? [literal] : await Dns.GetHostAddressesAsync(host);
        return addresses.Length == 0 ? null : Array.Exists(addresses, address => IsRefused(address, options));
    }

    // 0.0.0.0/8, RFC 1122 section 3.2.1.3: Linux connects it to the machine itself.
    private static bool IsThisNetwork(IPAddress address) =>
        address.AddressFamily == AddressFamily.InterNetwork && address.GetAddressBytes()[0] == 0;

    private static bool IsLinkLocal(IPAddress address)
    {
        if (address.AddressFamily == AddressFamily.InterNetworkV6)
        {
            return address.IsIPv6LinkLocal;
        }

        byte[] bytes = address.GetAddressBytes();
        return bytes[0] == 169 && bytes[1] == 254;
    }

    private static bool IsOwn(IPAddress address)
    {
        try
        {
            foreach (NetworkInterface one in NetworkInterface.GetAllNetworkInterfaces())
            {
                foreach (UnicastIPAddressInformation own in one.GetIPProperties().UnicastAddresses)
                {
                    if (own.Address.Equals(address))
                    {
                        return true;
                    }
                }
            }
        }
        catch (NetworkInformationException)
        {
            // No list of interfaces (a very small container): what is plainly loopback was found before.
        }

        return false;
    }
}
