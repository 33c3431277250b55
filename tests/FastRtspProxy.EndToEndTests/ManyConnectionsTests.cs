using System.Net;
using System.Net.Sockets;
using System.Text;
using FastRtspProxy.EndToEndTests.Processes;
using FastRtspProxy.EndToEndTests.RawClient;
using FastRtspProxy.TestPeers;
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
            for (int i = 0; i < Count; i++)
            {
                (Socket client, string answer) = await AskAsync(port);
                clients.Add(client);
                Assert.True(answer.StartsWith("RTSP/1.0 200 OK", StringComparison.Ordinal) || answer.StartsWith("RTSP/1.0 503", StringComparison.Ordinal), answer);
            }

            // Some were refused, or have made room if this took more than five seconds.
            Assert.InRange(clients.Count(static client => !(client.Poll(0, SelectMode.SelectRead) && client.Available == 0)), 5, Count - 50);

            // The cameras' reserve is not touched.
            Assert.DoesNotContain(proxy.Lines(), line => line.Text.Contains("out of descriptors", StringComparison.OrdinalIgnoreCase));
            Assert.DoesNotContain(proxy.Lines(), line => line.Text.Contains("report it", StringComparison.Ordinal));
            int said = proxy.Lines().Count(line => line.Text.Contains("A connection from 127.0.0.1 was refused", StringComparison.Ordinal));
            Assert.InRange(said, 0, 2 + (2 * (int)(proxy.Elapsed.TotalSeconds / 10)));
        }
        finally
        {
            clients.ForEach(static client => client.Dispose());
        }

        await Until.TrueAsync(async () =>
        {
            (Socket client, string answer) = await AskAsync(port);
            client.Dispose();
            return answer.StartsWith("RTSP/1.0 200 OK", StringComparison.Ordinal);
        },
        Soon.TotalSeconds);
    }

    [Theory]
    [InlineData("")]
    [InlineData("OPTIONS * RTSP/1.0\r\nX: ")]
    [InlineData("SETUP")]
    public async Task Connections_StrangersWithoutEnd_CamerasComeBackAndViewersAreServed(string says)
    {
        SimulatedCamera camera = await StartSimulatorAsync("--fail", "reboot=500ms@4s/4s");
        int port = FreePorts.Next();
        ChildProcess proxy = StartProgram(
            "proxy", "/bin/sh", "-c", $"ulimit -n 160; exec \"$0\" -v --always-on -p {port} \"$1\"", Prerequisites.ProxyBinary, camera.Urls[0]);
        await proxy.WaitForLineAsync("its play URL", line => line.Text.Contains("Play this stream", StringComparison.Ordinal), Soon);
        string url = $"rtsp://127.0.0.1:{port}/proxyStream";
        await using RawPlayer first = await RawPlayer.ConnectAsync(url, tcp: true);
        await first.PlayAsync();
        using CancellationTokenSource end = new();
        string bytes = says == "SETUP" ? $"SETUP {url}/track1 RTSP/1.0\r\nCSeq: 1\r\nTransport: RTP/AVP/TCP;interleaved=0-1\r\n\r\n" : says;
        Task[] strangers = [.. Enumerable.Range(0, 4).Select(i => ConnectWithoutEndAsync(port, IPAddress.Parse($"127.0.0.{60 + i}"), bytes, end.Token))];
        try
        {
            // Three reboots of the camera, and a new viewer after them.
            await WaitUntilAsync("eleven seconds of media", () => first.Tracks.All(track => MediaSeconds(track) > 11), TimeSpan.FromSeconds(120));
            int tries = 0;
            await Until.TrueAsync(async () =>
            {
                tries++;
                try
                {
                    await using RawPlayer late = await RawPlayer.ConnectAsync(url, tcp: true);
                    await late.PlayAsync();
                    await WaitUntilAsync("media", () => late.Tracks.All(track => track.Packets > 20));
                    return true;
                }
                catch (Exception refused) when (refused is SocketException or IOException or TimeoutException or Xunit.Sdk.EqualException)
                {
                    return false;
                }
            });
            Log.WriteLine($"the late viewer was served at its attempt {tries}");
        }
        finally
        {
            await end.CancelAsync();
        }

        await Task.WhenAll(strangers);
        Assert.DoesNotContain(proxy.Lines(), line => line.Text.Contains("out of descriptors", StringComparison.OrdinalIgnoreCase));
    }

    private static double MediaSeconds(TrackCounter track) =>
        track.Packets == 0 ? 0 : (track.Units[^1].Timestamp - track.FirstTimestamp) / (double)track.ClockRate;

    /// <summary>Holds as many connections as it is given, 200 at most, and opens another for each that it loses.</summary>
    private static async Task ConnectWithoutEndAsync(int port, IPAddress from, string says, CancellationToken end)
    {
        Queue<Socket> held = new();
        while (!end.IsCancellationRequested)
        {
            Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            held.Enqueue(socket);
            try
            {
                socket.Bind(new IPEndPoint(from, 0));
                await socket.ConnectAsync(IPAddress.Loopback, port, CancellationToken.None);
                await socket.SendAsync(Encoding.ASCII.GetBytes(says), CancellationToken.None);
            }
            catch (SocketException)
            {
                // Refused, or closed at once.
            }

            await Task.Delay(5, CancellationToken.None);
            while (held.Count > 200)
            {
                held.Dequeue().Dispose();
            }
        }

        foreach (Socket socket in held)
        {
            socket.Dispose();
        }
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
}
