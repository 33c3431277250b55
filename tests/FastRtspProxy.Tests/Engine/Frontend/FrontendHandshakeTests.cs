using System.Net.Sockets;
using System.Security.Authentication;
using FastRtspProxy.Engine.Frontend;
using FastRtspProxy.TestPeers;
using FastRtspProxy.Tests.Weaknesses;
using static FastRtspProxy.Tests.Engine.Frontend.RawConnection;

namespace FastRtspProxy.Tests.Engine.Frontend;

/// <summary>What ends a TLS handshake, what that is called, and what becomes of the connection's place.</summary>
public sealed class FrontendHandshakeTests
{
    /// <summary>Each goes to the shard with the least, also while no handshake is done.</summary>
    [Fact]
    public async Task Accept_WhileHandshakesAreUnderWay_SpreadsConnectionsOverTheShards()
    {
        await using FrontendHost host = await FrontendHost.StartAsync(isSecure: true);
        List<Socket> silent = [];
        for (int i = 0; i < 4; i++)
        {
            silent.Add(await ConnectAsync(host.Port));
        }

        await Until.TrueAsync(() => host.Frontend.Limits.ConnectionPlaces.Count == 4);

        Assert.Equal([2, 2], host.Shards.Select(static shard => shard.Load));
        silent.ForEach(static socket => socket.Dispose());
        await Until.TrueAsync(() => host.Frontend.Limits.ConnectionPlaces.Count == 0);
        Assert.Equal([0, 0], host.Shards.Select(static shard => shard.Load));
        await Until.TrueAsync(() => host.Frontend.Door.Log.CountOf(DoorRefusal.Silent) == 4);
    }

    [Fact]
    public async Task Accept_AllPlacesAreSilentHandshakes_TheOldestIsEndedForAnotherAddress()
    {
        await using FrontendHost host = await FrontendHost.StartAsync(static o => o with { MaxClients = 1 }, isSecure: true);
        int max = FrontendLimits.ConnectionsFor(1);
        List<Socket> silent = [];
        for (int i = 0; i < max; i++)
        {
            silent.Add(await ConnectAsync(host.Port, "127.0.0.66"));
        }

        await Until.TrueAsync(() => host.Frontend.Limits.ConnectionPlaces.Count == max);
        using RtspTestClient good = await host.ConnectAsync();

        Assert.Equal(200, (await good.RequestAsync("OPTIONS", "*")).Status);
        await ReadToEndAsync(silent[0]);
        await Until.TrueAsync(() => host.Frontend.Limits.ConnectionPlaces.Count == max);
        Assert.Equal((1, 0), (host.Frontend.Door.Log.CountOf(DoorRefusal.MadeRoom), host.Frontend.Door.Log.CountOf(DoorRefusal.Silent)));
        silent.ForEach(static socket => socket.Dispose());
    }

    /// <summary>A stop waits for them, but not for longer than the threads that compute handshakes may be kept from a processor (TlsServerTests).</summary>
    [Fact]
    public async Task Stop_WhileHandshakesAreUnderWay_EndsThemAndFreesTheirPlaces()
    {
        FrontendHost host = await FrontendHost.StartAsync(isSecure: true);
        using Socket silent = await ConnectAsync(host.Port);
        using Socket half = await ConnectAsync(host.Port);
        await half.SendAsync((await ClientHelloAsync()).AsMemory(0, 40));
        await Until.TrueAsync(() => host.Frontend.Limits.ConnectionPlaces.Count == 2);

        await host.StopFrontendAsync();

        await Until.TrueAsync(() => host.Frontend.Door.Log.CountOf(DoorRefusal.Stopping) == 2);
        Assert.Equal((0, 2), (host.Frontend.Limits.ConnectionPlaces.Count, host.Frontend.Door.Log.CountOf(DoorRefusal.Stopping)));
        await host.DisposeAsync();
    }

    /// <summary>Our own mistake is one connection's end.</summary>
    [Fact]
    public async Task Handshake_TheChoiceOfACertificateFails_EndsWithALineAndTheNextIsServed()
    {
        CollectedLog log = new();
        await using FrontendHost host = await FrontendHost.StartAsync(
            isSecure: true, log: log, certificates: static name => name == "bad.example" ? throw new InvalidOperationException("no such certificate") : FrontendHost.Certificate);

        _ = await Assert.ThrowsAnyAsync<Exception>(() => RtspTestClient.ConnectSecureAsync(host.Port, name: "bad.example"));
        await Until.TrueAsync(() => host.Frontend.Limits.ConnectionPlaces.Count == 0);
        using RtspTestClient good = await host.ConnectAsync();

        Assert.Equal(200, (await good.RequestAsync("OPTIONS", "*")).Status);
        await Until.TrueAsync(() => log.Texts.Any(static line => line.Contains("its TLS handshake failed (no such certificate)", StringComparison.Ordinal)));
        Assert.Equal(1, host.Frontend.Door.Log.CountOf(DoorRefusal.BadHandshake));
    }

