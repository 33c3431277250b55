using FastRtspProxy.Engine.Status;

namespace FastRtspProxy.Tests.Operations.Api;

/// <summary>The program itself.</summary>
public sealed class ProgramApiTests
{
    [Fact]
    public async Task Reload_Changes_AreToldAndLeaveStreamsOfRequestsAlone()
    {
        await using ApiBench bench = new();
        await bench.MustAsync(201, "PUT", "/streams/a", "{'source':'rtsp://c/a'}");
        bench.Written = "streams: {file: {source: rtsp://192.0.2.9/a, hold: 5s}, more: {source: rtsp://192.0.2.9/b}}";

        ApiAnswerText tried = await bench.MustAsync(200, "POST", "/config/check");
        Assert.Equal(2, bench.Reloader.Running.Streams.Count);
        ApiAnswerText taken = await bench.MustAsync(200, "POST", "/reload");
        ApiAnswerText last = await bench.MustAsync(200, "GET", "/reload");

        Assert.Equal(["file", "more", "a"], bench.Reloader.Running.Streams.Select(static stream => stream.Name));
        Assert.Equal(taken.Text, last.Text);
        Assert.Equal(tried.Json["applied"]!.ToJsonString(), taken.Json["applied"]!.ToJsonString());
        Assert.Equal(2, taken.Json["applied"]!.AsArray().Count);
        await bench.MustAsync(200, "GET", "/streams/a");
    }

    [Fact]
    public async Task Reload_WrongFile_SaysWhereAndChangesNothing()
    {
        await using ApiBench bench = new();
        bench.Written = "streams: {file: {sorce: rtsp://192.0.2.9/a}}";

        ApiAnswerText refused = await bench.MustAsync(422, "POST", "/reload");

        Assert.Contains("config.yaml:1:18: streams.file.sorce", refused.Text, StringComparison.Ordinal);
        Assert.Single(bench.Reloader.Running.Streams);
        await bench.MustAsync(201, "PUT", "/streams/a", "{'source':'rtsp://c/a'}"); // with the configuration that counts
    }

    [Fact]
    public async Task Config_Secrets_AreLeftOut()
    {
        await using ApiBench bench = new("""
            auth: {users: [{name: n, password: geheim1, roles: [r]}], roles: {r: {may: [read]}}, external: {url: "https://h/?token=geheim2", headers: {X: geheim3}}}
            http: {token: geheim4-geheim4-geheim4}
            hooks: [{url: "http://h/?key=geheim5", secret: geheim6}]
            defaults: {username: u, password: geheim7}
            streams: {a: {source: "rtsp://u:geheim8@192.0.2.9/a?password=geheim9"}}
            """);

        ApiAnswerText config = await bench.MustAsync(200, "GET", "/config");

        Assert.DoesNotContain("geheim", config.Text, StringComparison.Ordinal);
        Assert.True((bool)config.Json["defaults"]!["passwordSet"]!);
        Assert.Equal("rtsp://192.0.2.9/a?password=", (string?)config.Json["streams"]!["a"]!["source"]);
        Assert.DoesNotContain("geheim", (await bench.MustAsync(200, "GET", "/streams/a")).Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("streams: {a: {source: rtsp://192.0.2.9/a}}", true)]
    [InlineData("{'streams': {'a': {'source': 'rtsp://192.0.2.9/a', 'username': 'u', 'password': '${file:/etc/shadow}'}}}", true)]
    [InlineData("{'streams': {'a': {'source': 'rtsp://192.0.2.9/a', 'username': 'u', 'password': '${file:/no/such/file}'}}}", true)]
    [InlineData("streams: {a: {sorce: rtsp://192.0.2.9/a}}", false)]
    [InlineData("streams: [", false)]
    public async Task Check_Body_IsJudgedAndNoFileIsLookedAt(string body, bool isGood)
    {
        await using ApiBench bench = new();

        ApiAnswerText judged = await bench.MustAsync(200, "POST", "/config/check", body);

        Assert.Equal(isGood, (bool)judged.Json["good"]!);
        Assert.Equal(isGood, judged.Json["errors"]!.AsArray().Count == 0);
    }

    [Fact]
    public async Task Drain_OnAndOff_IsTheEngines()
    {
        await using ApiBench bench = new();

        Assert.True((bool)(await bench.MustAsync(200, "POST", "/drain")).Json["draining"]!);
        Assert.True((bool)(await bench.MustAsync(200, "GET", "/info")).Json["draining"]!);
        Assert.False((bool)(await bench.MustAsync(200, "DELETE", "/drain")).Json["draining"]!);
    }

    [Fact]
    public async Task Info_SaysWhatRuns()
    {
        await using ApiBench bench = new();
        bench.Time.Advance(TimeSpan.FromSeconds(90.5));

        ApiAnswerText info = await bench.MustAsync(200, "GET", "/info");

        Assert.Equal(("1.2.3", 90.5, 8554), ((string?)info.Json["version"], (double)info.Json["uptime"]!, (int)info.Json["listeners"]!["rtsp"]!));
        Assert.True((bool)info.Json["keepsStreams"]!);
    }

    /// <summary>A box without a clock of its own starts in 1970, and is set when it reaches a time server.</summary>
    [Fact]
    public async Task Info_TheClockWasSetSince_TheProgramIsNoOlder()
    {
        await using ApiBench bench = new();
        bench.Time.Advance(TimeSpan.FromSeconds(90.5));
        bench.Time.Jump = TimeSpan.FromDays(20_000);

        ApiAnswerText info = await bench.MustAsync(200, "GET", "/info");

        Assert.Equal(90.5, (double)info.Json["uptime"]!);
    }

    /// <summary>A role for some streams is told how many of these there are, and who watches them.</summary>
    [Fact]
    public async Task Info_ForSomeStreams_CountsThese()
    {
        await using ApiBench bench = new("streams: {a: {source: rtsp://192.0.2.9/a}, b: {source: rtsp://192.0.2.9/b}, c: {source: rtsp://192.0.2.9/c}}");
        bench.Proxy.Streams["a"] = bench.Proxy.Streams["a"] with { Viewers = new StreamViewers { Udp = 2, Tcp = 1 } };
        bench.Proxy.Streams["b"] = bench.Proxy.Streams["b"] with { Viewers = new StreamViewers { Udp = 40 } };
        bench.May = static question => question.Stream is null or "a" or "c";
        bench.MayForEveryStream = false;

        ApiAnswerText info = await bench.MustAsync(200, "GET", "/info");

        Assert.Equal((2, 3), ((int)info.Json["streams"]!, (int)info.Json["viewers"]!));
    }
}
