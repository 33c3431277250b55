using System.Text;
using FastRtspProxy.TestPeers;
using FastRtspProxy.Tests.Weaknesses;

namespace FastRtspProxy.Tests.Engine.Frontend;

/// <summary>Requests that need no session: framing, versions, methods, options, DESCRIBE.</summary>
public sealed class FrontendBasicsTests
{
    private const string Public = "OPTIONS, DESCRIBE, SETUP, TEARDOWN, PLAY, PAUSE, GET_PARAMETER, SET_PARAMETER";

    [Theory]
    [Rule("S1")]
    [InlineData("4711")]
    [InlineData("007")]
    [InlineData("4294967295")]
    [InlineData("2147483648")]
    public async Task CSeq_AnyRequest_IsTheFirstHeaderOfTheAnswer(string cseq)
    {
        await using FrontendHost host = await FrontendHost.StartAsync();
        using RtspTestClient client = await host.ConnectAsync();

        await client.SendAsync($"OPTIONS {host.Url} RTSP/1.0\r\nCSeq: {cseq}\r\n\r\n");
        RtspTestResponse response = await client.ReadResponseAsync();

        Assert.Equal("RTSP/1.0 200 OK", response.StatusLine);
        Assert.Equal(("CSeq", cseq), response.Headers[0]);
        Assert.Equal("Date", response.Headers[1].Name);
    }

    [Fact]
    [Rule("S2")]
    public async Task Request_WithoutCSeq_Answers400AndTheConnectionSurvives()
    {
        await using FrontendHost host = await FrontendHost.StartAsync();
        using RtspTestClient client = await host.ConnectAsync();

        await client.SendAsync($"OPTIONS {host.Url} RTSP/1.0\r\n\r\n");
        RtspTestResponse refused = await client.ReadResponseAsync();
        RtspTestResponse next = await client.RequestAsync("OPTIONS", host.Url);

        Assert.Equal(400, refused.Status);
        Assert.Null(refused.CSeq);
        Assert.Equal(Public, refused.Header("Allow"));
        Assert.Equal(200, next.Status);
    }

    [Fact]
    [Rule("S3")]
    public async Task Requests_Pipelined_AreAnsweredInOrder()
    {
        await using FrontendHost host = await FrontendHost.StartAsync();
        using RtspTestClient client = await host.ConnectAsync();

        string requests = string.Concat(Enumerable.Range(0, 20).Select(i => client.Request(i % 2 == 0 ? "OPTIONS" : "DESCRIBE", host.Url)));
        await client.SendAsync(requests);

        for (int i = 1; i <= 20; i++)
        {
            Assert.Equal(i.ToString(), (await client.ReadResponseAsync()).CSeq);
        }
    }

    [Fact]
    [Rule("S3")]
    public async Task Request_SplitAtEveryByte_IsAnswered()
    {
        await using FrontendHost host = await FrontendHost.StartAsync();
        using RtspTestClient client = await host.ConnectAsync();

        byte[] request = Encoding.ASCII.GetBytes(client.Request("SET_PARAMETER", host.Url, "Content-Length: 3") + " \r\n" + client.Request("OPTIONS", "*"));
        foreach (byte one in request)
        {
            await client.SendAsync(new[] { one });
        }

        Assert.Equal("1", (await client.ReadResponseAsync()).CSeq);
        Assert.Equal("2", (await client.ReadResponseAsync()).CSeq);
    }

    [Fact]
    [Rule("S4")]
    public async Task Request_WithBody_ItIsConsumed()
    {
        await using FrontendHost host = await FrontendHost.StartAsync();
        using RtspTestClient client = await host.ConnectAsync();

        await client.SendAsync(client.Request("SET_PARAMETER", host.Url, "Content-Length: 11") + "volume: 11\n");
        RtspTestResponse refused = await client.ReadResponseAsync();
        RtspTestResponse next = await client.RequestAsync("DESCRIBE", host.Url);

        Assert.Equal(451, refused.Status);
        Assert.Equal(200, next.Status);
        Assert.Equal(next.Body.Length.ToString(), next.Header("Content-Length"));
    }

    [Theory]
    [Rule("S5")]
    [InlineData("*")]
    [InlineData("rtsp://127.0.0.1/cam")]
    [InlineData("rtsp://127.0.0.1/nothing")]
    public async Task Options_AnyUrl_ListsTheMethodsInLive555sOrder(string url)
    {
        await using FrontendHost host = await FrontendHost.StartAsync();
        using RtspTestClient client = await host.ConnectAsync();

        RtspTestResponse response = await client.RequestAsync("OPTIONS", url);

        Assert.Equal(200, response.Status);
        Assert.Equal(Public, response.Header("Public"));
        Assert.Null(response.Session);
        Assert.Equal(0, host.Frontend.Counters.Sessions);
    }

