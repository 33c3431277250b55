using System.Net;
using System.Text;
using FastRtspProxy.Engine;
using FastRtspProxy.Engine.Access;
using FastRtspProxy.TestPeers;
using FastRtspProxy.Tests.Weaknesses;

namespace FastRtspProxy.Tests.Engine.Frontend;

/// <summary>Clients whose address a PROXY header has said: it is the one that counts, and there is no UDP.</summary>
public sealed class RelayedClientTests
{
    private const string Udp = "RTP/AVP;unicast;client_port=5000-5001";

    private static ProxyOptions FromLoopback(ProxyOptions options) => options with { ProxyProtocolFrom = [IPNetwork.Parse("127.0.0.1/32")] };

    private static async Task<RtspTestClient> ConnectAsync(FrontendHost host, byte[] header)
    {
        RtspTestClient client = await host.ConnectAsync();
        await client.SendAsync(header);
        return client;
    }

    public static TheoryData<string> Headers => new(
        Convert.ToHexString(ProxyHeaders.Text("192.0.2.7")),
        Convert.ToHexString(ProxyHeaders.Binary("2001:db8::7", "2001:db8::2")),
        Convert.ToHexString(ProxyHeaders.Raw(ProxyHeaders.Proxy, 0, [])),
        Convert.ToHexString("PROXY UNKNOWN\r\n"u8));

