using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;
using FastRtspProxy.Engine;
using FastRtspProxy.Engine.Frontend;
using FastRtspProxy.Net;
using FastRtspProxy.Protocol.Auth;
using FastRtspProxy.Protocol.Rtsp;
using FastRtspProxy.TestPeers;

namespace FastRtspProxy.Tests.Engine.Frontend;

/// <summary>REGISTER and DEREGISTER (`-R`, `-U`).</summary>
public sealed class FrontendRegisterTests
{
    private const string Camera = "rtsp://192.0.2.9/stream";

    private static Task<FrontendHost> StartAsync(FakeRegistry registry, Func<ProxyOptions, ProxyOptions>? change = null) =>
        FrontendHost.StartAsync(o => (change ?? (static p => p))(o with { AcceptRegister = true }), registry: registry);

    [Fact]
    public async Task Register_Plain_IsAcceptedWithItsParameters()
    {
        FakeRegistry registry = new();
        await using FrontendHost host = await StartAsync(registry);
        using RtspTestClient client = await host.ConnectAsync();

        RtspTestResponse response = await client.RequestAsync(
            "REGISTER", "rtsp://u:p@192.0.2.9/stream", "Transport: preferred_delivery_protocol=interleaved; proxy_url_suffix=cam1");

        Assert.Equal(200, response.Status);
        StreamRegistration one = Assert.Single(registry.Registered);
        Assert.Equal(("rtsp://192.0.2.9/stream", "u", "p", "cam1", true), (one.Url.Text, one.Url.User, one.Url.Password, one.Suffix, one.OverTcp));
        Assert.Null(one.Connection);
    }