    [Theory]
    [Rule("S6")]
    [InlineData("FLY")]
    [InlineData("ANNOUNCE")]
    [InlineData("RECORD")]
    [InlineData("REGISTER")]
    public async Task Request_MethodUnknownOrNotAllowed_Answers405WithAllow(string method)
    {
        await using FrontendHost host = await FrontendHost.StartAsync();
        using RtspTestClient client = await host.ConnectAsync();

        RtspTestResponse response = await client.RequestAsync(method, host.Url);

        Assert.Equal("RTSP/1.0 405 Method Not Allowed", response.StatusLine);
        Assert.Equal(Public, response.Header("Allow"));
        Assert.Equal("1", response.CSeq);
    }

    [Theory]
    [Rule("S7")]
    [InlineData("RTSP/9.9")]
    [InlineData("RTSP/2.0")]
    public async Task Request_OtherVersion_Answers505(string version)
    {
        await using FrontendHost host = await FrontendHost.StartAsync();
        using RtspTestClient client = await host.ConnectAsync();

        await client.SendAsync($"OPTIONS * {version}\r\nCSeq: 1\r\n\r\n");

        Assert.Equal(505, (await client.ReadResponseAsync()).Status);
    }

    [Fact]
    [Rule("S8")]
    public async Task Request_LowerCaseMethod_Answers405()
    {
        await using FrontendHost host = await FrontendHost.StartAsync();
        using RtspTestClient client = await host.ConnectAsync();

        Assert.Equal(405, (await client.RequestAsync("describe", host.Url)).Status);
    }

    [Fact]
    [Rule("S9")]
    public async Task Request_HeaderOddities_AreTolerated()
    {
        await using FrontendHost host = await FrontendHost.StartAsync();
        using RtspTestClient client = await host.ConnectAsync();

        await client.SendAsync($"\r\nDESCRIBE {host.Url} RTSP/1.0\ncseq:   7  \nX-Unknown: a,\n  b\nACCEPT: application/sdp\n\n");
        RtspTestResponse response = await client.ReadResponseAsync();

        Assert.Equal(200, response.Status);
        Assert.Equal("7", response.CSeq);
    }

    [Theory]
    [Rule("S10")]
    [InlineData("PLAY", "Require: nonsense", "nonsense")]
    [InlineData("DESCRIBE", "Require: implicit-play, nonsense,com.real.x", "nonsense")]
    [InlineData("DESCRIBE", "Require: com.realistic", "com.realistic")]
    [InlineData("DESCRIBE", "Proxy-Require: nonsense", "nonsense")]
    [InlineData("SETUP", "Require: a, b", "a, b")]
    public async Task Require_UnknownFeature_Answers551WithUnsupported(string method, string header, string unsupported)
    {
        await using FrontendHost host = await FrontendHost.StartAsync();
        using RtspTestClient client = await host.ConnectAsync();

        RtspTestResponse response = await client.RequestAsync(method, host.Url, header);

        Assert.Equal("RTSP/1.0 551 Option not supported", response.StatusLine);
        Assert.Equal(unsupported, response.Header("Unsupported"));
    }

    [Theory]
    [Rule("S10")]
    [InlineData("OPTIONS", "Require: nonsense", 200)]
    [InlineData("OPTIONS", "Proxy-Require: gzipped-messages", 200)]
    [InlineData("GET_PARAMETER", "Require: nonsense", 200)]
    [InlineData("SET_PARAMETER", "Proxy-Require: nonsense", 200)]
    [InlineData("PAUSE", "Require: nonsense", 454)] // no session
    [InlineData("TEARDOWN", "Require: nonsense", 454)]
    [InlineData("DESCRIBE", "Require: implicit-play", 200)]
    [InlineData("DESCRIBE", "Require: Implicit-Play", 200)]
    [InlineData("DESCRIBE", "Require: com.real.retain-entity-for-setup", 200)]
    [InlineData("DESCRIBE", "Proxy-Require: com.real.x,\t implicit-play", 200)]
    [InlineData("DESCRIBE", "Require:", 200)]
    [InlineData("DESCRIBE", "Require: ,", 200)]
    public async Task Require_WhereNothingIsToBeRefused_IsNotLookedAt(string method, string header, int status)
    {
        await using FrontendHost host = await FrontendHost.StartAsync();
        using RtspTestClient client = await host.ConnectAsync();

        Assert.Equal(status, (await client.RequestAsync(method, host.Url, header)).Status);
    }

    [Theory]
    [Rule("S10")]
    [InlineData("PAUSE")]
    [InlineData("TEARDOWN")]
    public async Task Require_WithARequestThatStopsTheMedia_TheMediaStops(string method)
    {
        await using FrontendHost host = await FrontendHost.StartAsync();
        using RtspTestClient client = await host.ConnectAsync();
        string session = await PlayDialogue.SetUpTcpAsync(host, client, tracks: 1);
        await client.RequestAsync("PLAY", host.Url, "Session: " + session);

        RtspTestResponse response = await client.RequestAsync(method, host.Url, "Session: " + session, "Require: www.onvif.org/ver20/backchannel");

        Assert.Equal(200, response.Status);
        await Until.TrueAsync(() => host.Mount.ClientCount == 0);
    }

