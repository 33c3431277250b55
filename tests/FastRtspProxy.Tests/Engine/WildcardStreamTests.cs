using FastRtspProxy.Engine;
using FastRtspProxy.Engine.Frontend;
using FastRtspProxy.TestPeers;
using FastRtspProxy.Tests.Engine.Mounts;
using FastRtspProxy.Tests.Weaknesses;

namespace FastRtspProxy.Tests.Engine;

/// <summary>Streams that are made when a viewer asks for them.</summary>
public sealed class WildcardStreamTests
{
    private static readonly StreamSettings s_settings = new() { Start = StartMode.Live, Linger = TimeSpan.FromSeconds(10) };

    private static readonly Func<ProxyOptions, ProxyOptions> s_register = static options => options with { AcceptRegister = true, AllowPrivateRegister = true };

    [Fact]
    public async Task Describe_NameThatAWildcardStandsFor_IsMadeOnceWithThatSource()
    {
        using ScriptedCamera camera = new();
        await using ProxyHost host = await ProxyHost.StartAsync([Wildcard("lobby-*", camera, "/ch/${1}?id=${1}")]);
        Assert.Equal(0, camera.ConnectionCount);

        (RtspTestClient client, _) = await host.WatchAsync(name: "lobby-7");
        (RtspTestClient second, _) = await host.WatchAsync(name: "lobby-7");

        new CameraTrack(camera).SendPicture();
        Assert.Equal(0, (await ProxyHost.ReadAsync(client)).Channel);
        Assert.Equal(0, (await ProxyHost.ReadAsync(second)).Channel);
        IEnumerable<string> described = camera.Requests.Where(static request => request.Method == "DESCRIBE").Select(static request => request.Uri);
        Assert.Equal([$"rtsp://127.0.0.1:{camera.Port}/ch/7?id=7"], described);
        Assert.Equal(["lobby-7"], host.Engine.Streams.Instances.Keys);
        Assert.Equal(["lobby-*"], host.Engine.Streams.Snapshot.Select(static stream => stream.Name));
    }

    [Theory]
    [InlineData("lobby-..")]
    [InlineData("lobby-%2e%2e")]
    [InlineData("lobby-a%2Fb")]
    [InlineData("lobby-a%40evil")]
    [InlineData("lobby-")]
    [InlineData("other-1")]
    public async Task Describe_NameThatNoneStandsFor_NothingIsMade(string name)
    {
        using ScriptedCamera camera = new();
        await using ProxyHost host = await ProxyHost.StartAsync([Wildcard("lobby-*", camera)]);
        using RtspTestClient client = await host.ConnectAsync();

        Assert.Equal(404, (await client.RequestAsync("DESCRIBE", host.UrlOf(name))).Status);

        Assert.Empty(host.Engine.Streams.Instances);
        Assert.Equal(0, camera.ConnectionCount);
    }

    [Fact]
    public async Task Describe_WithoutLogIn_NothingIsMade()
    {
        using ScriptedCamera camera = new();
        await using ProxyHost host = await ProxyHost.StartAsync(
            [Wildcard("lobby-*", camera)], static options => options with { ClientCredentials = [new Credentials("u", "p")] });
        using RtspTestClient client = await host.ConnectAsync();

        Assert.Equal(401, (await client.RequestAsync("DESCRIBE", host.UrlOf("lobby-1"))).Status);
        Assert.Equal(401, (await client.RequestAsync("SETUP", host.UrlOf("lobby-1") + "/track1")).Status);

        Assert.Empty(host.Engine.Streams.Instances);
    }

    [Fact]
    public async Task Describe_AsManyAsThereMayBe_503UntilOneIsIdle()
    {
        using ScriptedCamera camera = new();
        FakeTimeProvider time = new();
        await using ProxyHost host = await ProxyHost.StartAsync([Wildcard("lobby-*", camera) with { MaxInstances = 1 }], time: time);
        using RtspTestClient client = await host.ConnectAsync();
        Assert.Equal(200, (await client.RequestAsync("DESCRIBE", host.UrlOf("lobby-1"))).Status);

        Assert.Equal(503, (await client.RequestAsync("DESCRIBE", host.UrlOf("lobby-2"))).Status);
        Assert.Equal(503, (await client.RequestAsync("SETUP", host.UrlOf("lobby-2") + "/track1", "Transport: RTP/AVP/TCP;unicast")).Status);
        TimeSpan idle = await host.AdvanceUntilAsync(
            time, TimeSpan.FromMinutes(1), () => host.Engine.Streams.Instances.Count == 0, "the stream that nobody needs goes");

        Assert.InRange(idle, s_settings.Linger, s_settings.Linger + TimeSpan.FromSeconds(5));
        await Until.TrueAsync(() => camera.OpenConnections == 0);
        Assert.Equal(200, (await client.RequestAsync("DESCRIBE", host.UrlOf("lobby-2"))).Status);
    }

