using System.Net.Sockets;
using System.Text;
using FastRtspProxy.EndToEndTests.Processes;
using Xunit.Abstractions;

namespace FastRtspProxy.EndToEndTests;

/// <summary>More connections than the limit of descriptors that a shell gives.</summary>
public sealed class ManyConnectionsTests(ITestOutputHelper log) : EndToEndTest(log)
{
    [Fact]
    public async Task Connections_ElevenHundredWithASoftLimitOf256_AreAllServed()
    {
        const int Count = 1100;
        int port = FreePorts.Next();
        ChildProcess proxy = StartProgram(
            "proxy", "/bin/sh", "-c", $"ulimit -Sn 256; exec \"$0\" -p {port} rtsp://127.0.0.1:9/nobody", Prerequisites.ProxyBinary);
        await proxy.WaitForLineAsync("its play URL", line => line.Text.Contains("Play this stream", StringComparison.Ordinal), Soon);
        List<Socket> clients = [];
        try
        {
            for (int i = 0; i < Count; i++)
            {
                Socket client = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
                clients.Add(client);
                await client.ConnectAsync("127.0.0.1", port);
                await client.SendAsync("OPTIONS * RTSP/1.0\r\nCSeq: 1\r\n\r\n"u8.ToArray());
            }

            using CancellationTokenSource limit = new(Soon);
            byte[] answer = new byte[1024];
            foreach (Socket client in clients)
            {
                int bytes = await client.ReceiveAsync(answer, limit.Token);
                Assert.StartsWith("RTSP/1.0 200 OK", Encoding.ASCII.GetString(answer, 0, bytes), StringComparison.Ordinal);
            }
        }
        finally
        {
            clients.ForEach(static client => client.Dispose());
        }
    }

    [Fact]
    public async Task Connections_MoreThanTheHardLimit_AreToldSoAndServedAgainWhenOthersHaveGone()
    {
        const int Count = 180;
        int port = FreePorts.Next();
        ChildProcess proxy = StartProgram(
            "proxy", "/bin/sh", "-c", $"ulimit -n 160; exec \"$0\" -v -p {port} rtsp://127.0.0.1:9/nobody", Prerequisites.ProxyBinary);
        await proxy.WaitForLineAsync("its play URL", line => line.Text.Contains("Play this stream", StringComparison.Ordinal), Soon);
        List<Socket> clients = [];
        try
        {
            int refused = 0;
            for (int i = 0; i < Count; i++)
            {
                (Socket client, string answer) = await AskAsync(port);
                clients.Add(client);
                if (!answer.StartsWith("RTSP/1.0 200 OK", StringComparison.Ordinal))
                {
                    refused++;
                    Assert.StartsWith("RTSP/1.0 503", answer, StringComparison.Ordinal);
                }
            }

            Assert.InRange(refused, 1, Count - 20);

            // The camera is asked again and again; its connection finds no descriptor either (what became free meanwhile is taken), and that is said like any other failure.
            await EventuallyAsync(async () =>
            {
                clients.Add((await AskAsync(port)).Client);
                return proxy.Lines().Any(line => line.Text.Contains("out of descriptors; raise the limit", StringComparison.Ordinal));
            });
            Assert.DoesNotContain(proxy.Lines(), line => line.Text.Contains("report it", StringComparison.Ordinal));
            int said = proxy.Lines().Count(line => line.Text.Contains("Out of descriptors", StringComparison.Ordinal));
            Assert.InRange(said, 1, 1 + (int)(proxy.Elapsed.TotalSeconds / 10));
        }
        finally
        {
            clients.ForEach(static client => client.Dispose());
        }

        await EventuallyAsync(async () =>
        {
            (Socket client, string answer) = await AskAsync(port);
            client.Dispose();
            return answer.StartsWith("RTSP/1.0 200 OK", StringComparison.Ordinal);
        });
    }

    private static async Task<(Socket Client, string Answer)> AskAsync(int port)
    {
        Socket client = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        using CancellationTokenSource limit = new(Soon);
        byte[] answer = new byte[1024];
        await client.ConnectAsync("127.0.0.1", port, limit.Token);
        try
        {
            await client.SendAsync("OPTIONS * RTSP/1.0\r\nCSeq: 1\r\n\r\n"u8.ToArray());
            return (client, Encoding.ASCII.GetString(answer, 0, await client.ReceiveAsync(answer, limit.Token)));
        }
        catch (SocketException e) when (e.SocketErrorCode is SocketError.ConnectionReset or SocketError.Shutdown)
        {
            return (client, "RTSP/1.0 503, lost to the reset that our unread request caused");
        }
    }

    private static async Task EventuallyAsync(Func<Task<bool>> condition)
    {
        long start = Environment.TickCount64;
        while (!await condition())
        {
            Assert.True(Environment.TickCount64 - start < Soon.TotalMilliseconds);
            await Task.Delay(50);
        }
    }
}
