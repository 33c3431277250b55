using System.Net;
using System.Net.Sockets;
using System.Text;

namespace FastRtspProxy.Tests.Engine.Frontend;

/// <summary>What a playing client costs in managed memory, its socket included.</summary>
[Collection(nameof(Allocations))]
public sealed class FrontendMemoryTests
{
    private const int Clients = 400;

    /// <summary>
    /// 8 KiB for the session, a quarter for what is told of it to whoever asks, and 1 KiB for the framework's Socket at our end and the test's own at
    /// the other.
    /// </summary>
    private const int BytesMax = (9 * 1024) + 256;

    /// <summary>Less is no client's: two sockets alone take more.</summary>
    private const int BytesMin = 1024;

    [Theory]
    [InlineData("RTP/AVP/TCP;unicast;interleaved=0-1")]
    [InlineData("RTP/AVP;unicast;client_port={0}-{1}")]
    public async Task Play_FourHundredClients_EachTakesLessThanEightKilobytes(string transport)
    {
        await using FrontendHost host = await FrontendHost.StartAsync();
        List<Socket> sockets = new(Clients);
        byte[] buffer = new byte[4096];
        Play(50); // pools, tables and code are warm after these

        // What the process lets go of, or comes to hold, beside the clients is in one series and not in the next; theirs is in all.
        List<long> series = [];
        do
        {
            long before = Settled();
            Play(Clients);
            await host.SettleAsync();
            series.Add((Settled() - before) / Clients);
        }
        while (series[^1] is < BytesMin or > BytesMax && series.Count < 3);
        Assert.True(series[^1] is >= BytesMin and <= BytesMax, $"bytes a client, by series: {string.Join(", ", series)}");
        sockets.ForEach(s => s.Dispose());

        void Play(int count)
        {
            for (int end = sockets.Count + count; sockets.Count < end;)
            {
                sockets.Add(FrontendMemoryTests.Play(host, transport, sockets.Count, buffer));
            }
        }
    }

    private static long Settled()
    {
        long bytes = long.MaxValue;
        for (int i = 0; i < 4; i++)
        {
            bytes = Math.Min(bytes, GC.GetTotalMemory(forceFullCollection: true));
            GC.WaitForPendingFinalizers(); // what other tests have left goes now, and not between two looks
        }

        return bytes;
    }

    private static Socket Play(FrontendHost host, string transport, int index, byte[] buffer)
    {
        Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { ReceiveTimeout = 60_000 };
        socket.Connect(IPAddress.Loopback, host.Port);
        string how = string.Format(System.Globalization.CultureInfo.InvariantCulture, transport, 20_000 + (index * 2), 20_001 + (index * 2));
        string answer = Ask(socket, $"SETUP {host.Url}/track1 RTSP/1.0\r\nCSeq: 1\r\nTransport: {how}\r\n\r\n", buffer);
        int at = answer.IndexOf("Session: ", StringComparison.Ordinal) + 9;
        string session = answer[at..answer.IndexOf(';', at)];
        Assert.StartsWith("RTSP/1.0 200", Ask(socket, $"PLAY {host.Url}/ RTSP/1.0\r\nCSeq: 2\r\nSession: {session}\r\n\r\n", buffer), StringComparison.Ordinal);
        return socket;
    }

    private static string Ask(Socket socket, string request, byte[] buffer)
    {
        socket.Send(Encoding.ASCII.GetBytes(request));
        int length = 0;
        do
        {
            int count = socket.Receive(buffer.AsSpan(length));
            Assert.True(count > 0, "the connection ended");
            length += count;
        }
        while (!buffer.AsSpan(0, length).EndsWith("\r\n\r\n"u8));
        return Encoding.ASCII.GetString(buffer, 0, length);
    }
}
