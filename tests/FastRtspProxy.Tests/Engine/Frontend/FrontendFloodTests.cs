using System.Net;
using System.Net.Sockets;
using System.Text;
using FastRtspProxy.Engine;
using FastRtspProxy.Engine.Frontend;
using FastRtspProxy.TestPeers;
using FastRtspProxy.Tests.Weaknesses;

namespace FastRtspProxy.Tests.Engine.Frontend;

/// <summary>Connections that send as fast as they can: what they cost the others, and what of them is kept.</summary>
public sealed class FrontendFloodTests
{
    private const int Flooders = 8;

    /// <summary>Empty frames on one event loop, from clients with a session each, so that nobody is closed for it: others are answered meanwhile.</summary>
    [Fact]
    public async Task Flood_OfFramesBySessions_OthersAreAnswered()
    {
        await using FrontendHost host = await FrontendHost.StartAsync(shards: 1);
        using CancellationTokenSource stop = new();
        List<Task> floods = [];
        for (int i = 0; i < Flooders; i++)
        {
            RtspTestClient client = await host.ConnectAsync();
            Assert.Equal(200, (await client.RequestAsync("SETUP", host.Url + "/track1", "Transport: RTP/AVP/TCP;unicast;interleaved=0-1")).Status);
            floods.Add(FloodAsync(client, Repeated([(byte)'$', 7, 0, 0], 16_384), stop.Token));
        }

        await AssertOthersAreAnsweredAsync(host);
        Assert.Equal(Flooders, host.Frontend.Limits.Clients);
        await stop.CancelAsync();
        await Task.WhenAll(floods);
    }

    [Fact]
    public async Task Flood_OfRequests_OthersAreAnswered()
    {
        await using FrontendHost host = await FrontendHost.StartAsync(shards: 1);
        using CancellationTokenSource stop = new();
        List<Task> floods = [];
        for (int i = 0; i < Flooders; i++)
        {
            RtspTestClient client = await host.ConnectAsync();
            floods.Add(DrainAsync(client, stop.Token));
            floods.Add(FloodAsync(client, Repeated(Encoding.ASCII.GetBytes($"OPTIONS {host.Url} RTSP/1.0\r\nCSeq: 1\r\n\r\n"), 64 * 1024), stop.Token));
        }

        await AssertOthersAreAnsweredAsync(host);
        await stop.CancelAsync();
        await Task.WhenAll(floods);
    }

    /// <summary>Frames of WebSockets: pings, which are answered, messages of nothing, and messages of an empty `$` frame each.</summary>
    [Theory]
    [InlineData("898000000000")]
    [InlineData("828000000000")]
    [InlineData("82840000000024090000")]
    public async Task Flood_OfWebSocketFrames_OthersAreAnswered(string frame)
    {
        await using FrontendHost host = await FrontendHost.StartAsync(static o => o with { WebSocket = new WebSocketRules() }, shards: 1);
        using CancellationTokenSource stop = new();
        List<RtspTestClient> opened = [];
        List<Task> floods = [];
        for (int i = 0; i < Flooders; i++)
        {
            RtspTestClient client = await host.ConnectAsync();
            opened.Add(await client.UpgradeAsync());
            floods.Add(DrainAsync(client, stop.Token));
            floods.Add(FloodAsync(client, Repeated(Convert.FromHexString(frame), 64 * 1024), stop.Token));
        }

        await AssertOthersAreAnsweredAsync(host);
        await stop.CancelAsync();
        await Task.WhenAll(floods);
        opened.Clear();
    }

    [Theory]
    [InlineData(0)]
    [InlineData(65_535)]
    public async Task Flood_OfFramesWithoutASession_IsClosed(int payloadBytes)
    {
        await using FrontendHost host = await FrontendHost.StartAsync();
        using RtspTestClient client = await host.ConnectAsync();
        byte[] frame = new byte[4 + payloadBytes];
        frame[0] = (byte)'$';
        frame[2] = (byte)(payloadBytes >> 8);
        frame[3] = (byte)payloadBytes;

        await FloodAsync(client, Repeated(frame, 256 * 1024), CancellationToken.None);

        await Until.TrueAsync(() => host.Frontend.Limits.Connections == 0);
        Assert.True(host.Frontend.Counters.StrayFrames > 0);
    }

