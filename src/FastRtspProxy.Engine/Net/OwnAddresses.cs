using System.Collections.Frozen;
using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;

namespace FastRtspProxy.Engine.Net;

/// <summary>The addresses of this machine's interfaces, and the broadcast addresses of their networks. The list is read from files, so it is kept for a moment. Any thread.</summary>
internal static class OwnAddresses
{
    private const long FreshMillis = 2_000;

    private static FrozenSet<IPAddress> s_known = FrozenSet<IPAddress>.Empty;
    private static long s_readMillis = -FreshMillis - 1;

    /// <summary>By the list of a moment ago: for a shard, which reads no files.</summary>
    public static bool Contains(IPAddress address) => Volatile.Read(ref s_known).Contains(address);

    /// <summary>Reads the list anew where it is old. Off the shards.</summary>
    public static void Refresh()
    {
        if (Environment.TickCount64 - Volatile.Read(ref s_readMillis) < FreshMillis)
        {
            return;
        }

        HashSet<IPAddress> found = [];
        try
        {
            foreach (NetworkInterface one in NetworkInterface.GetAllNetworkInterfaces())
            {
                foreach (UnicastIPAddressInformation own in one.GetIPProperties().UnicastAddresses)
                {
                    IPAddress address = own.Address;
                    found.Add(address.IsIPv6LinkLocal ? new IPAddress(address.GetAddressBytes()) : address);
                    if (address.AddressFamily == AddressFamily.InterNetwork && own.PrefixLength is > 0 and < 31)
                    {
                        found.Add(Broadcast(address, own.PrefixLength));
                    }
                }
            }
        }
        catch (Exception e) when (e is NetworkInformationException or IOException or UnauthorizedAccessException)
        {
            // No list of interfaces (a very small container, or no descriptor to read it with): what was known before counts, and what is plainly loopback is found without.
            found.UnionWith(Volatile.Read(ref s_known));
        }

        // The list first: whoever finds it fresh has it (release, with the reads above).
        Volatile.Write(ref s_known, found.ToFrozenSet());
        Volatile.Write(ref s_readMillis, Environment.TickCount64);
    }

    private static IPAddress Broadcast(IPAddress address, int prefixLength)
    {
        byte[] bytes = address.GetAddressBytes();
        for (int bit = prefixLength; bit < 32; bit++)
        {
            bytes[bit / 8] |= (byte)(0x80 >> (bit % 8));
        }

        return new IPAddress(bytes);
    }
}
