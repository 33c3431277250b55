using System.Globalization;
using System.Net;
using System.Net.Sockets;
using FastRtspProxy.Net;
using FastRtspProxy.Net.Startup;
using Microsoft.Extensions.Logging.Abstractions;

namespace FastRtspProxy.Microbenchmarks.ControlInput;

/// <summary>
/// One contestant of perf-scripts/control-input.sh: a server of control connections on two shards whose receive half is ours (<c>pull</c>) or a
/// SocketConnection's (<c>pipe</c>). It prints its port, and does what the lines of its standard input say: <c>collect</c> (prints the live bytes of its
/// heap), <c>move</c> (every connection, before its next answer, to the other shard).
/// </summary>
internal static class ControlInputServer
{
    public static int Run(string kind)
    {
        using Stream? errors = ProgramStart.Begin();
        using ShardGroup shards = ShardGroup.Start(2, TimeProvider.System, NullLoggerFactory.Instance);
        using TcpListenerSocket listener = TcpListenerSocket.TryListen(IPAddress.Loopback, 0, NullLogger.Instance, [], out _)!;
        List<(ControlInputConnection Connection, ControlStream Stream)> all = [];
        listener.Start(socket =>
        {
            Shard shard = shards.Shards[0];
            ControlStream stream = new(shard, socket);
            ControlInputConnection connection = new(stream, socket);
            lock (all)
            {
                all.Add((connection, stream));
            }

            shard.Post(() => _ = kind == "pipe" ? connection.PipeAsync() : connection.PullAsync());
        });
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"port {listener.Port}"));
        while (Console.ReadLine() is { } command)
        {
            Console.WriteLine(command == "move" ? Move(shards, all) : Collect());
        }

        return 0;
    }

    private static string Collect()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();
        return string.Create(CultureInfo.InvariantCulture, $"heap {GC.GetTotalMemory(forceFullCollection: true)}");
    }

    private static string Move(ShardGroup shards, List<(ControlInputConnection Connection, ControlStream Stream)> all)
    {
        lock (all)
        {
            foreach ((ControlInputConnection connection, ControlStream stream) in all)
            {
                stream.Post(() => connection.MoveTo = shards.Shards[1 - stream.Shard.Index]);
            }

            return string.Create(CultureInfo.InvariantCulture, $"moving {all.Count}");
        }
    }
}
