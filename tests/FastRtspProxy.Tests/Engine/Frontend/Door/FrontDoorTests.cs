using System.Net;
using System.Net.Sockets;
using System.Text;
using FastRtspProxy.Engine;
using FastRtspProxy.Engine.Frontend;
using FastRtspProxy.TestPeers;
using FastRtspProxy.Tests.Weaknesses;

namespace FastRtspProxy.Tests.Engine.Frontend;

/// <summary>Connections with and without a PROXY header, from a configured balancer and from elsewhere.</summary>
public sealed class FrontDoorTests
{
    private static ProxyOptions FromLoopback(ProxyOptions options) => options with { ProxyProtocolFrom = [IPNetwork.Parse("127.0.0.0/8")] };

    private static ProxyOptions FromElsewhere(ProxyOptions options) => options with { ProxyProtocolFrom = [IPNetwork.Parse("203.0.113.0/24")] };

    public static TheoryData<string> Headers => new(
        Convert.ToHexString(ProxyHeaders.Text("192.0.2.7")),
        Convert.ToHexString(ProxyHeaders.Text("::ffff:192.0.2.7", "2001:db8::2")),
        Convert.ToHexString(ProxyHeaders.Binary("192.0.2.7")),
        Convert.ToHexString(ProxyHeaders.Binary("::ffff:192.0.2.7", "2001:db8::2")),
        Convert.ToHexString(ProxyHeaders.WithChecksum(ProxyHeaders.Binary("192.0.2.7", values: [ProxyHeaders.Value(0x03, 0, 0, 0, 0), ProxyHeaders.Value(0x04, new byte[3000])]))));

    /// <summary>With the request in the same segment: nothing of it may be lost.</summary>
    [Theory]
    [MemberData(nameof(Headers))]
    public async Task Header_BeforeARequest_NamesTheClient(string hex)
    {
        using CollectedLog log = new();
        await using FrontendHost host = await FrontendHost.StartAsync(FromLoopback, log: log);
        using RtspTestClient client = await host.ConnectAsync();

        await client.SendAsync(new byte[][] { Convert.FromHexString(hex), Encoding.ASCII.GetBytes(client.Request("OPTIONS", host.Url)) }.SelectMany(static b => b).ToArray());

        Assert.Equal(200, (await client.ReadResponseAsync()).Status);
        client.Dispose();
        await SaidAsync(log, "connection of viewer 192.0.2.7:56324 closed");
    }

    [Theory]
    [MemberData(nameof(Headers))]
    public async Task Header_ByteByByte_NamesTheClient(string hex)
    {
        using CollectedLog log = new();
        await using FrontendHost host = await FrontendHost.StartAsync(FromLoopback, log: log);
        using RtspTestClient client = await host.ConnectAsync();
        byte[] header = Convert.FromHexString(hex);
        foreach (byte one in header.AsSpan(0, Math.Min(header.Length, 200)).ToArray())
        {
            await client.SendAsync(new[] { one });
        }

        await client.SendAsync(header.AsMemory(Math.Min(header.Length, 200)));

        Assert.Equal(200, (await client.RequestAsync("OPTIONS", host.Url)).Status);
        client.Dispose();
        await SaidAsync(log, "connection of viewer 192.0.2.7:56324 closed");
    }

    [Theory]
    [InlineData("PROXY UNKNOWN\r\n")]
    [InlineData("\r\n\r\n\0\r\nQUIT\n\u0020\0\0\0")] // LOCAL
    [InlineData("\r\n\r\n\0\r\nQUIT\n\u0021\0\0\0")] // UNSPEC
    public async Task Header_ThatNamesNobody_LeavesTheSocketsAddress(string header)
    {
        using CollectedLog log = new();
        await using FrontendHost host = await FrontendHost.StartAsync(FromLoopback, log: log);
        using RtspTestClient client = await host.ConnectAsync();

        await client.SendAsync(header);

        Assert.Equal(200, (await client.RequestAsync("OPTIONS", host.Url)).Status);
        IPEndPoint own = client.Local;
        client.Dispose();
        await SaidAsync(log, $"connection of viewer {own} closed");
    }

    [Fact]
    public async Task Connection_FromElsewhere_NeedsNoHeader()
    {
        await using FrontendHost host = await FrontendHost.StartAsync(FromElsewhere);
        using RtspTestClient client = await host.ConnectAsync();

        RtspTestResponse answer = await client.RequestAsync("OPTIONS", host.Url);

        Assert.Equal((200, 0), (answer.Status, host.Frontend.Door.Count));
    }

