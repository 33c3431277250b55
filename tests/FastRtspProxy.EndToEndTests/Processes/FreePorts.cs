using System.Net;
using System.Net.Sockets;

namespace FastRtspProxy.EndToEndTests.Processes;

/// <summary>TCP ports for servers: below the range that the kernel gives to outgoing connections, so that none of ours is taken between the check and the use.</summary>
public static class FreePorts
{
    private const int First = 20_000;
    private const int Count = 10_000;

    private static int s_next = Environment.ProcessId * 37 % Count;

    public static int Next()
    {
        for (int tries = 0; tries < Count; tries++)
        {
            int port = First + (Interlocked.Increment(ref s_next) % Count);
            try
            {
                using TcpListener listener = new(IPAddress.Loopback, port);
                listener.Start();
                return port;
            }
            catch (SocketException)
            {
                // Taken: the next one.
            }
        }

        throw new InvalidOperationException("no free TCP port from 20000 to 29999");
    }
}