    [Fact]
    public async Task Instance_WatchedForLong_StaysUntilTheLingerAfterItsViewer()
    {
        using ScriptedCamera camera = new();
        FakeTimeProvider time = new();
        await using ProxyHost host = await ProxyHost.StartAsync(
            [Wildcard("lobby-*", camera) with { Settings = s_settings with { DeadStreamInterval = TimeSpan.Zero } }], time: time);
        (RtspTestClient client, string session) = await host.WatchAsync(name: "lobby-1");
        for (int i = 0; i < 40; i++)
        {
            await host.AdvanceAsync(time, TimeSpan.FromSeconds(1));
        }

        Assert.Single(host.Engine.Streams.Instances);
        Assert.Equal(200, (await client.RequestAsync("TEARDOWN", host.UrlOf("lobby-1"), "Session: " + session)).Status);
        await host.AdvanceUntilAsync(time, TimeSpan.FromMinutes(1), () => host.Engine.Streams.Instances.Count == 0, "the viewer has gone");
    }

    [Fact]
    public async Task Names_SeveralThatFit_TheExactOneAndThenTheLongestWins()
    {
        using ScriptedCamera exact = new();
        using ScriptedCamera longer = new();
        using ScriptedCamera shorter = new();
        await using ProxyHost host = await ProxyHost.StartAsync(
            [Wildcard("*", shorter), Wildcard("lobby-*", longer), ProxyHost.Stream("lobby-1", exact.Url)]);
        using RtspTestClient client = await host.ConnectAsync();

        foreach (string name in (string[])["lobby-1", "lobby-2", "hall"])
        {
            Assert.Equal(200, (await client.RequestAsync("DESCRIBE", host.UrlOf(name))).Status);
        }

        Assert.Equal((1, 1, 1), (exact.Count("DESCRIBE"), longer.Count("DESCRIBE"), shorter.Count("DESCRIBE")));
        Assert.Equal(["hall", "lobby-2"], host.Engine.Streams.Instances.Keys.Order());
    }

    [Fact]
    public async Task AddAsync_NameOfAnInstance_TheInstanceGivesWay()
    {
        using ScriptedCamera camera = new();
        using ScriptedCamera exact = new();
        await using ProxyHost host = await ProxyHost.StartAsync([Wildcard("lobby-*", camera)]);
        (RtspTestClient client, string session) = await host.WatchAsync(name: "lobby-1");

        await host.Engine.Streams.AddAsync(ProxyHost.Stream("lobby-1", exact.Url));

        Assert.Empty(host.Engine.Streams.Instances);
        await Until.TrueAsync(() => exact.Count("DESCRIBE") == 1);
        Assert.Equal(454, (await client.RequestAsync("GET_PARAMETER", host.UrlOf("lobby-1"), "Session: " + session)).Status);
    }

    [Fact]
    public async Task AddAsync_WildcardThatFitsBetter_TakesTheInstanceOverWithItsViewer()
    {
        using ScriptedCamera camera = new();
        using ScriptedCamera better = new();
        await using ProxyHost host = await ProxyHost.StartAsync([Wildcard("*", camera)]);
        (RtspTestClient client, _) = await host.WatchAsync(name: "lobby-1");

        await host.Engine.Streams.AddAsync(Wildcard("lobby-*", better));

        await Until.TrueAsync(() => better.IsPlaying);
        new CameraTrack(better).SendPicture();
        Assert.Equal(0, (await ProxyHost.ReadAsync(client)).Channel);
        await host.Engine.Streams.RemoveAsync("lobby-*");
        await Until.TrueAsync(() => camera.Count("PLAY") == 2); // the other one stands for it still
    }

