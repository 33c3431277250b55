using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;

namespace FastRtspProxy.EndToEndTests.Processes;

/// <summary>TCP ports for servers: below the range that the kernel gives to outgoing connections, so that none of ours is taken between the check and the use.</summary>
public static class FreePorts
{
    private const int First = 20_000;
    private const int Count = 10_000;

    private static int s_next = Environment.ProcessId * 37 % Count;

    /// <summary>Somebody listens there. The kernel's table says so: to try the port would take it from a program that is about to listen.</summary>
    public static bool IsTaken(int port) => IPGlobalProperties.GetIPGlobalProperties().GetActiveTcpListeners().Any(one => one.Port == port);

    public static int Next()
    {
        for (int tries = 0; tries < Count; tries++)
        {
            int port = First + (Interlocked.Increment(ref s_next) % Count);
            if (IsFree(port))
            {
                return port;
            }
        }

        throw new InvalidOperationException("no free TCP port from 20000 to 29999");
    }

    private static bool IsFree(int port)
    {
        try
        {
            using TcpListener listener = new(IPAddress.Loopback, port);
            listener.Start();
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
