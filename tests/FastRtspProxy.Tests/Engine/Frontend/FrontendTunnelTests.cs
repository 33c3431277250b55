using System.Text;
using FastRtspProxy.Engine.Frontend;
using FastRtspProxy.TestPeers;
using FastRtspProxy.Tests.Weaknesses;

namespace FastRtspProxy.Tests.Engine.Frontend;

/// <summary>RTSP over HTTP.</summary>
public sealed class FrontendTunnelTests
{
    private static string Get(string cookie, string header = "x-sessioncookie") =>
        $"GET /cam HTTP/1.0\r\nUser-Agent: t\r\n{header}: {cookie}\r\nAccept: application/x-rtsp-tunnelled\r\nPragma: no-cache\r\nCache-Control: no-cache\r\n\r\n";

    private static string Post(string cookie) =>
        $"POST /cam HTTP/1.0\r\nx-sessioncookie: {cookie}\r\nContent-Type: application/x-rtsp-tunnelled\r\nContent-Length: 32767\r\nExpires: Sun, 9 Jan 1972 00:00:00 GMT\r\n\r\n";

    private static string Encode(string text) => Convert.ToBase64String(Encoding.ASCII.GetBytes(text));

    private static async Task<RtspTestClient> OpenAsync(FrontendHost host, string cookie, string header = "x-sessioncookie")
    {
        RtspTestClient get = await host.ConnectAsync();
        await get.SendAsync(Get(cookie, header));
        RtspTestResponse opened = await get.ReadResponseAsync();
        Assert.Equal("HTTP/1.0 200 OK", opened.StatusLine);
        Assert.Equal("application/x-rtsp-tunnelled", opened.Header("Content-Type"));
        Assert.Null(opened.CSeq);
        return get;
    }

    private static async Task<RtspTestClient> PostAsync(FrontendHost host, string cookie)
    {
        RtspTestClient post = await host.ConnectAsync();
        await post.SendAsync(Post(cookie));
        return post;
    }

    /// <summary>The two connections of a tunnel overtake each other on the way: several shards, so that they may meet on any.</summary>
    [Theory]
    [Rule("S39")]
    [InlineData(1)]
    [InlineData(4)]
    public async Task Tunnel_PostComesBeforeItsGet_WaitsForIt(int shards)
    {
        await using FrontendHost host = await FrontendHost.StartAsync(shards: shards);
        using RtspTestClient post = await PostAsync(host, "early");
        await post.SendAsync(Encode($"OPTIONS {host.Url} RTSP/1.0\r\nCSeq: 5\r\n\r\n"));
        await Until.TrueAsync(() => host.Frontend.Tunnels.EarlyCount == 1);

        using RtspTestClient get = await OpenAsync(host, "early");

        Assert.Equal("5", (await get.ReadResponseAsync()).CSeq);
        await Until.TrueAsync(() => host.Frontend.Tunnels.EarlyCount == 0);
    }