    [Fact]
    public async Task Options_WithRegister_ListsBothMethods()
    {
        await using FrontendHost host = await StartAsync(new FakeRegistry());
        using RtspTestClient client = await host.ConnectAsync();

        Assert.EndsWith("SET_PARAMETER, REGISTER, DEREGISTER", (await client.RequestAsync("OPTIONS", "*")).Header("Public"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Register_TakenName_Answers451InLive555sWords()
    {
        await using FrontendHost host = await StartAsync(new FakeRegistry { Outcome = RegisterOutcome.NameTaken });
        using RtspTestClient client = await host.ConnectAsync();

        RtspTestResponse response = await client.RequestAsync("REGISTER", Camera, "Transport: proxy_url_suffix=cam");

        Assert.Equal("RTSP/1.0 451 Invalid parameter", response.StatusLine);
    }

    [Fact]
    public async Task Register_AsManyAsMayBe_Answers503()
    {
        await using FrontendHost host = await StartAsync(new FakeRegistry { Outcome = RegisterOutcome.Full });
        using RtspTestClient client = await host.ConnectAsync();

        Assert.Equal(503, (await client.RequestAsync("REGISTER", Camera)).Status);
    }

    [Theory]
    [InlineData("a?b")]
    [InlineData("a b")]
    [InlineData("/a")]
    [InlineData("a%41")]
    [InlineData("*")]
    [InlineData("a/../b")]
    [InlineData("a//b")]
    public async Task Register_NameThatNoUrlCanName_Answers451(string suffix)
    {
        FakeRegistry registry = new();
        await using FrontendHost host = await StartAsync(registry);
        using RtspTestClient client = await host.ConnectAsync();

        Assert.Equal(451, (await client.RequestAsync("REGISTER", Camera, "Transport: proxy_url_suffix=" + suffix)).Status);
        Assert.Empty(registry.Registered);
    }

    [Theory]
    [InlineData("http://192.0.2.9/x")]
    [InlineData("rtsp://")]
    [InlineData("*")]
    [InlineData("rtsp://admin:2048/geheim@192.0.2.5/ch1")]
    [InlineData("rtsp://u:p@s/geheim@192.0.2.5/a")]
    public async Task Register_NoRtspUrlOrOneOfTwoReadings_Answers400(string url)
    {
        FakeRegistry registry = new();
        await using FrontendHost host = await StartAsync(registry);
        using RtspTestClient client = await host.ConnectAsync();

        Assert.Equal(400, (await client.RequestAsync("REGISTER", url)).Status);
        Assert.Empty(registry.Registered);
    }

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("127.9.9.9")]
    [InlineData("[::1]")]
    [InlineData("[::ffff:127.0.0.1]")]
    [InlineData("0.0.0.0")]
    [InlineData("[::]")]
    [InlineData("localhost")]
    [InlineData("169.254.169.254")]
    [InlineData("[fe80::1]")]
    public async Task Register_LoopbackOrLinkLocalTarget_Answers403UnlessAllowed(string target)
    {
        FakeRegistry registry = new();
        await using (FrontendHost host = await StartAsync(registry))
        {
            using RtspTestClient client = await host.ConnectAsync();
            Assert.Equal(403, (await client.RequestAsync("REGISTER", $"rtsp://{target}/x")).Status);
            Assert.Empty(registry.Registered);
        }

        await using FrontendHost open = await StartAsync(registry, static o => o with { AllowPrivateRegister = true });
        using RtspTestClient allowed = await open.ConnectAsync();
        Assert.Equal(200, (await allowed.RequestAsync("REGISTER", $"rtsp://{target}/x")).Status);
    }

    [Theory]
    [InlineData("rtsp://203.0.113.7:22/x", 403)]
    [InlineData("rtsp://203.0.113.7:1023/x", 403)]
    [InlineData("rtsp://203.0.113.7:80/x", 200)]
    [InlineData("rtsps://203.0.113.7/x", 200)]
    [InlineData("rtsp://203.0.113.7:443/x", 200)]
    [InlineData("rtsp://203.0.113.7/x", 200)]
    [InlineData("rtsp://203.0.113.7:8554/x", 200)]
    public async Task Register_PrivilegedPortWithoutALogIn_IsRefusedUnlessItIsACameras(string target, int status)
    {
        await using FrontendHost host = await StartAsync(new FakeRegistry());
        using RtspTestClient client = await host.ConnectAsync();

        Assert.Equal(status, (await client.RequestAsync("REGISTER", target)).Status);
    }

    /// <summary>Names of strangers wait in a line of their own, and a full line is said.</summary>
    [Fact]
    public async Task Register_NameServerIsSilent_ManyNamesAnswer503AndLiteralsAreTaken()
    {
        using ManualResetEventSlim silent = new();
        NameLookup names = new(2, 3, TimeSpan.FromMinutes(1), _ =>
        {
            silent.Wait();
            return [];
        });
        await using FrontendHost host = await FrontendHost.StartAsync(static o => o with { AcceptRegister = true }, registry: new FakeRegistry(), names: names);
        List<Task<RtspTestResponse>> waiting = [];
        List<RtspTestClient> clients = [];
        for (int i = 0; i < 5; i++)
        {
            clients.Add(await host.ConnectAsync());
            waiting.Add(clients[^1].RequestAsync("REGISTER", $"rtsp://camera-{i}.test/x"));
        }

        await Until.TrueAsync(() => names.Pending == 5);
        using RtspTestClient other = await host.ConnectAsync();
        Assert.Equal(503, (await other.RequestAsync("REGISTER", "rtsp://one-more.test/x")).Status);
        Assert.Equal(200, (await other.RequestAsync("REGISTER", "rtsp://203.0.113.7/x")).Status);
        silent.Set();
        Assert.All(await Task.WhenAll(waiting), answer => Assert.Equal(403, answer.Status));
        clients.ForEach(static client => client.Dispose());
    }

    [Fact]
    public async Task Register_FromAnotherAddressThanAllowed_Answers403()
    {
        await using FrontendHost host = await StartAsync(new FakeRegistry(), static o => o with { RegisterFrom = [IPNetwork.Parse("198.51.100.0/24")] });
        using RtspTestClient client = await host.ConnectAsync();

        Assert.Equal(403, (await client.RequestAsync("REGISTER", Camera)).Status);
        Assert.Equal(403, (await client.RequestAsync("DEREGISTER", Camera)).Status);
    }

    [Theory]
    [InlineData("REGISTER")]
    [InlineData("DEREGISTER")]
    public async Task Credentials_AreDemandedForBoth(string method)
    {
        FakeRegistry registry = new() { Removal = DeregisterOutcome.Removed };
        await using FrontendHost host = await StartAsync(registry, static o => o with { RegisterCredentials = [new Credentials("a", "1"), new Credentials("reg", "secret")] });
        using RtspTestClient client = await host.ConnectAsync();

        RtspTestResponse challenge = await client.RequestAsync(method, Camera, "Transport: proxy_url_suffix=cam1");
        Assert.Equal(401, challenge.Status);
        AuthClient auth = new("reg", "secret");
        Assert.True(auth.Accept([challenge.Header("WWW-Authenticate")!]));
        RtspTestResponse answered = await client.RequestAsync(
            method, Camera, "Transport: proxy_url_suffix=cam1", "Authorization: " + auth.Authorization(method, Camera));

        Assert.Equal(200, answered.Status);
        Assert.Equal(200, (await client.RequestAsync("DESCRIBE", host.Url)).Status);
    }

    /// <summary>What a viewer may see says nothing of whose camera may be named: only an answer to `-U` makes the credentials of `-u` usable.</summary>
    [Theory]
    [InlineData(false, false, false)]
    [InlineData(true, false, false)]
    [InlineData(false, true, true)]
    [InlineData(true, true, true)]
    public async Task Register_LoggedIn_IsAuthenticatedByTheRegistrantsCredentialsOnly(bool viewersLogIn, bool registrantsLogIn, bool isAuthenticated)
    {
        FakeRegistry registry = new();
        await using FrontendHost host = await StartAsync(registry, o => o with
        {
            ClientCredentials = viewersLogIn ? [new Credentials("viewer", "v")] : [],
            RegisterCredentials = registrantsLogIn ? [new Credentials("reg", "secret")] : [],
        });
        using RtspTestClient client = await host.ConnectAsync();
        RtspTestResponse response = await client.RequestAsync("REGISTER", Camera);
        if (viewersLogIn || registrantsLogIn)
        {
            Assert.Equal(401, response.Status);
            AuthClient auth = registrantsLogIn ? new AuthClient("reg", "secret") : new AuthClient("viewer", "v");
            Assert.True(auth.Accept([response.Header("WWW-Authenticate")!]));
            response = await client.RequestAsync("REGISTER", Camera, "Authorization: " + auth.Authorization("REGISTER", Camera));
        }

        Assert.Equal(200, response.Status);
        Assert.Equal(isAuthenticated, Assert.Single(registry.Registered).IsAuthenticated);
    }

    [Fact]
    public async Task Deregister_UnknownName_Answers451AndKnown200()
    {
        FakeRegistry registry = new();
        await using FrontendHost host = await StartAsync(registry);
        using RtspTestClient client = await host.ConnectAsync();

        Assert.Equal(451, (await client.RequestAsync("DEREGISTER", Camera, "Transport: proxy_url_suffix=cam1")).Status);
        registry.Removal = DeregisterOutcome.Removed;
        Assert.Equal(200, (await client.RequestAsync("DEREGISTER", Camera, "Transport: proxy_url_suffix=cam1")).Status);
        Assert.Equal([(Camera, "cam1"), (Camera, "cam1")], registry.Deregistered);
    }

    [Fact]
    public async Task Deregister_UrlOfSeveralStreams_Answers451()
    {
        FakeRegistry registry = new() { Removal = DeregisterOutcome.Ambiguous };
        await using FrontendHost host = await StartAsync(registry);
        using RtspTestClient client = await host.ConnectAsync();

        Assert.Equal(451, (await client.RequestAsync("DEREGISTER", Camera)).Status);
        Assert.Equal((Camera, null), Assert.Single(registry.Deregistered));
    }

    [Fact]
    public async Task Register_ReuseConnection_TheBackendGetsItAfter100Milliseconds()
    {
        FakeRegistry registry = new();
        await using FrontendHost host = await StartAsync(registry);
        using RtspTestClient camera = await host.ConnectAsync();

        RtspTestResponse response = await camera.RequestAsync("REGISTER", Camera, "Transport: Reuse_Connection; preferred_delivery_protocol=udp; proxy_url_suffix=door");
        Assert.Equal(200, response.Status);
        Shard shard = host.Shards[1];
        Task<ByteStream?> taking = Assert.Single(registry.Registered).Connection!(shard);
        Assert.True(await camera.IsSilentAsync(TimeSpan.FromMilliseconds(50)));
        Assert.False(taking.IsCompleted);
        await host.AdvanceAsync(TimeSpan.FromMilliseconds(110));
        ByteStream? stream = await taking.WaitAsync(RtspTestClient.Limit);

        Assert.NotNull(stream);
        Assert.Same(shard, stream.Shard);
        RecordingSink sink = new();
        await shard.RunAsync(() =>
        {
            stream.Start(sink);
            Assert.True(stream.Send("RTSP/1.0 200 OK\r\nCSeq: 9\r\n\r\n"u8));
            return Task.CompletedTask;
        });
        Assert.Equal("9", (await camera.ReadResponseAsync()).CSeq);
        await camera.SendAsync("RTSP/1.0 200 OK\r\n\r\n");
        await Until.TrueAsync(() => sink.Text == "RTSP/1.0 200 OK\r\n\r\n");
        Assert.Equal(0, host.Frontend.Limits.Connections);
        camera.Dispose();
        await Until.TrueAsync(() => sink.Closed);
    }

    [Fact]
    public async Task Register_ReuseConnectionThatNobodyTakes_IsClosedAfterAMinute()
    {
        FakeRegistry registry = new();
        await using FrontendHost host = await StartAsync(registry);
        using RtspTestClient camera = await host.ConnectAsync();
        Assert.Equal(200, (await camera.RequestAsync("REGISTER", Camera, "Transport: reuse_connection")).Status);

        await host.AdvanceAsync(TimeSpan.FromSeconds(58));
        Assert.True(await camera.IsSilentAsync(TimeSpan.FromMilliseconds(50)));
        await host.AdvanceAsync(TimeSpan.FromSeconds(4));

        Assert.True(await camera.IsClosedAsync());
        Assert.Null(await Assert.Single(registry.Registered).Connection!(host.Shards[1]).WaitAsync(RtspTestClient.Limit));
    }

    [Fact]
    public async Task Register_ReuseConnectionThatWasTaken_StaysOpen()
    {
        FakeRegistry registry = new();
        await using FrontendHost host = await StartAsync(registry);
        using RtspTestClient camera = await host.ConnectAsync();
        Assert.Equal(200, (await camera.RequestAsync("REGISTER", Camera, "Transport: reuse_connection")).Status);
        await host.AdvanceAsync(TimeSpan.FromSeconds(1));
        ByteStream? stream = await Assert.Single(registry.Registered).Connection!(host.Shards[1]).WaitAsync(RtspTestClient.Limit);

        await host.AdvanceAsync(TimeSpan.FromSeconds(62));

        Assert.True(await stream!.Shard.RunAsync(() => Task.FromResult(stream.Send("RTSP/1.0 200 OK\r\nCSeq: 9\r\n\r\n"u8))));
        Assert.Equal("9", (await camera.ReadResponseAsync()).CSeq);
    }

    [Fact]
    public async Task Register_ConnectionGoneBeforeTheAnswer_TheBackendConnectsByItself()
    {
        FakeRegistry registry = new() { Gate = new() };
        await using FrontendHost host = await StartAsync(registry);
        using RtspTestClient camera = await host.ConnectAsync();
        await camera.SendAsync(camera.Request("REGISTER", Camera, "Transport: reuse_connection"));
        await Until.TrueAsync(() => registry.Registered.Count == 1);
        Task<ByteStream?> taking = Assert.Single(registry.Registered).Connection!(host.Shards[1]);

        camera.Socket.LingerState = new LingerOption(true, 0); // a reset
        camera.Dispose();
        registry.Gate.SetResult();

        Assert.Null(await taking.WaitAsync(RtspTestClient.Limit));
    }

    [Fact]
    public async Task Register_WithoutOption_Answers405()
    {
        await using FrontendHost host = await FrontendHost.StartAsync(registry: new FakeRegistry());
        using RtspTestClient client = await host.ConnectAsync();

        Assert.Equal(405, (await client.RequestAsync("REGISTER", Camera)).Status);
        Assert.Equal(405, (await client.RequestAsync("DEREGISTER", Camera)).Status);
    }
    private sealed class RecordingSink : IByteSink
    {
        private readonly StringBuilder _text = new();

        public bool Closed { get; private set; }

        public string Text
        {
            get
            {
                lock (_text)
                {
                    return _text.ToString();
                }
            }
        }

        public void OnBytes(ReadOnlySpan<byte> bytes)
        {
            lock (_text)
            {
                _text.Append(Encoding.ASCII.GetString(bytes));
            }
        }

        public void OnBatchEnd()
        {
        }

        public void OnClosed(SocketError error) => Closed = true;
    }
}