    /// <summary>Some stray frames are a player's that has torn its session down, and asks on; with requests in between it may not send as much as it likes either.</summary>
    [Fact]
    public async Task Frames_AFewWithoutASession_DoNotCloseTheConnection()
    {
        await using FrontendHost host = await FrontendHost.StartAsync();
        using RtspTestClient client = await host.ConnectAsync();
        for (int i = 0; i < 8; i++)
        {
            await client.SendAsync(Repeated([(byte)'$', 1, 0, 0], 8192));
            Assert.Equal(200, (await client.RequestAsync("OPTIONS", host.Url)).Status);
        }

        await client.SendAsync(Repeated([(byte)'$', 1, 0, 0], 8192));
        await Until.TrueAsync(() => host.Frontend.Limits.Connections == 0);
    }

    /// <summary>Nothing is kept of a frame that nobody wants, however large it is and however slowly it comes.</summary>
    [Fact]
    public async Task Frame_LargeAndUnwanted_IsDroppedAsItComes()
    {
        await using FrontendHost host = await FrontendHost.StartAsync();
        using RtspTestClient client = await host.ConnectAsync();
        await client.SendAsync(new byte[] { (byte)'$', 9, 0xC3, 0x50 });
        await client.SendAsync(new byte[40_000]);
        await Until.TrueAsync(() => host.Frontend.Counters.StrayFrames == 1);
        await Until.TrueAsync(() => host.Frontend.Input.HeldBytesNow == 0);

        await client.SendAsync(new byte[10_000]);
        Assert.Equal(200, (await client.RequestAsync("OPTIONS", host.Url)).Status);
    }

    /// <summary>While a request is in hand, what is sent behind it stays with its sender.</summary>
    [Fact]
    public async Task Flood_BehindARequestThatWaits_IsNotTakenIn()
    {
        await using FrontendHost host = await FrontendHost.StartAsync();
        host.AddMount("cold", isReady: false);
        using RtspTestClient client = await host.ConnectAsync();
        await client.SendAsync($"DESCRIBE rtsp://127.0.0.1:{host.Port}/cold RTSP/1.0\r\nCSeq: 1\r\n\r\n");
        client.Socket.Blocking = false;
        byte[] bytes = new byte[64 * 1024];
        for (int i = 0; i < 200; i++)
        {
            _ = client.Socket.Send(bytes, SocketFlags.None, out _);
            await Task.Yield();
        }

        await host.SettleAsync();
        Assert.InRange(host.Frontend.Input.HeldBytesNow, 0, 16 * 1024);
    }

    /// <summary>Heads that never end hold what they have sent, and all of them together no more than the budget: the largest goes first.</summary>
    [Fact]
    public async Task Heads_ManyAndHalfSent_StayWithinTheBudget()
    {
        await using FrontendHost host = await FrontendHost.StartAsync();
        List<RtspTestClient> clients = [];
        byte[] head = Encoding.ASCII.GetBytes($"OPTIONS * RTSP/1.0\r\nCSeq: 1\r\nX: {new string('y', 6000)}");
        while (host.Frontend.Counters.OverBudget == 0)
        {
            // The budget has room for some 700.
            Assert.InRange(clients.Count, 0, 1500);
            RtspTestClient client = await host.ConnectAsync();
            clients.Add(client);
            await client.SendAsync(head);
        }

        Assert.InRange(host.Frontend.Input.HeldBytesNow, 0, host.Frontend.Input.LimitBytes + 8192);
        clients.ForEach(static client => client.Dispose());
        await Until.TrueAsync(() => host.Frontend.Limits.Connections == 0);
        await Until.TrueAsync(() => host.Frontend.Input.HeldBytesNow == 0);
    }

    /// <summary>Whoever reads the log learns of it, and hundreds that are closed in a moment are one line.</summary>
    [Fact]
    public async Task OnOverBudget_HundredsOfThem_IsSaidOnceAMinuteWithHowManyThereWere()
    {
        CollectedLog log = new();
        await using FrontendHost host = await FrontendHost.StartAsync(log: log);
        IPEndPoint client = new(IPAddress.Parse("192.0.2.7"), 50_000);

        Parallel.For(0, 300, _ => host.Frontend.OnOverBudget(client, 77 << 10)); // from any thread
        Assert.Single(Said());
        await host.AdvanceAsync(TimeSpan.FromSeconds(59));
        host.Frontend.OnOverBudget(client, 77 << 10);
        Assert.Single(Said());
        await host.AdvanceAsync(TimeSpan.FromSeconds(2));
        host.Frontend.OnOverBudget(client, 77 << 10);
        host.Frontend.OnOverBudget(client, 77 << 10);

        Assert.Equal(2, Said().Length);
        Assert.Contains("the connection of 192.0.2.7:50000, which holds most (77 KiB), is closed (302 so far; said once a minute)", Said()[1], StringComparison.Ordinal);
        Assert.Equal(303, host.Frontend.Counters.OverBudget);

        string[] Said() => [.. log.Texts.Where(static line => line.StartsWith("Requests and answers of viewers take all of their", StringComparison.Ordinal))];
    }