    [Fact]
    public async Task Tunnel_Get_IsCountedByItsMethod()
    {
        await using FrontendHost host = await FrontendHost.StartAsync();

        using RtspTestClient get = await OpenAsync(host, "counted");

        Assert.Equal(1, host.Frontend.Counters.Answers(FrontendCounters.Methods.IndexOf("GET"), 200));
        Assert.Equal(0, host.Frontend.Counters.Answers(FrontendCounters.Methods.IndexOf(FrontendCounters.OtherMethod), 200));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Tunnel_PostWhoseGetNeverComes_IsRefusedAfterFiveSecondsOrFreedWhenItsPeerGoes(bool goes)
    {
        await using FrontendHost host = await FrontendHost.StartAsync();
        RtspTestClient post = await PostAsync(host, "lonely");
        await Until.TrueAsync(() => host.Frontend.Tunnels.EarlyCount == 1);

        if (goes)
        {
            post.Dispose();
        }
        else
        {
            await host.AdvanceAsync(TimeSpan.FromSeconds(6));
            Assert.Equal("HTTP/1.0 405 Method Not Allowed", (await post.ReadResponseAsync()).StatusLine);
            post.Dispose();
        }

        await Until.TrueAsync(() => host.Frontend.Tunnels.EarlyCount == 0);
    }

    /// <summary>Heads that wait for a GET are paid for; when that is over, nothing is left of it.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Tunnel_PostWaitsForItsGet_ItsHeadIsPaidForAndNothingIsLeft(bool getComes)
    {
        const int Posts = 20;
        await using FrontendHost host = await FrontendHost.StartAsync();
        string lines = string.Concat(Enumerable.Range(0, 100).Select(static i => $"X-{i}: {new string('x', 60)}\r\n"));
        List<RtspTestClient> posts = [];
        for (int i = 0; i < Posts; i++)
        {
            posts.Add(await host.ConnectAsync());
            await posts[^1].SendAsync($"POST /cam HTTP/1.0\r\nx-sessioncookie: c{i}\r\n{lines}\r\n");
        }

        await Until.TrueAsync(() => host.Frontend.Tunnels.EarlyCount == Posts && host.Frontend.Input.HeldBytesNow >= Posts * lines.Length);
        for (int i = 0; i < Posts; i++)
        {
            if (getComes)
            {
                await OpenAsync(host, "c" + i);
            }
            else
            {
                posts[i].Dispose();
            }
        }

        await Until.TrueAsync(() => host.Frontend.Tunnels.EarlyCount == 0 && host.Frontend.Input.HeldBytesNow == 0);
    }

    [Theory]
    [InlineData("POST", "inner")]
    [InlineData("POST", "other")]
    [InlineData("GET", "inner")]
    [InlineData("GET", "new")]
    public async Task Tunnel_HttpRequestInsideIt_IsRefusedAndNothingThrows(string method, string cookie)
    {
        CollectedLog log = new();
        await using FrontendHost host = await FrontendHost.StartAsync(log: log);
        using RtspTestClient other = await OpenAsync(host, "other");
        using RtspTestClient get = await OpenAsync(host, "inner");
        using RtspTestClient post = await PostAsync(host, "inner");

        await post.SendAsync(Encode(method == "POST" ? Post(cookie) : Get(cookie)));

        Assert.Equal("HTTP/1.0 405 Method Not Allowed", (await get.ReadResponseAsync()).StatusLine);
        Assert.True(await get.IsClosedAsync());
        Assert.Empty(log.Loud);
    }

    [Theory]
    [Rule("S39")]
    [InlineData("x-sessioncookie")]
    [InlineData("X-SessionCookie")]
    [InlineData("X-SESSIONCOOKIE")]
    public async Task Tunnel_WholeDialogue_MediaComesOverGetAndPostIsNeverAnswered(string header)
    {
        await using FrontendHost host = await FrontendHost.StartAsync();
        using RtspTestClient get = await OpenAsync(host, "c1", header);
        using RtspTestClient post = await PostAsync(host, "c1");

        // Players in a tunnel ask for UDP like anywhere else; there is only one way for them.
        await post.SendAsync(Encode(get.Request("SETUP", host.Url + "/track1", "Transport: RTP/AVP;unicast;client_port=5000-5001")));
        RtspTestResponse setup = await get.ReadResponseAsync();
        Assert.Equal("RTP/AVP/TCP;unicast;destination=127.0.0.1;source=127.0.0.1;interleaved=0-1;ssrc=10000000", setup.Header("Transport"));
        await post.SendAsync(Encode(get.Request("PLAY", host.Url, "Session: " + setup.Session)) + "\r\n");
        Assert.Equal(200, (await get.ReadResponseAsync()).Status);
        await host.Mount.EmitAsync(0, 3);
        for (int i = 0; i < 3; i++)
        {
            Assert.Equal(0, (await get.ReadFrameAsync()).Channel);
        }

        Assert.True(await post.IsSilentAsync(TimeSpan.FromMilliseconds(50)));
    }

    [Fact]
    [Rule("S39")]
    public async Task Tunnel_PostSplitAtEveryByte_IsDecoded()
    {
        await using FrontendHost host = await FrontendHost.StartAsync();
        using RtspTestClient get = await OpenAsync(host, "c2");
        using RtspTestClient post = await host.ConnectAsync();

        string body = Encode(get.Request("OPTIONS", "*")) + Encode(get.Request("DESCRIBE", host.Url)) + "\r\n" + Encode(get.Request("OPTIONS", host.Url));
        foreach (char one in Post("c2") + body)
        {
            await post.SendAsync(new[] { (byte)one });
        }

        for (int i = 1; i <= 3; i++)
        {
            Assert.Equal(i.ToString(), (await get.ReadResponseAsync()).CSeq);
        }
    }

    [Fact]
    [Rule("S39")]
    public async Task Tunnel_PostReopened_GoesOn()
    {
        await using FrontendHost host = await FrontendHost.StartAsync();
        using RtspTestClient get = await OpenAsync(host, "c3");
        for (int i = 1; i <= 3; i++)
        {
            using RtspTestClient post = await PostAsync(host, "c3");
            await post.SendAsync(Encode(get.Request("OPTIONS", "*")));
            Assert.Equal(i.ToString(), (await get.ReadResponseAsync()).CSeq);
        }
    }

    [Fact]
    [Rule("S39")]
    public async Task Tunnel_HeadAndBodyInOneSegment_IsServed()
    {
        await using FrontendHost host = await FrontendHost.StartAsync();
        using RtspTestClient get = await OpenAsync(host, "c4");
        using RtspTestClient post = await host.ConnectAsync();

        await post.SendAsync(Post("c4") + Encode(get.Request("OPTIONS", "*")));

        Assert.Equal("1", (await get.ReadResponseAsync()).CSeq);
    }

    [Fact]
    [Rule("S39")]
    public async Task Tunnel_GetClosed_EndsSessionAndPost()
    {
        await using FrontendHost host = await FrontendHost.StartAsync();
        RtspTestClient get = await OpenAsync(host, "c5");
        using RtspTestClient post = await PostAsync(host, "c5");
        await post.SendAsync(Encode(get.Request("SETUP", host.Url + "/track1", "Transport: RTP/AVP/TCP;interleaved=0-1")));
        Assert.Equal(200, (await get.ReadResponseAsync()).Status);

        get.Dispose();

        Assert.True(await post.IsClosedAsync());
        await Until.TrueAsync(() => host.Frontend.Limits.Clients == 0 && host.Frontend.Tunnels.Count == 0 && host.Frontend.Limits.Connections == 0);
    }

    [Fact]
    [Rule("S39")]
    public async Task Tunnel_PostThatIsNoBase64_IsClosed()
    {
        await using FrontendHost host = await FrontendHost.StartAsync();
        using RtspTestClient get = await OpenAsync(host, "c6");
        using RtspTestClient post = await PostAsync(host, "c6");

        await post.SendAsync("OPTIONS * RTSP/1.0\r\n\r\n");

        Assert.True(await post.IsClosedAsync());
    }

    [Theory]
    [Rule("S39")]
    [InlineData("GET / HTTP/1.1\r\nHost: x\r\n\r\n")]
    [InlineData("PUT /x HTTP/1.1\r\nx-sessioncookie: a\r\n\r\n")]
    [InlineData("POST /x HTTP/1.0\r\nContent-Length: 32767\r\n\r\n")]
    public async Task Tunnel_BrowserOrNoCookie_Answers405AndCloses(string request)
    {
        await using FrontendHost host = await FrontendHost.StartAsync();
        using RtspTestClient client = await host.ConnectAsync();

        await client.SendAsync(request);

        Assert.Equal("HTTP/1.0 405 Method Not Allowed", (await client.ReadResponseAsync()).StatusLine);
        Assert.True(await client.IsClosedAsync());
    }

    [Fact]
    [Rule("S39")]
    public async Task Tunnel_HttpOptions_AnswersCorsHeaders()
    {
        await using FrontendHost host = await FrontendHost.StartAsync();
        using RtspTestClient client = await host.ConnectAsync();

        await client.SendAsync("OPTIONS /cam HTTP/1.1\r\nHost: x\r\n\r\n");
        RtspTestResponse response = await client.ReadResponseAsync();

        Assert.Equal(200, response.Status);
        Assert.Equal("*", response.Header("Access-Control-Allow-Origin"));
        Assert.Equal("POST, GET, OPTIONS", response.Header("Access-Control-Allow-Methods"));
        Assert.Equal("x-sessioncookie, Pragma, Cache-Control", response.Header("Access-Control-Allow-Headers"));
        Assert.Equal("1728000", response.Header("Access-Control-Max-Age"));
    }

    [Fact]
    [Rule("S39")]
    public async Task Tunnel_CookieInUse_IsRefusedAndTheFirstGoesOn()
    {
        await using FrontendHost host = await FrontendHost.StartAsync();
        using RtspTestClient get = await OpenAsync(host, "c7");
        using RtspTestClient thief = await host.ConnectAsync();

        await thief.SendAsync(Get("c7"));
        Assert.Equal(405, (await thief.ReadResponseAsync()).Status);

        using RtspTestClient post = await PostAsync(host, "c7");
        await post.SendAsync(Encode(get.Request("OPTIONS", "*")));
        Assert.Equal(200, (await get.ReadResponseAsync()).Status);
    }

    [Fact]
    [Rule("S39")]
    public async Task Tunnel_GetWithoutPost_ExpiresAndItsCookieWithIt()
    {
        await using FrontendHost host = await FrontendHost.StartAsync();
        using RtspTestClient get = await OpenAsync(host, "c8");

        await host.AdvanceAsync(FrontendLimits.TunnelPairing + TimeSpan.FromSeconds(3));

        Assert.True(await get.IsClosedAsync());
        await Until.TrueAsync(() => host.Frontend.Tunnels.Count == 0);
    }

    [Fact]
    [Rule("S39")]
    public async Task Tunnel_PostIsSilentWhilePlaying_PlaysOn()
    {
        await using FrontendHost host = await FrontendHost.StartAsync();
        using RtspTestClient get = await OpenAsync(host, "c9");
        using RtspTestClient post = await PostAsync(host, "c9");
        await post.SendAsync(Encode(get.Request("SETUP", host.Url + "/track1", "Transport: RTP/AVP/TCP;interleaved=0-1")));
        RtspTestResponse setup = await get.ReadResponseAsync();
        await post.SendAsync(Encode(get.Request("PLAY", host.Url, "Session: " + setup.Session)));
        Assert.Equal(200, (await get.ReadResponseAsync()).Status);

        for (int i = 0; i < 15; i++)
        {
            await host.AdvanceAsync(TimeSpan.FromSeconds(10));
            await host.Mount.EmitAsync(0);
            Assert.Equal(0, (await get.ReadFrameAsync()).Channel);
        }

        await post.SendAsync(Encode(get.Request("OPTIONS", "*")));
        Assert.Equal(200, (await get.ReadResponseAsync()).Status);
    }

    [Fact]
    [Rule("S39")]
    public async Task Tunnel_GetClosedWhileThePostWaitsForRoom_BothAreGone()
    {
        await using FrontendHost host = await FrontendHost.StartAsync();
        RtspTestClient get = await OpenAsync(host, "c10");
        using RtspTestClient post = await PostAsync(host, "c10");
        await post.SendAsync(Encode(get.Request("SETUP", host.Url + "/track1", "Transport: RTP/AVP/TCP;interleaved=0-1")));
        RtspTestResponse setup = await get.ReadResponseAsync();
        TaskCompletionSource gate = new(TaskCreationOptions.RunContinuationsAsynchronously);
        host.Mount.JoinGate = gate.Task;
        await post.SendAsync(Encode(get.Request("PLAY", host.Url, "Session: " + setup.Session)));

        // While PLAY waits nobody reads on, and these are more than the tunnel takes.
        string options = Encode(get.Request("OPTIONS", "*", "X: " + new string('x', 3000)));
        for (int i = 0; i < 100; i++)
        {
            await post.SendAsync(options);
        }

        get.Dispose();
        await Task.Delay(100);
        gate.SetResult();
        await Until.TrueAsync(() => host.Frontend.Limits.Connections == 0 && host.Frontend.Limits.Clients == 0);
    }
}
