using FastRtspProxy.TestPeers;

namespace FastRtspProxy.Tests.Engine.Frontend.Requests;

/// <summary>Players that are sent to the box which owns the stream.</summary>
public sealed class OtherBoxTests
{
    [Theory]
    [InlineData(false, "rtsp://192.0.2.2:8554", "", "rtsp://192.0.2.2:8554/cam")]
    [InlineData(false, "rtsp://192.0.2.2:8554", "?start=-10s", "rtsp://192.0.2.2:8554/cam?start=-10s")]
    [InlineData(false, "rtsp://192.0.2.2:8554", "/?token=a/b&start=live", "rtsp://192.0.2.2:8554/cam?token=a/b&start=live")]
    [InlineData(true, "rtsps://192.0.2.2:8322", "?token=x", "rtsps://192.0.2.2:8322/cam?token=x")]
    [InlineData(true, "rtsp://192.0.2.2:8554", "?token=x", null)] // the token would leave TLS
    [InlineData(false, "rtsps://192.0.2.2:8322", "", null)] // rtspsrc takes no certificate of an authority that it does not know
    [InlineData(false, null, "", null)]
    public async Task Describe_StreamOfAnotherBox_IsSentThereWithAllThatItSaid(bool isSecure, string? elsewhere, string rest, string? expected)
    {
        await using FrontendHost host = await FrontendHost.StartAsync(o => o with { Hops = new FakeHopGate { Elsewhere = elsewhere } }, isSecure: isSecure);
        using RtspTestClient client = await host.ConnectAsync();

        RtspTestResponse response = await client.RequestAsync("DESCRIBE", host.Url + rest);

        Assert.Equal((expected is null ? 200 : 302, expected), (response.Status, response.Header("Location")));
    }

    /// <summary>It is behind a firewall that lets nothing else through, or in a browser.</summary>
    [Fact]
    public async Task Describe_ThroughATunnel_IsServedHere()
    {
        await using FrontendHost host = await FrontendHost.StartAsync(static o => o with { Hops = new FakeHopGate { Elsewhere = "rtsp://192.0.2.2:8554" } });
        using RtspTestClient get = await host.ConnectAsync();
        using RtspTestClient post = await host.ConnectAsync();
        await get.SendAsync("GET /cam HTTP/1.0\r\nx-sessioncookie: 0123456789abcdef01\r\nAccept: application/x-rtsp-tunnelled\r\n\r\n");
        Assert.Equal("HTTP/1.0 200 OK", (await get.ReadResponseAsync()).StatusLine);
        string request = Convert.ToBase64String(System.Text.Encoding.ASCII.GetBytes(get.Request("DESCRIBE", host.Url)));

        await post.SendAsync($"POST /cam HTTP/1.0\r\nx-sessioncookie: 0123456789abcdef01\r\nContent-Type: application/x-rtsp-tunnelled\r\nContent-Length: 32767\r\n\r\n{request}");

        Assert.Equal(200, (await get.ReadResponseAsync()).Status);
    }

    /// <summary>Another box that asks is answered, and sent nowhere.</summary>
    [Fact]
    public async Task Describe_ByAnotherBox_IsServedHere()
    {
        await using FrontendHost host = await FrontendHost.StartAsync(static o => o with { Hops = new FakeHopGate { Elsewhere = "rtsp://192.0.2.2:8554" } });
        using RtspTestClient box = await host.ConnectAsync();

        Assert.Equal(200, (await box.RequestAsync("DESCRIBE", host.Url, "X-Frp-Hop: box")).Status);
    }
}