    /// <summary>The same in messages of WebSockets.</summary>
    [Fact]
    public async Task Heads_HalfSentInWebSockets_StayWithinTheBudget()
    {
        await using FrontendHost host = await FrontendHost.StartAsync(static o => o with { WebSocket = new WebSocketRules() });
        List<RtspTestClient> clients = [];
        byte[] head = Encoding.ASCII.GetBytes($"OPTIONS * RTSP/1.0\r\nCSeq: 1\r\nX: {new string('y', 6000)}");
        byte[] frame = [0x82, 0xFE, (byte)(head.Length >> 8), (byte)head.Length, 0, 0, 0, 0, .. head];
        while (host.Frontend.Counters.OverBudget == 0)
        {
            Assert.InRange(clients.Count, 0, 3000);
            RtspTestClient client = await host.ConnectAsync();
            clients.Add(await client.UpgradeAsync());
            await client.SendAsync(frame);
        }

        Assert.InRange(host.Frontend.Input.HeldBytesNow, 0, host.Frontend.Input.LimitBytes + (2 * 8192));
        clients.ForEach(static client => client.Dispose());
        await Until.TrueAsync(() => host.Frontend.Limits.Connections == 0);
        await Until.TrueAsync(() => host.Frontend.Input.HeldBytesNow == 0);
    }

    /// <summary>Nothing is kept of a body, however slowly it comes; whether it named a parameter is known when it is there.</summary>
    [Theory]
    [InlineData("x", 451)]
    [InlineData("\r", 200)]
    public async Task Body_HalfSent_HoldsNothingAndIsAnsweredWhenItIsThere(string filler, int status)
    {
        const int bodyBytes = 64_000;
        await using FrontendHost host = await FrontendHost.StartAsync();
        using RtspTestClient client = await host.ConnectAsync();
        await client.SendAsync($"SET_PARAMETER {host.Url} RTSP/1.0\r\nCSeq: 7\r\nContent-Length: {bodyBytes}\r\n\r\n{filler}");
        await client.SendAsync(Encoding.ASCII.GetBytes(new string('\n', bodyBytes - 2)));
        await Until.TrueAsync(() => host.Frontend.Input.HeldBytesNow == 0);
        await client.SendAsync("\nOPTIONS * RTSP/1.0\r\nCSeq: 8\r\n\r\n");

        RtspTestResponse first = await client.ReadResponseAsync();
        Assert.Equal(status, first.Status);
        Assert.Equal(200, (await client.ReadResponseAsync()).Status);
    }

    private static async Task AssertOthersAreAnsweredAsync(FrontendHost host)
    {
        for (int i = 0; i < 50; i++)
        {
            using RtspTestClient other = await host.ConnectAsync();
            Assert.Equal(200, (await other.RequestAsync("OPTIONS", host.Url)).Status);
        }
    }

    private static byte[] Repeated(ReadOnlySpan<byte> piece, int bytes)
    {
        byte[] all = new byte[Math.Max(1, bytes / piece.Length) * piece.Length];
        for (int i = 0; i < all.Length; i += piece.Length)
        {
            piece.CopyTo(all.AsSpan(i));
        }

        return all;
    }

    /// <summary>Sends until told to stop, or the other side closes.</summary>
    private static Task FloodAsync(RtspTestClient client, byte[] bytes, CancellationToken stop) => Task.Run(async () =>
    {
        try
        {
            while (!stop.IsCancellationRequested)
            {
                for (int sent = 0; sent < bytes.Length;)
                {
                    sent += await client.Socket.SendAsync(bytes.AsMemory(sent), SocketFlags.None, stop);
                }
            }
        }
        catch (Exception e) when (e is SocketException or OperationCanceledException)
        {
        }

        client.Dispose();
    }, CancellationToken.None);

    private static Task DrainAsync(RtspTestClient client, CancellationToken stop) => Task.Run(async () =>
    {
        byte[] buffer = new byte[64 * 1024];
        try
        {
            while (await client.Socket.ReceiveAsync(buffer, SocketFlags.None, stop) > 0)
            {
            }
        }
        catch (Exception e) when (e is SocketException or OperationCanceledException or ObjectDisposedException)
        {
        }
    }, CancellationToken.None);
}
