using System.Net;
using FastRtspProxy.Net;

namespace FastRtspProxy.Engine.Access;

/// <summary>Lists of networks, in which an empty one means every address.</summary>
internal static class Networks
{
    public static bool Hold(IReadOnlyList<IPNetwork> networks, IPAddress address)
    {
        if (networks.Count == 0)
        {
            return true;
        }

        // A viewer of a dual-stack socket comes as ::ffff:10.0.0.1 and is meant by 10.0.0.0/8.
        IPAddress plain = address.Unmapped();
        foreach (IPNetwork network in networks)
        {
            if (network.Contains(plain))
            {
                return true;
            }
        }

        return false;
    }
}
