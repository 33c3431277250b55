using System.Net;
using System.Net.WebSockets;
using System.Text.Json;
using FastRtspProxy.EndToEndTests.Processes;
using FastRtspProxy.TestPeers;
using Xunit.Abstractions;

namespace FastRtspProxy.EndToEndTests.Http;

/// <summary>Pages that talk without end on the live picture's WebSocket, which has nothing to hear.</summary>
public sealed class WebSocketFloodTests(ITestOutputHelper log) : EndToEndTest(log)
{
    /// <summary>At once; each opens one WebSocket after the other.</summary>
    private const int Pages = 20;
    private const int Rounds = 40;
    private const int Messages = 400;
    private const int Viewers = 20;

    /// <summary>What the code of a close says: the page talks.</summary>
    private const int Flood = 4429;

    /// <summary>Each is ended, and told why where it listens; none of them is left among the viewers; who watches by RTSP gets every picture.</summary>
    [Fact]
    public async Task WebSockets_ThatTalkWithoutEnd_AreEndedAndCostViewersNothing()
    {
        int port = FreePorts.Next();
        SimulatedCamera camera = await StartSimulatorAsync("--video", "h264", "--audio", "none", "--bitrate", "1M", "--gop", "25");
        ProxyProcess proxy = await StartProxyAsync("--http", $"127.0.0.1:{port}", camera.Urls[0]);
        ChildProcess crowd = StartProgram(
            "viewers", Prerequisites.SimulatorBinary,
            ["load", proxy.PlayUrl, "--clients", $"{Viewers}", "--transport", "tcp", "--duration", "600s", "--timeout", "60s", "--verify", "--max-loss", "0", "--min-clients", $"{Viewers}", "--plain"]);
        await crowd.WaitAsync("viewers with media", static lines => lines.Any(static line => line.Text.Contains($"playing {Viewers} of {Viewers}", StringComparison.Ordinal)), Soon);
        long before = proxy.ResidentBytes;

        string url = $"ws://127.0.0.1:{port}/api/v1/streams/{new Uri(proxy.PlayUrl).AbsolutePath.Trim('/')}/live";
        (int told, int cut) = (await Task.WhenAll(Enumerable.Range(0, Pages).Select(_ => FloodAsync(url)))).Aggregate(static (all, one) => (all.Told + one.Told, all.Cut + one.Cut));

        Log.WriteLine($"{told} were told why they were closed, {cut} were cut off; {(proxy.ResidentBytes - before) >> 20} MiB more memory");
        Assert.Equal(Pages * Rounds, told + cut);
        Assert.True(told > 0, "none was told why");
        Assert.InRange(proxy.ResidentBytes - before, long.MinValue, 64 << 20);
        using HttpClient client = new() { BaseAddress = new Uri($"http://127.0.0.1:{port}/") };
        await Until.TrueAsync(async () => Ways(await client.GetStringAsync("api/v1/viewers")) is { Length: Viewers } ways && ways.All(static way => way == "tcp"), Soon.TotalSeconds);
        string none = $"fastrtspproxy_stream_viewers{{stream=\"{new Uri(proxy.PlayUrl).AbsolutePath.Trim('/')}\",transport=\"live\"}} 0\n";
        await Until.TrueAsync(async () => (await client.GetStringAsync("metrics")).Contains(none, StringComparison.Ordinal), Soon.TotalSeconds);
        crowd.Signal(ChildProcess.SigTerm); // it has watched the whole of it, however long that took, and says what it saw
        Assert.True(await crowd.WaitForExitAsync(TimeSpan.FromSeconds(60)) == 0, crowd.Transcript(60));
    }

    /// <summary>How many of one page's were closed with the code for it, and how many ended without a word.</summary>
    private static async Task<(int Told, int Cut)> FloodAsync(string url)
    {
        using CancellationTokenSource limit = new(TimeSpan.FromSeconds(300));
        byte[] heard = new byte[64 * 1024];
        int told = 0;
        for (int i = 0; i < Rounds; i++)
        {
            using ClientWebSocket socket = await ConnectAsync(url, limit.Token);
            Task talking = TalkAsync(socket, limit.Token);
            try
            {
                while ((await socket.ReceiveAsync(heard.AsMemory(), limit.Token)).MessageType != WebSocketMessageType.Close)
                {
                    // Pictures, until it is closed.
                }
            }
            catch (WebSocketException)
            {
                // Cut off: a reset takes with it what was not read.
            }

            told += (int?)socket.CloseStatus == Flood ? 1 : 0;
            socket.Abort();
            await talking;
        }

        return (told, Rounds - told);
    }

    /// <summary>The server has places for a hundred pages: on a machine that is slow to see that some have gone it says so, and has places again when it has seen it.</summary>
    private static async Task<ClientWebSocket> ConnectAsync(string url, CancellationToken limit)
    {
        while (true)
        {
            ClientWebSocket socket = new();
            socket.Options.CollectHttpResponseDetails = true;
            try
            {
                await socket.ConnectAsync(new Uri(url), limit);
                return socket;
            }
            catch (WebSocketException) when (socket.HttpStatusCode == HttpStatusCode.ServiceUnavailable)
            {
                socket.Dispose();
                await Task.Delay(100, limit);
            }
        }
    }

    private static async Task TalkAsync(ClientWebSocket socket, CancellationToken limit)
    {
        try
        {
            for (int i = 0; i < Messages; i++)
            {
                await socket.SendAsync("hello"u8.ToArray(), WebSocketMessageType.Text, endOfMessage: true, limit);
            }
        }
        catch (Exception e) when (e is WebSocketException or IOException or ObjectDisposedException or InvalidOperationException or OperationCanceledException)
        {
            // It was closed meanwhile.
        }
    }

    private static string[] Ways(string viewers)
    {
        using JsonDocument document = JsonDocument.Parse(viewers);
        return [.. document.RootElement.GetProperty("viewers").EnumerateArray().Select(static viewer => viewer.GetProperty("way").GetString()!)];
    }
}
