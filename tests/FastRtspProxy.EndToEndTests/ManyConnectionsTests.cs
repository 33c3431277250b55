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
}