    [Theory]
    [Rule("S15")]
    [MemberData(nameof(Headers))]
    public async Task Setup_OverUdp_Answers461AndTakesTcpFromTheSameList(string hex)
    {
        await using FrontendHost host = await FrontendHost.StartAsync(FromLoopback);
        using RtspTestClient client = await ConnectAsync(host, Convert.FromHexString(hex));

        RtspTestResponse udp = await client.RequestAsync("SETUP", host.Url + "/track1", "Transport: " + Udp);
        RtspTestResponse either = await client.RequestAsync("SETUP", host.Url + "/track1", $"Transport: {Udp},RTP/AVP/TCP;unicast;interleaved=0-1");

        Assert.Equal("RTSP/1.0 461 Unsupported Transport", udp.StatusLine);
        Assert.Null(udp.Session);
        Assert.Equal(200, either.Status);
        Assert.Contains("interleaved=0-1", either.Header("Transport"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Setup_OfADirectConnectionBesideThem_MayBeOverUdp()
    {
        await using FrontendHost host = await FrontendHost.StartAsync(static o => o with { ProxyProtocolFrom = [IPNetwork.Parse("127.0.0.2/32")] });
        using RtspTestClient balancer = await RtspTestClient.ConnectAsync(host.Port, from: IPAddress.Parse("127.0.0.2"));
        await balancer.SendAsync(ProxyHeaders.Text("192.0.2.7"));
        using RtspTestClient direct = await host.ConnectAsync();

        RtspTestResponse relayed = await balancer.RequestAsync("SETUP", host.Url + "/track1", "Transport: " + Udp);
        RtspTestResponse own = await direct.RequestAsync("SETUP", host.Url + "/track1", "Transport: " + Udp);

        Assert.Equal((461, 200), (relayed.Status, own.Status));
    }

    /// <summary>The addresses that an answer names are those that the client knows.</summary>
    [Fact]
    public async Task Setup_OverTcp_NamesTheAddressesOfTheHeader()
    {
        using CollectedLog log = new();
        await using FrontendHost host = await FrontendHost.StartAsync(FromLoopback, log: log);
        using RtspTestClient client = await ConnectAsync(host, ProxyHeaders.Text("192.0.2.7", "198.51.100.9"));

        RtspTestResponse setup = await client.RequestAsync("SETUP", host.Url + "/track1", PlayDialogue.Interleaved(0));
        RtspTestResponse play = await client.RequestAsync("PLAY", host.Url, "Session: " + setup.Session);

        Assert.Equal(200, play.Status);
        Assert.Contains("destination=192.0.2.7;source=198.51.100.9", setup.Header("Transport"), StringComparison.Ordinal);
        Assert.Contains(log.Texts, static line => line.StartsWith("Viewer 192.0.2.7:56324 opened session", StringComparison.Ordinal));
        await Until.TrueAsync(() => log.Texts.Any(static line => line.StartsWith("Viewer 192.0.2.7 plays cam", StringComparison.Ordinal)));
        Assert.DoesNotContain(log.Texts, static line => line.Contains("127.0.0.1", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("192.0.2.7", 200)]
    [InlineData("203.0.113.7", 401)]
    public async Task Rules_ForAddresses_AreHeldAgainstTheHeaders(string source, int status)
    {
        AccessRules rules = LogIns.House with
        {
            Roles = [.. LogIns.House.Roles, new AccessRole("near", AccessRights.Read) { From = [IPNetwork.Parse("192.0.2.0/24")] }],
            Anonymous = ["near"],
        };
        await using FrontendHost host = await LogIns.StartAsync(rules, FromLoopback);
        using RtspTestClient client = await ConnectAsync(host, ProxyHeaders.Binary(source));

        Assert.Equal(status, (await client.RequestAsync("DESCRIBE", LogIns.Url(host, "gate/1"))).Status);
    }

    /// <summary>The balancer's own address gives no rights to whoever comes through it.</summary>
    [Fact]
    public async Task Rules_ForTheBalancersAddress_DoNotHoldForItsClients()
    {
        AccessRules rules = LogIns.House with
        {
            Roles = [.. LogIns.House.Roles, new AccessRole("near", AccessRights.Read) { From = [IPNetwork.Parse("127.0.0.0/8")] }],
            Anonymous = ["near"],
        };
        await using FrontendHost host = await LogIns.StartAsync(rules, FromLoopback);
        using RtspTestClient client = await ConnectAsync(host, ProxyHeaders.Text("192.0.2.7"));

        Assert.Equal(401, (await client.RequestAsync("DESCRIBE", LogIns.Url(host, "gate/1"))).Status);
    }

    [Fact]
    public async Task Guesses_ThroughTheBalancer_AreThoseOfTheHeadersAddress()
    {
        using CollectedLog log = new();
        await using FrontendHost host = await LogIns.StartAsync(LogIns.House, FromLoopback, log);
        using RtspTestClient client = await ConnectAsync(host, ProxyHeaders.Text("192.0.2.7"));

        Assert.Equal(401, (await LogIns.RequestAsync(client, "DESCRIBE", LogIns.Url(host, "gate/1"), "viewer", "guess")).Status);

        await Until.TrueAsync(() => log.Loud.Any(static line => line.StartsWith("Failed log-in from 192.0.2.7 ", StringComparison.Ordinal)), 30);
    }

    [Fact]
    public async Task Register_ThroughTheBalancer_IsAllowedByTheHeadersAddress()
    {
        FakeRegistry registry = new();
        await using FrontendHost host = await FrontendHost.StartAsync(
            static o => FromLoopback(o) with { AcceptRegister = true, RegisterFrom = [IPNetwork.Parse("192.0.2.0/24")] }, registry: registry);
        using RtspTestClient near = await ConnectAsync(host, ProxyHeaders.Text("192.0.2.7"));
        using RtspTestClient far = await ConnectAsync(host, ProxyHeaders.Text("203.0.113.7"));

        RtspTestResponse accepted = await near.RequestAsync("REGISTER", "rtsp://192.0.2.7/stream");
        RtspTestResponse refused = await far.RequestAsync("REGISTER", "rtsp://203.0.113.7/stream");

        Assert.Equal((200, 403), (accepted.Status, refused.Status));
    }

    [Fact]
    public async Task Tunnel_ThroughTheBalancer_PlaysOverTcp()
    {
        await using FrontendHost host = await FrontendHost.StartAsync(FromLoopback);
        using RtspTestClient get = await ConnectAsync(host, ProxyHeaders.Text("192.0.2.7", sourcePort: 50_001));
        await get.SendAsync("GET /cam HTTP/1.0\r\nx-sessioncookie: relayed\r\nAccept: application/x-rtsp-tunnelled\r\n\r\n");
        Assert.Equal("HTTP/1.0 200 OK", (await get.ReadResponseAsync()).StatusLine);
        using RtspTestClient post = await ConnectAsync(host, ProxyHeaders.Binary("192.0.2.7", sourcePort: 50_002));
        await post.SendAsync("POST /cam HTTP/1.0\r\nx-sessioncookie: relayed\r\nContent-Type: application/x-rtsp-tunnelled\r\nContent-Length: 32767\r\n\r\n");

        await post.SendAsync(Convert.ToBase64String(Encoding.ASCII.GetBytes(post.Request("SETUP", host.Url + "/track1", PlayDialogue.Interleaved(0)))));
        RtspTestResponse setup = await get.ReadResponseAsync();

        Assert.Equal(200, setup.Status);
        Assert.Contains("interleaved=0-1", setup.Header("Transport"), StringComparison.Ordinal);
    }
}
