using System.Net;
using FastRtspProxy.Engine;
using FastRtspProxy.Engine.Access;
using FastRtspProxy.Engine.Status;

namespace FastRtspProxy.Tests.Operations.Api;

/// <summary>Streams by the API, over a proxy that is none.</summary>
public sealed class StreamsApiTests
{
    private const string Gate = "/streams/gate%2F1";
    private const string Camera = "{'source':'rtsp://c.example/a','username':'u','password':'geheim'}";

    [Fact]
    public async Task Put_NewStream_IsMadeRunsAndCanBeSentBack()
    {
        await using ApiBench bench = new();

        ApiAnswerText made = await bench.MustAsync(201, "PUT", Gate, Camera);
        ApiAnswerText read = await bench.MustAsync(200, "GET", Gate);
        ApiAnswerText same = await bench.MustAsync(200, "PUT", Gate, read.Config);

        Assert.Equal("/api/v1/streams/gate%2F1", made.Headers["Location"]);
        Assert.Equal("api", (string?)read.Json["origin"]);
        Assert.True((bool)read.Json["persisted"]!);
        Assert.Equal("""{"source":"rtsp://c.example/a","username":"u"}""", read.Config);
        Assert.Equal(("u", true), ((string?)read.Json["source"]!["username"], (bool)read.Json["source"]!["passwordSet"]!));
        Assert.Equal("""["rtsp://proxy.example:8554/gate/1","rtsps://proxy.example/gate/1"]""", read.Json["urls"]!.ToJsonString());
        Assert.Equal("down", (string?)read.Json["state"]);
        Assert.Equal("[]", same.Json["applied"]!.ToJsonString());
        Assert.Equal("geheim", bench.Proxy.Applied!.Streams.Single(static stream => stream.Name == "gate/1").Password!.Value);
    }

