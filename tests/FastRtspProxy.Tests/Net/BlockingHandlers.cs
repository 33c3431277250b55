using System.Net;
using System.Net.Sockets;
using FastRtspProxy.Net;
using FastRtspProxy.Net.Startup;
using FastRtspProxy.Tests.Net.Startup;
using Microsoft.Extensions.Logging.Abstractions;

namespace FastRtspProxy.Tests.Net;

/// <summary>
/// The program of a process that begins as ours do, with completions that run inline: a handler reads a byte from a peer and then blocks, clients connect meanwhile, and it prints how many of them were accepted.
/// The entry point of this assembly: <see cref="OutOfMemoryTests"/> has another program behind it.
/// </summary>
internal static class BlockingHandlers
{
    public const int Connections = 20;

    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(30);

    private static async Task<int> Main(string[] arguments)
    {
        using Stream? errors = ProgramStart.Begin();
        if (arguments[0] == OutOfMemoryTests.Way)
        {
            return await OutOfMemoryTests.LiveOnAsync(arguments[1]);
        }

        using TcpListenerSocket listener = TcpListenerSocket.TryListen(IPAddress.Loopback, 0, NullLogger.Instance, [], out _)!;
        using ManualResetEventSlim blocked = new();
        using ManualResetEventSlim release = new();
        int accepted = 0;
        listener.Start(_ => Interlocked.Increment(ref accepted));

        (Socket near, Socket far) = Pair();
        Task handler = HandleAsync();
        _ = near.Send([1]);
        if (!blocked.Wait(s_limit))
        {
            Console.WriteLine("the handler was never reached");
            return 1;
        }

        List<Socket> clients = [];
        for (int i = 0; i < Connections; i++)
        {
            Socket client = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            client.Connect(IPAddress.Loopback, listener.Port); // the backlog takes it, whether or not anybody accepts
            clients.Add(client);
        }

        // The only thread that could accept is in the handler: none of them ever is, so nothing is waited for.
        if (arguments[0] == "outbound")
        {
            _ = SpinWait.SpinUntil(() => Volatile.Read(ref accepted) == Connections, s_limit);
        }

        Console.WriteLine($"{Volatile.Read(ref accepted)} accepted");
        release.Set();
        await handler;
        clients.ForEach(static client => client.Dispose());
        return 0;

        async Task HandleAsync()
        {
            byte[] buffer = new byte[1];
            _ = arguments[0] == "outbound" ? await Outbound.RunAsync(() => far.ReceiveAsync(buffer)) : await far.ReceiveAsync(buffer);
            blocked.Set();
            _ = release.Wait(s_limit);
        }
    }

    private static (Socket Near, Socket Far) Pair()
    {
        using Socket listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen(1);
        Socket near = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        near.Connect(listener.LocalEndPoint!);
        return (near, listener.Accept());
    }
}