    [Fact]
    public async Task ChangeAndRemove_Wildcard_ItsInstancesWithIt()
    {
        using ScriptedCamera camera = new();
        using ScriptedCamera other = new();
        await using ProxyHost host = await ProxyHost.StartAsync([Wildcard("lobby-*", camera)]);
        (RtspTestClient client, string session) = await host.WatchAsync(name: "lobby-1");

        await host.Engine.Streams.ChangeAsync(Wildcard("lobby-*", other));
        await Until.TrueAsync(() => other.IsPlaying && camera.Count("TEARDOWN") == 1);
        new CameraTrack(other).SendPicture();
        Assert.Equal(0, (await ProxyHost.ReadAsync(client)).Channel);
        bool isRemoved = await host.Engine.Streams.RemoveAsync("lobby-*");

        Assert.True(isRemoved);
        Assert.Empty(host.Engine.Streams.Instances);
        Assert.Equal(454, (await client.RequestAsync("GET_PARAMETER", host.UrlOf("lobby-1"), "Session: " + session)).Status);
        Assert.Equal(404, (await client.RequestAsync("DESCRIBE", host.UrlOf("lobby-1"))).Status);
    }

    /// <summary>Any two sets of streams: changing one into the other leaves what starting with the other would have made.</summary>
    [Fact]
    public async Task AnyDifference_Applied_LeavesWhatAStartWithTheSecondSetMakes()
    {
        using ScriptedCamera camera = new();
        Random random = new(11);
        string[] names = ["*", "a*", "ab*", "abc", "abd", "x"];
        string[] asked = ["abc", "abd", "abe", "ac", "x", "y"];
        await using ProxyHost host = await ProxyHost.StartAsync([]);
        StreamControl streams = host.Engine.Streams;
        using RtspTestClient client = await host.ConnectAsync();
        for (int round = 0; round < 12; round++)
        {
            StreamOptions[] wanted = [.. names.Where(_ => random.Next(2) == 0).Select(name => Of(name, camera, random.Next(2)))];
            StreamOptions[] before = [.. streams.Snapshot];
            Assert.Empty(streams.Validate(wanted));
            foreach (StreamOptions gone in before.Where(old => !Array.Exists(wanted, stream => stream.Name == old.Name)))
            {
                await streams.RemoveAsync(gone.Name);
            }

            foreach (StreamOptions stream in wanted)
            {
                await (Array.Exists(before, old => old.Name == stream.Name) ? streams.ChangeAsync(stream) : streams.AddAsync(stream));
            }

            Assert.Equal(wanted.OrderBy(static stream => stream.Name), streams.Snapshot.OrderBy(static stream => stream.Name));
            foreach (string name in asked)
            {
                StreamOptions? best = wanted.FirstOrDefault(stream => stream.Name == name)
                    ?? wanted.Where(stream => Fits(stream.Name, name)).MaxBy(static stream => stream.Name.Length);
                Assert.Equal(best is null ? 404 : 200, (await client.RequestAsync("DESCRIBE", host.UrlOf(name))).Status);
                string? url = streams.Instances.GetValueOrDefault(name)?.Url;
                string? filled = best?.Url.Replace("${1}", name[(best.Name.Length - 1)..], StringComparison.Ordinal);
                Assert.Equal(best?.Name == name ? null : filled, url);
            }
        }
    }

    /// <summary>Requests for the one would reach the other, also where one is the beginning of the other at a slash.</summary>
    [Theory]
    [InlineData("lobby-1", false)]
    [InlineData("lobby-1/track1", false)]
    [InlineData("hall", false)]
    [InlineData("hall/x", false)]
    [InlineData("hallway", true)]
    [InlineData("other", true)]
    [InlineData("site-1", false)]
    [InlineData("site-1/cam", false)]
    [InlineData("site-1/cam/2", false)]
    [InlineData("site-1/camera", true)]
    [InlineData("site-", true)]
    [InlineData("a/b-x/c", false)]
    [InlineData("a/b-x", false)]
    [InlineData("a", false)]
    [InlineData("a/c", true)]
    [InlineData("a/b-x/d", true)]
    public async Task Register_BesideWildcards_GetsNoNameOfTheirs(string name, bool isFree)
    {
        using ScriptedCamera camera = new();
        await using ProxyHost host = await ProxyHost.StartAsync(
            [Wildcard("lobby-*", camera), Wildcard("hall/*", camera), Wildcard("site-*/cam", camera), Wildcard("a/b-*/c", camera)],
            s_register);
        using RtspTestClient client = await host.ConnectAsync();

        RtspTestResponse response = await client.RequestAsync("REGISTER", $"rtsp://127.0.0.1:{camera.Port}/s", $"Transport: proxy_url_suffix={name}");

        Assert.Equal(isFree, response.Status == 200);
    }