    [Theory]
    [InlineData("PROXY ")]
    [InlineData("PROXY TCP4 192.0.2.7 198.51.100.1 56324 554\r\nOPTIONS * RTSP/1.0\r\nCSeq: 1\r\n\r\n")]
    [InlineData("\r\n\r\n\0\r\nQUIT\n")]
    [InlineData("\r\n\r\n\0\r\nQUIT\n\u0021\u0011\0\u000C")]
    public async Task Header_FromElsewhere_IsClosedAtOnceAndSaidOnceAMinute(string begin)
    {
        using CollectedLog log = new();
        await using FrontendHost host = await FrontendHost.StartAsync(FromElsewhere, log: log);
        for (int i = 0; i < 3; i++)
        {
            using RtspTestClient client = await host.ConnectAsync();

            await client.SendAsync(begin);

            Assert.True(await client.IsClosedAsync());
        }

        Assert.Equal(3, host.Frontend.Door.Log.CountOf(DoorRefusal.StrangeHeader));
        string line = Assert.Single(log.Texts, static text => text.Contains("PROXY header", StringComparison.Ordinal));
        Assert.Contains("127.0.0.1 was closed: it begins with a PROXY header, and rtsp.proxyProtocol.from does not name this address", line, StringComparison.Ordinal);
        Assert.Contains("Remedy: name it there", line, StringComparison.Ordinal);
        await host.AdvanceAsync(TimeSpan.FromSeconds(61));
        using RtspTestClient later = await host.ConnectAsync();
        await later.SendAsync(begin);
        Assert.True(await later.IsClosedAsync());
        Assert.Equal(2, log.Texts.Count(static text => text.Contains("PROXY header", StringComparison.Ordinal)));
    }

    /// <summary>By default nobody is a balancer.</summary>
    [Fact]
    public async Task Header_WhereNoBalancerIsConfigured_IsClosed()
    {
        await using FrontendHost host = await FrontendHost.StartAsync();
        using RtspTestClient client = await host.ConnectAsync();

        await client.SendAsync(ProxyHeaders.Text("192.0.2.7"));

        Assert.True(await client.IsClosedAsync());
        Assert.Equal(1, host.Frontend.Door.Log.CountOf(DoorRefusal.StrangeHeader));
    }