    [Theory]
    [InlineData("full", "\"198.51.100.7\"")]
    [InlineData("network", "\"198.51.100.0/24\"")]
    [InlineData("none", "null")]
    public async Task GetAndList_SomebodyTalks_ItsAddressIsShownAsInTheLog(string detail, string expected)
    {
        await using ApiBench bench = new($"log: {{addresses: {detail}}}\nstreams: {{gate: {{source: rtsp://192.0.2.9/a, backChannel: true}}}}");
        bench.Proxy.Streams["gate"] = bench.Proxy.Streams["gate"] with
        {
            BackChannel = new BackChannelStatus { IsOffered = true, Talker = "1", Address = IPAddress.Parse("::ffff:198.51.100.7") },
        };

        ApiAnswerText one = await bench.MustAsync(200, "GET", "/streams/gate");
        ApiAnswerText all = await bench.MustAsync(200, "GET", "/streams");

        Assert.Contains($"\"address\":{expected}", one.Text, StringComparison.Ordinal);
        Assert.Contains($"\"address\":{expected}", all.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Patch_OneKey_ChangesThatAndTellsWhatItDid()
    {
        await using ApiBench bench = new();
        await bench.MustAsync(201, "PUT", Gate, Camera);

        ApiAnswerText changed = await bench.MustAsync(200, "PATCH", Gate, "{'hold':'5s'}");
        ApiAnswerText moved = await bench.MustAsync(200, "PATCH", Gate, "{'source':'rtsp://evil.example/a'}");

        Assert.Equal("""["streams.gate/1: hold 30s -> 5s"]""", changed.Json["applied"]!.ToJsonString().Replace("\\u003E", ">", StringComparison.Ordinal));
        Assert.Equal("[]", changed.Json["cleared"]!.ToJsonString());
        Assert.Equal("""["password"]""", moved.Json["cleared"]!.ToJsonString());
        Assert.False((bool)moved.Json["source"]!["passwordSet"]!);
        Assert.Null(bench.Proxy.Applied!.Streams.Single(static stream => stream.Name == "gate/1").Password);
    }

    [Fact]
    public async Task Put_SourcesWithLogInsOfTheirOwn_AreKeptApartAndCanBeSentBack()
    {
        await using ApiBench bench = new();
        await bench.MustAsync(201, "PUT", Gate, "{'sources':['rtsp://u:geheim@c.example/a','rtsp://v:geheim2@d.example/b?token=geheim3'],'probe':false}");

        ApiAnswerText read = await bench.MustAsync(200, "GET", Gate);
        await bench.MustAsync(200, "PUT", Gate, read.Config);

        Assert.DoesNotContain("geheim", read.Text, StringComparison.Ordinal);
        Assert.Equal(["rtsp://c.example/a", "rtsp://d.example/b?token="], read.Json["sources"]!.AsArray().Select(static one => (string)one!["url"]!));
        Assert.Equal(("u", true), ((string)read.Json["source"]!["username"]!, (bool)read.Json["source"]!["passwordSet"]!));
        var stream = bench.Reloader.Running.Streams.Single(static one => one.Name == "gate/1");
        Assert.Equal(
            [("rtsp://c.example/a", "geheim"), ("rtsp://d.example/b?token=geheim3", "geheim2")],
            stream.Sources.Select(static source => (source.Url, source.Password!.Value)));
        await bench.MustAsync(422, "PATCH", Gate, "{'sources':['rtsp://c.example/a','rtsp://c.example:554/a']}");
        await bench.MustAsync(422, "PATCH", Gate, "{'sources':[]}");
        await bench.MustAsync(422, "PATCH", Gate, "{'source':'rtsp://c.example/a'}");
    }

    [Fact]
    public async Task Delete_Stream_IsGone()
    {
        await using ApiBench bench = new();
        await bench.MustAsync(201, "PUT", Gate, Camera);

        ApiAnswerText gone = await bench.MustAsync(204, "DELETE", Gate);

        Assert.Equal("", gone.Text);
        await bench.MustAsync(404, "GET", Gate);
        await bench.MustAsync(404, "DELETE", Gate);
        await bench.MustAsync(404, "PATCH", Gate, "{}");
        Assert.Empty(bench.FileNames());
        Assert.False(bench.Proxy.Streams.ContainsKey("gate/1"));
    }

    [Theory]
    [InlineData("PATCH", "{'password':'*'}")]
    [InlineData("PATCH", "{'source':'rtsp://c.example/a?password=*'}")]
    [InlineData("PUT", "{'source':'rtsp://c.example/a?password=*','username':'u','password':'*'}")]
    [InlineData("PUT", "{'sources':['rtsp://u:*@c.example/a?password=*'],'hold':'5s'}")]
    public async Task DryRun_GuessedSecret_SaysNothingOfIt(string method, string body)
    {
        await using ApiBench bench = new();
        await bench.MustAsync(201, "PUT", Gate, "{'source':'rtsp://c.example/a?password=geheim','username':'u','password':'geheim'}");

        ApiAnswerText right = await bench.MustAsync(200, method, Gate + "?dryRun", body.Replace("*", "geheim", StringComparison.Ordinal));
        ApiAnswerText wrong = await bench.MustAsync(200, method, Gate + "?dryRun", body.Replace("*", "falsch", StringComparison.Ordinal));

        Assert.Equal(right.Text, wrong.Text);
    }

    [Theory]
    [InlineData("PUT", "{'source':'rtsp://c/a'}")]
    [InlineData("PATCH", "{'hold':'5s'}")]
    [InlineData("DELETE", null)]
    public async Task Change_StreamOfTheFile_IsRefused(string method, string? body)
    {
        await using ApiBench bench = new();

        ApiAnswerText refused = await bench.MustAsync(409, method, "/streams/file", body);

        Assert.True((bool)refused.Json["inFile"]!);
        Assert.Empty(bench.Proxy.Differences);
    }

    [Fact]
    public async Task Put_Conditions_HoldTheStreamToWhatWasRead()
    {
        await using ApiBench bench = new();
        await bench.MustAsync(412, "PUT", Gate, Camera, "If-Match: *");
        string first = (await bench.MustAsync(201, "PUT", Gate, Camera, "If-None-Match: *")).Tag;
        await bench.MustAsync(412, "PUT", Gate, Camera, "If-None-Match: *");
        Assert.Equal(first, (await bench.MustAsync(200, "GET", Gate)).Tag);
        string second = (await bench.MustAsync(200, "PATCH", Gate, "{'hold':'5s'}", "If-Match: \"x\", " + first)).Tag;

        await bench.MustAsync(412, "PATCH", Gate, "{'hold':'6s'}", "If-Match: " + first);
        await bench.MustAsync(412, "DELETE", Gate, null, "If-Match: " + first);
        await bench.MustAsync(200, "PATCH", Gate, "{'hold':'6s'}", "If-Match: *");

        Assert.NotEqual(first, second);
        Assert.Contains("\"hold\":\"6s\"", (await bench.MustAsync(200, "GET", Gate)).Config, StringComparison.Ordinal);
    }

    [Fact]
    public async Task DryRun_EachChange_TellsAndDoesNothing()
    {
        await using ApiBench bench = new();

        ApiAnswerText made = await bench.MustAsync(200, "PUT", Gate + "?dryRun", Camera);
        await bench.MustAsync(404, "GET", Gate);
        await bench.MustAsync(422, "PUT", Gate + "?dryRun=true", "{'source':'x'}");
        await bench.MustAsync(201, "PUT", Gate + "?dryRun=false", Camera);
        await bench.MustAsync(200, "PATCH", Gate + "?dryRun", "{'source':'rtsp://d/a'}");
        await bench.MustAsync(204, "DELETE", Gate + "?dryRun");

        Assert.True((bool)made.Json["dryRun"]!);
        Assert.Equal("""["streams.gate/1: added"]""", made.Json["applied"]!.ToJsonString());
        Assert.Contains("c.example", (await bench.MustAsync(200, "GET", Gate)).Config, StringComparison.Ordinal);
        Assert.Single(bench.Proxy.Differences);
        Assert.Single(bench.FileNames());
    }

    [Theory]
    [InlineData("{'sorce':'rtsp://c/a'}", "/sorce")]
    [InlineData("{'source':'rtsp://c/a','tarnsport':'tcp','hold':'5x'}", "/tarnsport /hold")]
    [InlineData("{}", "")]
    [InlineData("{'source':'rtsp://c/a','allow':{'roles':['nobody']}}", "/allow/roles")]
    [InlineData("{'source':'rtsp://c/a','password':'p'}", "/password")]
    [InlineData("{'source':'rtsp://c/a','sources':['rtsp://d/a']}", "/sources")]
    [InlineData("{'source':'rtsp://c/a','tls':{'fingerprint':'aa'}}", "/tls/fingerprint")]
    [InlineData("{'source':'rtsp://192.0.2.1:8554/a'}", "/source")]
    [InlineData("{'source':'rtsp://c/${1}'}", "/source")]
    [InlineData("{'source':'rtsp://c/a','keep':5}", "/keep")]
    [InlineData("{'source':['rtsp://c/a']}", "/source")]
    [InlineData("{'source':'rtsp://c/a','multicast':{'ttl':0}}", "/multicast/ttl")]
    public async Task Put_WrongStream_NamesEachPlace(string body, string pointers)
    {
        await using ApiBench bench = new("rtsp: {listen: [8554]}\nstreams: {file: {source: rtsp://192.0.2.9/a}}");

        ApiAnswerText refused = await bench.MustAsync(422, "PUT", Gate, body);

        Assert.Equal(pointers.Split(' ').Order(), refused.Pointers.Split(' ').Order());
        Assert.Empty(bench.Proxy.Differences);
    }

    [Fact]
    public async Task Put_UnknownKey_SaysWhatWasMeant()
    {
        await using ApiBench bench = new();

        ApiAnswerText refused = await bench.MustAsync(422, "PUT", Gate, "{'source':'rtsp://c/a','tarnsport':'tcp'}");

        Assert.Equal("there is no such key; did you mean \"transport\"?", (string?)refused.Json["errors"]![0]!["detail"]);
    }

    [Theory]
    [InlineData("/streams/file%2Fsub", "{'source':'rtsp://c/a'}")] // begins with the name of another stream
    [InlineData("/streams/a%20b", "{'source':'rtsp://c/a'}")]
    [InlineData("/streams/..", "{'source':'rtsp://c/a'}")]
    [InlineData("/streams/a%2F..%2F..%2Fetc%2Fpasswd", "{'source':'rtsp://c/a'}")]
    [InlineData("/streams/%2Fetc", "{'source':'rtsp://c/a'}")]
    [InlineData("/streams/a%3Fb", "{'source':'rtsp://c/a'}")]
    [InlineData("/streams/a*b*", "{'source':'rtsp://c/${1}'}")]
    public async Task Put_NameThatCannotBe_IsRefusedAndNothingIsWritten(string target, string body)
    {
        await using ApiBench bench = new();

        await bench.MustAsync(422, "PUT", target, body);

        Assert.Empty(bench.FileNames());
    }

    [Fact]
    public async Task Put_NameOfTheFileSpeltOtherwise_IsRefused()
    {
        await using ApiBench bench = new("streams: {a/b: {source: rtsp://192.0.2.9/a}}");

        await bench.MustAsync(422, "PUT", "/streams/a%252Fb", "{'source':'rtsp://c/a'}");
        await bench.MustAsync(422, "PUT", "/streams/a", "{'source':'rtsp://c/a'}");
    }

    [Fact]
    public async Task Put_NameThatKeepsAnotherOut_IsRefused()
    {
        await using ApiBench bench = new();
        await bench.MustAsync(201, "PUT", Gate, Camera);

        ApiAnswerText refused = await bench.MustAsync(422, "PUT", "/streams/gate", Camera);

        Assert.Contains("gate/1", refused.Text, StringComparison.Ordinal);
        Assert.True(bench.Proxy.Streams.ContainsKey("gate/1"));
    }

    [Theory]
    [InlineData(400, "", "application/json")]
    [InlineData(400, "[]", "application/json")]
    [InlineData(400, "{'source':'rtsp://c/a'", "application/json")]
    [InlineData(400, "{'source':'rtsp://c/a','source':'rtsp://d/a'}", "application/json")]
    [InlineData(400, "{'source':'\\ud800'}", "application/json")]
    [InlineData(400, "{'allow':{'roles':[{'\\udc00':1}]}}", "application/json")]
    [InlineData(400, "{'a':{'a':{'a':{'a':{'a':{'a':{'a':{'a':{'a':{'a':{'a':{'a':{'a':{'a':{'a':{'a':{'a':1}}}}}}}}}}}}}}}}}", "application/json")]
    [InlineData(415, "{'source':'rtsp://c/a'}", "text/plain")]
    [InlineData(415, "a=b", "application/x-www-form-urlencoded")]
    [InlineData(201, "{'source':'rtsp://c/a'}", "application/json; charset=utf-8")]
    public async Task Put_BodyThatIsNone_IsRefused(int status, string body, string type)
    {
        await using ApiBench bench = new();

        await bench.MustAsync(status, "PUT", Gate, body, "Content-Type: " + type);
    }

    [Fact]
    public async Task Put_LongBody_IsNotTaken()
    {
        await using ApiBench bench = new();

        await bench.MustAsync(413, "PUT", Gate, "{'source':'rtsp://c/" + new string('a', 70_000) + "'}");
        await bench.MustAsync(413, "PATCH", Gate, "{'source':'rtsp://c/" + new string('a', 70_000) + "'}");
    }

    /// <summary>Thousands of sources, each with a secret, sent back as they are shown.</summary>
    [Fact]
    public async Task Put_ManySources_IsRefusedAndCostsNoMoreThanTheyAre()
    {
        await using ApiBench bench = new(folder: null);
        string few = string.Join(',', Enumerable.Range(0, StreamRules.SourcesMax).Select(static n => $"'rtsp://u:p@c/{n}?token=geheim{n}'"));
        string many = string.Join(',', Enumerable.Range(0, 2000).Select(static n => $"'rtsp://u:p@c/{n}?token='"));
        await bench.MustAsync(201, "PUT", Gate, $"{{'sources':[{few}]}}");

        await bench.MustAsync(422, "PUT", Gate, $"{{'sources':[{many}]}}");
        await bench.MustAsync(200, "PUT", Gate, (await bench.MustAsync(200, "GET", Gate)).Config);

        Assert.EndsWith("?token=geheim15", bench.Reloader.Running.Streams[^1].Sources[^1].Url, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("PUT", Gate + "?dryrun", "did you mean")]
    [InlineData("PUT", Gate + "?dryRun=maybe", "true or false")]
    [InlineData("PUT", Gate + "?persist=0", "true or false")]
    [InlineData("PUT", Gate + "?persist=true&persist=false", "2 times")]
    [InlineData("GET", "/streams?state=gone", "there are opening, down")]
    [InlineData("GET", "/streams?limit=0", "from 1 on")]
    [InlineData("GET", "/streams?page=2", "state, prefix, limit, after")]
    [InlineData("GET", Gate + "?x", "has none")]
    public async Task Ask_ParameterThatIsNone_IsRefused(string method, string target, string words)
    {
        await using ApiBench bench = new();

        ApiAnswerText refused = await bench.MustAsync(400, method, target, method == "PUT" ? Camera : null);

        Assert.Contains(words, (string?)refused.Json["detail"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task List_Parameters_ChooseAndPage()
    {
        await using ApiBench bench = new("streams: {a/1: {source: rtsp://192.0.2.9/a}, b: {source: rtsp://192.0.2.9/a}, w-*: {source: 'rtsp://192.0.2.9/${1}'}}");
        await bench.MustAsync(201, "PUT", "/streams/a%2F2", Camera);
        bench.Proxy.Streams["b"] = bench.Proxy.Streams["b"] with { State = StreamState.Playing, IsUp = true };
        bench.Proxy.Streams["w-1"] = new StreamStatus { Name = "w-1", Source = "rtsp://192.0.2.9/1", Origin = StreamOrigin.Wildcard };
        bench.Proxy.Streams["reg"] = new StreamStatus { Name = "reg", Source = "rtsp://192.0.2.9/1", Origin = StreamOrigin.Registered };

        Assert.Equal("6: a/1 a/2 b reg w-* w-1", await ListAsync(bench, ""));
        Assert.Equal("2: a/1 a/2", await ListAsync(bench, "?prefix=a/"));
        Assert.Equal("1: b", await ListAsync(bench, "?state=playing"));
        Assert.Equal("2: b w-*", await ListAsync(bench, "?state=playing,wildcard,stopped&limit=5"));
        Assert.Equal("6: a/1 a/2 > a/2", await ListAsync(bench, "?limit=2"));
        Assert.Equal("6: b reg > reg", await ListAsync(bench, "?limit=2&after=a/2"));
        Assert.Equal("6: w-* w-1", await ListAsync(bench, "?limit=2&after=reg"));
        ApiAnswerText all = await bench.AskAsync("GET", "/streams");
        Assert.Equal("file api file registered file wildcard", string.Join(' ', all.Json["streams"]!.AsArray().Select(static one => (string?)one!["origin"])));
    }

    [Fact]
    public async Task Ask_RoleForSomeStreams_SeesAndChangesThoseOnly()
    {
        await using ApiBench bench = new("streams: {a: {source: rtsp://192.0.2.9/a}, b: {source: rtsp://192.0.2.9/a}}") { May = Mine };

        Assert.Equal("1: a", await ListAsync(bench, ""));
        await bench.MustAsync(200, "GET", "/streams/a");
        await bench.MustAsync(403, "GET", "/streams/b");
        await bench.MustAsync(403, "PUT", "/streams/c", Camera);
        await bench.MustAsync(403, "PATCH", "/streams/b", "{}");
        await bench.MustAsync(403, "DELETE", "/streams/b");
        await bench.MustAsync(403, "POST", "/streams/b/restart");
        await bench.MustAsync(403, "GET", "/streams/b/sdp");
        await bench.MustAsync(403, "GET", "/streams/b/viewers");
        Assert.DoesNotContain("\"b\"", (await bench.MustAsync(200, "GET", "/config")).Text, StringComparison.Ordinal);
        Assert.Empty(bench.Proxy.Differences);
        Assert.Empty(bench.Proxy.Restarted);

        static bool Mine(AccessQuestion question) => question.Stream is null or "a";
    }

    [Fact]
    public async Task Put_EngineRefuses_NothingIsKept()
    {
        await using ApiBench bench = new();
        bench.Proxy.Failing = "gate/1";
        await bench.MustAsync(409, "PUT", Gate, Camera);
        await bench.MustAsync(404, "GET", Gate);
        bench.Proxy.Failing = null;
        bench.Proxy.Objection = "The name is a registered stream's.";
        await bench.MustAsync(422, "PUT", Gate, Camera);
        bench.Proxy.Objection = null;
        bench.Proxy.Throws = true;
        await bench.MustAsync(500, "PUT", Gate, Camera);
        Assert.Empty(bench.FileNames());
        bench.Proxy.Throws = false;

        await bench.MustAsync(201, "PUT", Gate, Camera);
    }

    [Fact]
    public async Task Restart_AndSdp_AreTheEngines()
    {
        await using ApiBench bench = new();
        await bench.MustAsync(409, "GET", "/streams/file/sdp");
        bench.Proxy.Streams["file"] = bench.Proxy.Streams["file"] with { IsUp = true };

        Assert.Equal("v=0\r\n", (await bench.MustAsync(200, "GET", "/streams/file/sdp")).Text);
        await bench.MustAsync(204, "POST", "/streams/file/restart");
        await bench.MustAsync(404, "POST", "/streams/none/restart");
        await bench.MustAsync(404, "GET", "/streams/none/sdp");

        Assert.Equal(["file", "none"], bench.Proxy.Restarted);
    }

    [Fact]
    public async Task Delete_StreamOfAWildcard_IsRefused()
    {
        await using ApiBench bench = new();
        bench.Proxy.Streams["reg"] = new StreamStatus { Name = "reg", Source = "rtsp://192.0.2.9/1", Origin = StreamOrigin.Registered };

        await bench.MustAsync(409, "DELETE", "/streams/reg");
    }

    [Fact]
    public async Task Change_ManyAtOnceWithReloads_ComeOneAfterTheOther()
    {
        await using ApiBench bench = new();

        await Task.WhenAll(Enumerable.Range(0, 20).SelectMany(n => (Task[])
        [
            Task.Run(() => bench.MustAsync(201, "PUT", $"/streams/s{n}", Camera)),
            Task.Run(() => bench.MustAsync(200, "POST", "/reload")),
        ]));

        Assert.False(bench.Proxy.Overlapped);
        Assert.Equal(21, bench.Reloader.Running.Streams.Count);
        Assert.Equal(20, bench.FileNames().Length);
    }

    private static async Task<string> ListAsync(ApiBench bench, string query)
    {
        ApiAnswerText answer = await bench.MustAsync(200, "GET", "/streams" + query);
        string next = answer.Json["next"] is { } name ? $" > {(string?)name}" : "";
        return $"{(int)answer.Json["total"]!}: {string.Join(' ', answer.Json["streams"]!.AsArray().Select(static one => (string?)one!["name"]))}{next}";
    }
}