    [Theory]
    [InlineData("lobby")]
    [InlineData("lobby/live")]
    [InlineData("lobby/live/2")]
    public async Task Register_BesideAStarBeforeASlash_GetsNoBeginningOfItsNames(string name)
    {
        using ScriptedCamera camera = new();
        using ScriptedCamera stranger = new();
        await using ProxyHost host = await ProxyHost.StartAsync([Wildcard("*/live", camera)], s_register);
        using RtspTestClient client = await host.ConnectAsync();

        Assert.Equal(451, (await client.RequestAsync("REGISTER", stranger.Url, $"Transport: proxy_url_suffix={name}")).Status);
        Assert.Equal(200, (await client.RequestAsync("REGISTER", stranger.Url, "Transport: proxy_url_suffix=lobby/other")).Status);

        Assert.Equal(200, (await client.RequestAsync("DESCRIBE", host.UrlOf("lobby/live"))).Status);
        Assert.Equal(1, camera.Count("DESCRIBE"));
    }

    /// <summary>LIVE555's usual form of a REGISTER names nothing: beside a star that stands for everything it gets the names of old.</summary>
    [Theory]
    [InlineData("*")]
    [InlineData("reg*")]
    [InlineData("*/live")]
    [InlineData("registeredProxyStream-1/*")]
    public async Task Register_WithoutNameBesideAWildcard_GetsOneThatShowsItsCamera(string wildcard)
    {
        using ScriptedCamera camera = new();
        using ScriptedCamera registered = new();
        await using ProxyHost host = await ProxyHost.StartAsync([Wildcard(wildcard, camera)], s_register);
        using RtspTestClient client = await host.ConnectAsync();
        int number = wildcard.EndsWith("/*", StringComparison.Ordinal) ? 2 : 1;
        if (wildcard == "*")
        {
            Assert.Equal(200, (await client.RequestAsync("DESCRIBE", host.UrlOf("registeredProxyStream-1"))).Status);
            number = 2;
        }

        Assert.Equal(200, (await client.RequestAsync("REGISTER", registered.Url)).Status);

        Assert.Equal(200, (await client.RequestAsync("DESCRIBE", host.UrlOf($"registeredProxyStream-{number}"))).Status);
        Assert.NotEqual(0, registered.Count("DESCRIBE"));
        Assert.Equal(wildcard == "*" ? 1 : 0, camera.Count("DESCRIBE"));
    }

    [Fact]
    public async Task Register_WithoutNameBesideAWildcardOfAllSuchNames_IsRefusedAndTheShardGoesOn()
    {
        using ScriptedCamera camera = new();
        await using ProxyHost host = await ProxyHost.StartAsync([Wildcard("registeredProxyStream-*", camera)], s_register);
        using RtspTestClient client = await host.ConnectAsync();

        Assert.Equal(503, (await client.RequestAsync("REGISTER", camera.Url)).Status);

        Assert.Equal(200, (await client.RequestAsync("OPTIONS", "*")).Status);
        Assert.Equal(200, (await client.RequestAsync("REGISTER", camera.Url, "Transport: proxy_url_suffix=mine")).Status);
    }

    [Fact]
    public async Task Register_NameThatAWildcardStandsFor_IsRefused()
    {
        await using RegistryFixture fixture = new();
        fixture.Mounts.IsReserved = static name => name == "lobby-1";

        Assert.Equal(RegisterOutcome.NameTaken, await fixture.RegisterAsync("lobby-1"));
        Assert.Equal(RegisterOutcome.Accepted, await fixture.RegisterAsync("hall"));
    }

    private static bool Fits(string pattern, string name) =>
        pattern.EndsWith('*') && name.Length >= pattern.Length && name.StartsWith(pattern[..^1], StringComparison.Ordinal);

    private static StreamOptions Of(string name, ScriptedCamera camera, int variant) =>
        ProxyHost.Stream(name, $"rtsp://127.0.0.1:{camera.Port}/v{variant}" + (name.EndsWith('*') ? "/${1}" : string.Empty)) with { Settings = s_settings };

    private static StreamOptions Wildcard(string name, ScriptedCamera camera, string path = "/ch/${1}") =>
        ProxyHost.Stream(name, $"rtsp://127.0.0.1:{camera.Port}{path}") with { Settings = s_settings };
}