    [Theory]
    [InlineData("OPTIONS * RTSP/1.0\r\nCSeq: 1\r\n\r\n", (int)DoorRefusal.NoHeader, "does not begin with a PROXY header")]
    [InlineData("\u0016\u0003\u0001", (int)DoorRefusal.NoHeader, "does not begin with a PROXY header")]
    [InlineData("PROXY TCP4 192.0.2.01 198.51.100.1 1 2\r\n", (int)DoorRefusal.BadHeader, "an address that is none")]
    [InlineData("PROXY TCP5 192.0.2.1 198.51.100.1 1 2\r\n", (int)DoorRefusal.BadHeader, "neither TCP4, TCP6 nor UNKNOWN")]
    [InlineData("PROXY TCP4 192.0.2.1 198.51.100.1 1 2\n", (int)DoorRefusal.BadHeader, "CRLF")]
    [InlineData("\r\n\r\n\0\r\nQUIT\n\u0011", (int)DoorRefusal.BadHeader, "version 2")]
    [InlineData("\r\n\r\n\0\r\nQUIT\n\u0021\u0012", (int)DoorRefusal.BadHeader, "neither TCP4")]
    [InlineData("\r\n\r\n\0\r\nQUIT\n\u0021\u0011\u007F\u007F", (int)DoorRefusal.BadHeader, "longer than")]
    public async Task Connection_OfABalancerWithoutARightHeader_IsClosedCountedAndSaid(string begin, int refusal, string reason)
    {
        using CollectedLog log = new();
        await using FrontendHost host = await FrontendHost.StartAsync(FromLoopback, log: log);
        using RtspTestClient client = await host.ConnectAsync();

        await client.SendAsync(begin);

        Assert.True(await client.IsClosedAsync());
        await Until.TrueAsync(() => host.Frontend.Door.Log.CountOf((DoorRefusal)refusal) == 1);
        await SaidAsync(log, "A connection from 127.0.0.1 was closed: ");
        Assert.Contains(log.Texts, text => text.Contains(reason, StringComparison.Ordinal) && text.Contains("Remedy: ", StringComparison.Ordinal));
        Assert.Equal(0, host.Frontend.Limits.Connections);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Header_CutAtEachByte_IsClosedAndCounted(bool isText)
    {
        byte[] header = isText ? ProxyHeaders.Text("192.0.2.7") : ProxyHeaders.Binary("192.0.2.7");
        await using FrontendHost host = await FrontendHost.StartAsync(FromLoopback);
        for (int length = 1; length < header.Length; length++)
        {
            using RtspTestClient client = await host.ConnectAsync();
            await client.SendAsync(header.AsMemory(0, length));
            client.Socket.Shutdown(SocketShutdown.Send);

            Assert.True(await client.IsClosedAsync());
        }

        await Until.TrueAsync(() => host.Frontend.Door.Log.CountOf(DoorRefusal.CutHeader) == header.Length - 1);
        Assert.Equal((0, 0), (host.Frontend.Door.Count, host.Frontend.Limits.Connections));
    }

    /// <summary>What a check of the port does, and what a balancer does that gives up: nobody is told of it.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Connection_ThatEndsWithoutAByte_IsNotSaid(bool byReset)
    {
        using CollectedLog log = new();
        await using FrontendHost host = await FrontendHost.StartAsync(FromLoopback, log: log);
        RtspTestClient client = await host.ConnectAsync();
        await Until.TrueAsync(() => host.Frontend.Door.Count == 1);
        client.Socket.LingerState = new LingerOption(byReset, 0);

        client.Dispose();

        await Until.TrueAsync(() => host.Frontend.Door.Log.CountOf(DoorRefusal.Silent) == 1);
        Assert.Equal(0, host.Frontend.Door.Count);
        Assert.DoesNotContain(log.Texts, static text => text.Contains("was closed:", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("")]
    [InlineData("PROXY TCP4 192.0.2.7 198")]
    public async Task Header_NotWholeAfterFiveSeconds_IsClosedAndSaid(string begin)
    {
        using CollectedLog log = new();
        await using FrontendHost host = await FrontendHost.StartAsync(FromLoopback, log: log);
        using RtspTestClient client = await host.ConnectAsync();
        await client.SendAsync(begin);
        await Until.TrueAsync(() => host.Frontend.Door.Count == 1);
        await host.AdvanceAsync(TimeSpan.FromSeconds(4));
        Assert.Equal(1, host.Frontend.Door.Count);

        await host.AdvanceAsync(TimeSpan.FromSeconds(2));

        Assert.True(await client.IsClosedAsync());
        Assert.Equal((0, 1L), (host.Frontend.Door.Count, host.Frontend.Door.Log.CountOf(DoorRefusal.LateHeader)));
        await SaidAsync(log, "its PROXY header was not there after 5 s");
    }

    [Fact]
    public async Task Header_BehindAnother_IsClosedAndSaid()
    {
        using CollectedLog log = new();
        await using FrontendHost host = await FrontendHost.StartAsync(FromLoopback, log: log);
        using RtspTestClient client = await host.ConnectAsync();

        await client.SendAsync(ProxyHeaders.Text("192.0.2.7"));
        await client.SendAsync(ProxyHeaders.Binary("192.0.2.8"));

        Assert.True(await client.IsClosedAsync());
        await SaidAsync(log, "192.0.2.7 was closed: a second PROXY header follows the first");
    }

    [Fact]
    public async Task Stop_WhileSomeWaitInTheDoor_ClosesThem()
    {
        await using FrontendHost host = await FrontendHost.StartAsync(FromLoopback);
        using RtspTestClient silent = await host.ConnectAsync();
        using RtspTestClient half = await host.ConnectAsync();
        await half.SendAsync("PROXY TCP4 192");
        await Until.TrueAsync(() => host.Frontend.Door.Count == 2);

        await host.StopFrontendAsync();

        Assert.True(await silent.IsClosedAsync());
        Assert.True(await half.IsClosedAsync());
    }

    /// <summary>Two clients, so 68 connections: those that never send a header cost the others nothing.</summary>
    [Fact]
    public async Task Flood_OfConnectionsWithoutAHeader_IsBoundedAndTheOthersComeIn()
    {
        await using FrontendHost host = await FrontendHost.StartAsync(static o => FromLoopback(o) with { MaxClients = 2 });
        int max = host.Frontend.Limits.ConnectionPlaces.Max;
        List<RtspTestClient> silent = [];
        for (int i = 0; i < max + 50; i++)
        {
            silent.Add(await host.ConnectAsync());
        }

        await Until.TrueAsync(() => host.Frontend.Door.Log.CountOf(DoorRefusal.Crowded) == 50);
        using RtspTestClient client = await host.ConnectAsync();
        await client.SendAsync(ProxyHeaders.Text("192.0.2.7"));
        RtspTestResponse answer = await client.RequestAsync("OPTIONS", host.Url);

        Assert.Equal(200, answer.Status);
        Assert.InRange(host.Frontend.Door.Count, max - 2, max);
        Assert.True(await silent[0].IsClosedAsync()); // the oldest
        Assert.Equal(1, host.Frontend.Limits.Connections);
        silent.ForEach(static one => one.Dispose());
    }

    /// <summary>The limit of an address is that of the client, not of the balancer.</summary>
    [Fact]
    public async Task Limits_OfAnAddress_AreTheClients()
    {
        await using FrontendHost host = await FrontendHost.StartAsync(static o => FromLoopback(o) with { MaxClients = 1000, MaxClientsPerAddress = 1 });
        int perAddress = FrontendLimits.ConnectionsFor(1);
        List<RtspTestClient> clients = [];
        for (int i = 0; i <= perAddress; i++)
        {
            RtspTestClient client = await host.ConnectAsync();
            clients.Add(client);
            await client.SendAsync(ProxyHeaders.Text("192.0.2.7"));
        }

        await Until.TrueAsync(() => host.Frontend.Counters.ConnectionsRefused == 1);
        using RtspTestClient other = await host.ConnectAsync();
        await other.SendAsync(ProxyHeaders.Text("192.0.2.8"));

        Assert.Equal(200, (await other.RequestAsync("OPTIONS", host.Url)).Status);
        clients.ForEach(static client => client.Dispose());
    }

    private static Task SaidAsync(CollectedLog log, string text) => Until.TrueAsync(
        () => log.Texts.Any(line => line.Contains(text, StringComparison.Ordinal)), detail: () => $"{text} is not in: {string.Join('\n', log.Texts)}");
}