    /// <summary>A balancer that nobody has named: the remedy is to name it, not another port.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Handshake_AProxyHeaderFromElsewhere_IsCalledSo(int version)
    {
        CollectedLog log = new();
        await using FrontendHost host = await FrontendHost.StartAsync(isSecure: true, log: log);
        using Socket balancer = await ConnectAsync(host.Port);

        await balancer.SendAsync(version == 1 ? ProxyHeaders.Text("192.0.2.9") : ProxyHeaders.Binary("192.0.2.9"));

        await ReadToEndAsync(balancer);
        await Until.TrueAsync(() => log.Texts.Any(static line => line.Contains("rtsp.proxyProtocol.from does not name this address", StringComparison.Ordinal)));
        Assert.Equal(1, host.Frontend.Door.Log.CountOf(DoorRefusal.StrangeHeader));
    }

    /// <summary>What OpenSSL refuses is that connection's end, and leaves nothing behind: not its descriptor, not its place, not its part of the load.</summary>
    [Theory]
    [InlineData(SslProtocols.Tls12)]
    [InlineData(SslProtocols.Tls13)]
    public async Task Connection_ARecordThatCannotBeDecrypted_EndsAndItsPlaceIsFree(SslProtocols protocol)
    {
        await using FrontendHost host = await FrontendHost.StartAsync(isSecure: true);
        using RtspTestClient client = await RtspTestClient.ConnectSecureAsync(host.Port, protocol);
        Assert.Equal(200, (await client.RequestAsync("OPTIONS", "*")).Status);

        await client.Socket.SendAsync(new byte[] { 23, 3, 3, 0, 64 }.Concat(new byte[64]).ToArray());

        Assert.True(await client.IsClosedAsync());
        await Until.TrueAsync(() => host.Frontend.Limits.ConnectionPlaces.Count == 0);
        await Until.TrueAsync(() => host.Shards.All(static shard => shard.Load == 0));
    }

    /// <summary>A record that is not whole is half a request: also of a viewer that plays, and byte by byte.</summary>
    [Theory]
    [InlineData(false, 4)]
    [InlineData(true, 4)]
    [InlineData(true, 40)]
    public async Task Connection_HalfARecord_EndsAfterTenSeconds(bool isPlaying, int bytes)
    {
        CollectedLog log = new();
        await using FrontendHost host = await FrontendHost.StartAsync(isSecure: true, log: log);
        using RtspTestClient client = await host.ConnectAsync();
        Assert.Equal(200, (await client.RequestAsync("OPTIONS", "*")).Status);
        if (isPlaying)
        {
            string session = await PlayDialogue.SetUpTcpAsync(host, client);
            Assert.Equal(200, (await client.RequestAsync("PLAY", host.Url, "Session: " + session)).Status);
        }

        byte[] record = [23, 3, 3, 0x20, 0, .. new byte[64]];
        await client.Socket.SendAsync(record.AsMemory(0, bytes));
        await Until.TrueAsync(() => host.Frontend.Input.HeldBytesNow > 16_000); // it was read: from now on it is waited for
        for (int second = 0; second < 9; second++)
        {
            await host.AdvanceAsync(TimeSpan.FromSeconds(1));
            await client.Socket.SendAsync(record.AsMemory(bytes + second, 1));
        }

        Assert.Equal(1, host.Frontend.Limits.Connections);

        await host.AdvanceAsync(TimeSpan.FromSeconds(3));
        await Until.TrueAsync(() => host.Frontend.Limits.Connections == 0);
        Assert.Contains(log.Texts, static line => line.Contains(nameof(ConnectionEnd.HalfRequest), StringComparison.Ordinal));
    }

    /// <summary>A record is under way whenever somebody looks, and it is another one each time.</summary>
    [Fact]
    public async Task Connection_RecordsThatEndInTheMiddleOfTheNext_StaysOpen()
    {
        const int Seconds = 15;
        await using FrontendHost host = await FrontendHost.StartAsync(isSecure: true);
        (RtspTestClient client, HeldStream wire) = await HeldStream.ConnectAsync(host.Port);
        using RtspTestClient one = client;
        Assert.Equal(200, (await client.RequestAsync("OPTIONS", "*")).Status);

        wire.Hold();
        await client.SendAsync("OPTIONS * RTSP/1.0\r\nCSeq: 100\r\n\r\n");
        int half = wire.Held.Count / 2;
        for (int second = 1; second <= Seconds; second++)
        {
            await client.SendAsync($"OPTIONS * RTSP/1.0\r\nCSeq: {100 + second}\r\n\r\n");
            await wire.ReleaseAsync(wire.Held.Count - half);
            Assert.Equal(200, (await client.ReadResponseAsync()).Status);
            await host.AdvanceAsync(TimeSpan.FromSeconds(1));
        }

        Assert.Equal(1, host.Frontend.Limits.Connections);
    }

    [Fact]
    public async Task Connection_TlsToThePortInTheClear_EndsBySuchACause()
    {
        CollectedLog log = new();
        await using FrontendHost host = await FrontendHost.StartAsync(log: log);

        _ = await Assert.ThrowsAnyAsync<Exception>(() => RtspTestClient.ConnectSecureAsync(host.Port));

        await Until.TrueAsync(() => log.Texts.Any(static line => line.Contains(nameof(ConnectionEnd.TlsInTheClear), StringComparison.Ordinal)));
    }
}
