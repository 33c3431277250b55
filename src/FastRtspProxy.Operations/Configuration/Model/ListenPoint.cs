using System.Net;
using System.Net.Sockets;

namespace FastRtspProxy.Operations.Configuration.Model;

/// <summary>A port to listen on, and the local address if it is not all of them.</summary>
internal readonly record struct ListenPoint(IPAddress? Address, int Port)
{
    public override string ToString() => Address switch
    {
        null => $":{Port}",
        { AddressFamily: AddressFamily.InterNetworkV6 } => $"[{Address}]:{Port}",
        _ => $"{Address}:{Port}",
    };
}
