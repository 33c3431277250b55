using System.Net;
using System.Net.Sockets;
using FastRtspProxy.Net;
using FastRtspProxy.TestPeers;
using FastRtspProxy.Tests.Engine.Mounts;

namespace FastRtspProxy.Tests.Net;

public sealed class TcpListenerSocketTests
{
    [Fact]
    public async Task Accept_ErrorThatPersists_IsTriedAFewTimesASecondSaidOnceAndOverWhenItIsGone()
    {
        RecordingLogger log = new();
        using Socket socket = Listening();
        using TcpListenerSocket listener = new(socket, log, []);
        TaskCompletionSource<Socket> accepted = new(TaskCreationOptions.RunContinuationsAsynchronously);
        listener.Start(accepted.SetResult);

        // What accept(2) says of a socket that does not listen any more (EINVAL) stays until it listens again.
        socket.Shutdown(SocketShutdown.Both);
        await Until.TrueAsync(() => listener.Failures > 16);
        long start = Environment.TickCount64;
        long failures = listener.Failures;
        await Until.TrueAsync(() => listener.Failures >= failures + 5);
        long elapsedMillis = Environment.TickCount64 - start;

        Assert.InRange(elapsedMillis, 250, 60_000); // five pauses of 100 ms, less what the timer is early by
        Assert.Contains("cannot be accepted", Assert.Single(log.Loud), StringComparison.Ordinal);

        socket.Listen(16);
        using Socket client = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await client.ConnectAsync(IPAddress.Loopback, listener.Port);
        using Socket served = await accepted.Task.WaitAsync(TimeSpan.FromSeconds(60));
        Assert.Equal(client.LocalEndPoint, served.RemoteEndPoint);
    }

    /// <summary>Bound to a port by its number: a port of the kernel's choice would be given back by the shutdown.</summary>
    private static Socket Listening()
    {
        using Socket probe = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        probe.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        EndPoint free = probe.LocalEndPoint!;
        probe.Dispose();
        Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(free);
        socket.Listen(16);
        return socket;
    }
}