    [Theory]
    [Rule("S11")]
    [InlineData("onvif-replay", 200)]
    [InlineData("www.onvif.org/ver20/backchannel", 551)]
    public async Task Require_OnvifTags_ReplayIsServedAndTheBackChannelAnswered551(string tag, int status)
    {
        await using FrontendHost host = await FrontendHost.StartAsync();
        using RtspTestClient client = await host.ConnectAsync();

        RtspTestResponse response = await client.RequestAsync("DESCRIBE", host.Url, "Require: " + tag);

        Assert.Equal((status, status == 551 ? tag : null), (response.Status, response.Header("Unsupported")));
    }

    [Fact]
    [Rule("S12")]
    public async Task Describe_KnownStream_AnswersTheMountsSdp()
    {
        await using FrontendHost host = await FrontendHost.StartAsync();
        using RtspTestClient client = await host.ConnectAsync();

        RtspTestResponse response = await client.RequestAsync("DESCRIBE", host.Url, "Accept: application/sdp");

        Assert.Equal(200, response.Status);
        Assert.Equal("application/sdp", response.Header("Content-Type"));
        Assert.Equal(Encoding.ASCII.GetString(FakeMount.Sdp(2)), response.BodyText);
    }

    [Theory]
    [Rule("S13")]
    [InlineData("/cam")]
    [InlineData("/cam/")]
    [InlineData("/cam?token=1")]
    public async Task Describe_KnownStream_ContentBaseIsTheMountWithASlash(string path)
    {
        await using FrontendHost host = await FrontendHost.StartAsync();
        using RtspTestClient client = await host.ConnectAsync();

        RtspTestResponse response = await client.RequestAsync("DESCRIBE", $"rtsp://127.0.0.1:{host.Port}{path}");

        Assert.Equal($"rtsp://127.0.0.1:{host.Port}/cam/", response.Header("Content-Base"));
    }

    [Fact]
    public async Task Describe_UnknownStream_Answers404InLive555sWords()
    {
        CollectedLog log = new();
        await using FrontendHost host = await FrontendHost.StartAsync(log: log);
        using RtspTestClient client = await host.ConnectAsync();

        RtspTestResponse response = await client.RequestAsync("DESCRIBE", host.Url + "x");

        Assert.Equal("RTSP/1.0 404 Stream Not Found", response.StatusLine);
        Assert.Contains(log.Texts, static line => line == "Viewer 127.0.0.1 asked for \"camx\", and no stream has that name");
    }

    [Fact]
    public async Task Describe_CameraComesUpWhileItWaits_Answers200()
    {
        await using FrontendHost host = await FrontendHost.StartAsync();
        FakeMount late = host.AddMount("late", isReady: false);
        using RtspTestClient client = await host.ConnectAsync();

        await client.SendAsync(client.Request("DESCRIBE", $"rtsp://127.0.0.1:{host.Port}/late"));
        await Until.TrueAsync(() => host.Frontend.Counters.Requests == 1);
        await host.AdvanceAsync(TimeSpan.FromSeconds(4));
        late.ComeUp();

        Assert.Equal(200, (await client.ReadResponseAsync()).Status);
    }

    [Fact]
    public async Task Describe_CameraStaysDown_Answers404After5Seconds()
    {
        await using FrontendHost host = await FrontendHost.StartAsync();
        host.AddMount("late", isReady: false);
        using RtspTestClient client = await host.ConnectAsync();

        await client.SendAsync(client.Request("DESCRIBE", $"rtsp://127.0.0.1:{host.Port}/late"));
        await Until.TrueAsync(() => host.Frontend.Counters.Requests == 1);
        await host.AdvanceAsync(TimeSpan.FromSeconds(4.5));
        Assert.True(await client.IsSilentAsync(TimeSpan.FromMilliseconds(50)));
        await host.AdvanceAsync(TimeSpan.FromSeconds(2));

        Assert.Equal("RTSP/1.0 404 File Not Found, Or In Incorrect Format", (await client.ReadResponseAsync()).StatusLine);
    }

    [Fact]
    [Rule("S41")]
    public async Task RtspsUrl_OnThePlainPort_Answers301ToRtsp()
    {
        await using FrontendHost host = await FrontendHost.StartAsync();
        using RtspTestClient client = await host.ConnectAsync();

        RtspTestResponse response = await client.RequestAsync("DESCRIBE", "rtsps://127.0.0.1/cam");

        Assert.Equal("RTSP/1.0 301 Moved Permanently", response.StatusLine);
        Assert.Equal("rtsp://127.0.0.1/cam", response.Header("Location"));
    }

    [Fact]
    [Rule("S27")]
    public async Task Timestamp_AnyRequest_IsEchoed()
    {
        await using FrontendHost host = await FrontendHost.StartAsync();
        using RtspTestClient client = await host.ConnectAsync();

        Assert.Equal("12.5 0.1", (await client.RequestAsync("OPTIONS", "*", "Timestamp: 12.5 0.1")).Header("Timestamp"));
    }
}
