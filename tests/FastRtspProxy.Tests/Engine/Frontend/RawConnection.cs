using System.Net;
using System.Net.Sockets;
using FastRtspProxy.TestPeers;

namespace FastRtspProxy.Tests.Engine.Frontend;

/// <summary>Connections of which a test decides each byte, and what a TLS client sends first.</summary>
internal static class RawConnection
{
    public static async Task<Socket> ConnectAsync(int port, string from = "127.0.0.1")
    {
        Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        socket.Bind(new IPEndPoint(IPAddress.Parse(from), 0));
        await socket.ConnectAsync(IPAddress.Loopback, port);
        return socket;
    }

    /// <summary>Reads until the other side closes, in order or not.</summary>
    public static async Task ReadToEndAsync(Socket socket)
    {
        byte[] buffer = new byte[4096];
        try
        {
            while (await socket.ReceiveAsync(buffer, SocketFlags.None).WaitAsync(RtspTestClient.Limit) > 0)
            {
            }
        }
        catch (SocketException)
        {
            // A reset is an end as well.
        }
    }

    /// <summary>What the framework's client sends first.</summary>
    public static async Task<byte[]> ClientHelloAsync()
    {
        using Socket listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen();
        Task<Exception> connecting = Assert.ThrowsAnyAsync<Exception>(
            () => RtspTestClient.ConnectSecureAsync(((IPEndPoint)listener.LocalEndPoint!).Port));
        byte[] buffer = new byte[4096];
        int count;
        using (Socket far = await listener.AcceptAsync())
        {
            count = await far.ReceiveAsync(buffer, SocketFlags.None);
        }

        await connecting;
        return buffer[..count];
    }
}
