using System.Net;
using System.Net.Sockets;
using System.Text;
using FastRtspProxy.Engine.Frontend;

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
        await MeasureAsync(host, Clients, BytesMax, index => Play(host, transport, index, new byte[4096]));
    }

    /// <summary>What was answered last is not kept through the silence that follows, and nobody has 8,000 digits given back.</summary>
    [Theory]
    [InlineData("OPTIONS", "Timestamp")]
    [InlineData("DESCRIBE", "Require")]
    public async Task Ask_WithAHeaderOfEightThousandCharacters_NothingOfItStays(string method, string header)
    {
        await using FrontendHost host = await FrontendHost.StartAsync();
        string value = new('7', 8000);
        await MeasureAsync(host, 100, BytesMax, index =>
        {
            Socket socket = Connect(host);
            string answer = Ask(socket, $"{method} {host.Url} RTSP/1.0\r\nCSeq: 1\r\n{header}: {value}\r\n\r\n", new byte[16_384]);
            Assert.DoesNotContain("Timestamp", answer, StringComparison.Ordinal);
            return socket;
        });
    }

    /// <summary>A POST of a tunnel is a head and then a body without an end: the head has done its duty.</summary>
    [Fact]
    public async Task Post_OfATunnelWithAHeadOfEightKilobytes_NothingOfItStays()
    {
        await using FrontendHost host = await FrontendHost.StartAsync();
        List<Socket> gets = [];
        byte[] buffer = new byte[4096];
        string lines = string.Concat(Enumerable.Range(0, 100).Select(static i => $"X-{i}: {new string('x', 60)}\r\n"));
        int cseq = 0;
        await MeasureAsync(host, 100, BytesMax, index =>
        {
            if (index % FrontendLimits.PostsPerTunnelMax == 0)
            {
                gets.Add(Connect(host));
                Ask(gets[^1], $"GET /cam HTTP/1.0\r\nx-sessioncookie: c{gets.Count}\r\nAccept: application/x-rtsp-tunnelled\r\n\r\n", buffer);
            }

            Socket post = Connect(host);
            string asked = Convert.ToBase64String(Encoding.ASCII.GetBytes($"OPTIONS * RTSP/1.0\r\nCSeq: {++cseq}\r\n\r\n"));
            post.Send(Encoding.ASCII.GetBytes($"POST /cam HTTP/1.0\r\nx-sessioncookie: c{gets.Count}\r\n{lines}\r\n{asked}"));
            Assert.Contains($"CSeq: {cseq}\r\n", Ask(gets[^1], "", buffer), StringComparison.Ordinal); // it is read, and the tunnel has it
            return post;
        });
        gets.ForEach(static get => get.Dispose());
    }

    /// <summary>Fails unless each of so many clients takes no more than that, in managed memory at both ends.</summary>
    private static async Task MeasureAsync(FrontendHost host, int clients, int bytesMax, Func<int, Socket> open)
    {
        List<Socket> sockets = [];
        Open(50); // pools, tables and code are warm after these

        // What the process lets go of, or comes to hold, beside the clients is in one series and not in the next; theirs is in all.
        List<long> series = [];
        do
        {
            long before = Settled();
            Open(clients);
            await host.SettleAsync();
            series.Add((Settled() - before) / clients);
        }
        while ((series[^1] < BytesMin || series[^1] > bytesMax) && series.Count < 3);
        Assert.True(series[^1] >= BytesMin && series[^1] <= bytesMax, $"bytes a client, by series: {string.Join(", ", series)}");
        sockets.ForEach(static socket => socket.Dispose());

        void Open(int count)
        {
            for (int end = sockets.Count + count; sockets.Count < end;)
            {
                sockets.Add(open(sockets.Count));
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

    private static Socket Connect(FrontendHost host)
    {
        Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { ReceiveTimeout = 60_000 };
        socket.Connect(IPAddress.Loopback, host.Port);
        return socket;
    }

    private static Socket Play(FrontendHost host, string transport, int index, byte[] buffer)
    {
        Socket socket = Connect(host);
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
