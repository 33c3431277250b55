using System.Text;
using FastRtspProxy.Engine;
using FastRtspProxy.Engine.Counters;
using FastRtspProxy.TestPeers;
using FastRtspProxy.Tests.Weaknesses;
using static FastRtspProxy.Tests.Engine.Frontend.PlayDialogue;

namespace FastRtspProxy.Tests.Engine.Frontend;

/// <summary>A viewer, and what it is sent, are counted under the way by which it watches, and under no other.</summary>
public sealed class FrontendWaysTests
{
    private const int Packets = 20;

    [Theory]
    [InlineData(ViewerWay.Udp, false)]
    [InlineData(ViewerWay.Tcp, false)]
    [InlineData(ViewerWay.Http, false)]
    [InlineData(ViewerWay.WebSocket, false)]
    [InlineData(ViewerWay.Tls, false)]
    [InlineData(ViewerWay.Tls, true)]
    internal async Task Play_EachWay_IsCountedUnderIt(ViewerWay way, bool isTunnelInTls)
    {
        await using FrontendHost host = await FrontendHost.StartAsync(static o => o with { WebSocket = new WebSocketRules() }, isSecure: way == ViewerWay.Tls);
        using UdpTestReceiver receiver = new();
        RtspTestClient connection = await host.ConnectAsync();
        using RtspTestClient client = way == ViewerWay.WebSocket ? await connection.UpgradeAsync() : connection;
        RtspTestClient? post = null;
        string session = "";
        if (way == ViewerWay.Http || isTunnelInTls)
        {
            post = await PlayInTunnelAsync(host, client);
        }
        else
        {
            session = way == ViewerWay.Udp ? await SetUpUdpAsync(host, client, receiver) : await SetUpTcpAsync(host, client, tracks: 1);
            Assert.Equal(200, (await client.RequestAsync("PLAY", host.Url, "Session: " + session)).Status);
        }

        await host.Mount.EmitAsync(0, Packets);
        StreamCounters counters = host.Mount.Counters;
        await Until.TrueAsync(() => counters.SentPackets(way) == Packets);
        foreach (ViewerWay other in Enum.GetValues<ViewerWay>())
        {
            Assert.Equal(other == way ? (1, Packets, true) : (0, 0, false), (counters.Viewers(other), counters.SentPackets(other), counters.SentBytes(other) > 0));
        }

        if (way == ViewerWay.Udp)
        {
            await client.RequestAsync("TEARDOWN", host.Url, "Session: " + session); // its media does not go with the connection
        }

        client.Dispose();
        await Until.TrueAsync(() => counters.Viewers() == 0);
        Assert.Equal(Packets, counters.SentPackets(way)); // what was counted stays
        post?.Dispose();
    }

    private static async Task<RtspTestClient> PlayInTunnelAsync(FrontendHost host, RtspTestClient get)
    {
        await get.SendAsync("GET /cam HTTP/1.0\r\nx-sessioncookie: ways\r\nAccept: application/x-rtsp-tunnelled\r\n\r\n");
        Assert.Equal("HTTP/1.0 200 OK", (await get.ReadResponseAsync()).StatusLine);
        RtspTestClient post = await host.ConnectAsync();
        await post.SendAsync("POST /cam HTTP/1.0\r\nx-sessioncookie: ways\r\nContent-Type: application/x-rtsp-tunnelled\r\nContent-Length: 32767\r\n\r\n");
        await post.SendAsync(Encode(get.Request("SETUP", host.Url + "/track1", Interleaved(0))));
        string session = (await get.ReadResponseAsync()).Session!;
        await post.SendAsync(Encode(get.Request("PLAY", host.Url, "Session: " + session)));
        Assert.Equal(200, (await get.ReadResponseAsync()).Status);
        return post;
    }

    private static string Encode(string text) => Convert.ToBase64String(Encoding.ASCII.GetBytes(text));
}
