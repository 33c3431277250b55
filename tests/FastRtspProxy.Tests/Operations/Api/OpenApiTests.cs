using System.Text.Json.Nodes;
using FastRtspProxy.Engine.Status;
using FastRtspProxy.Operations.Api;
using FastRtspProxy.Operations.Events;
using FastRtspProxy.Operations.Http;
using FastRtspProxy.Tests.Documents;

namespace FastRtspProxy.Tests.Operations.Api;

/// <summary>The document says what there is, and all of it. That each answer of each test keeps to it is <see cref="ApiBench"/>'s doing.</summary>
public sealed class OpenApiTests
{
    /// <summary>Of the page its files are no part of it.</summary>
    [Fact]
    public async Task Document_HasEveryRouteAndNoOther()
    {
        await using ServedApi served = await ServedApi.StartAsync(null);
        IEnumerable<string> routes = served.Http.Server.Routes.Select(static route => $"{route.Method} {route.Template}")
            .Where(static route => route.Contains(" /api/", StringComparison.Ordinal) || route.EndsWith('z') || route.EndsWith(" /metrics", StringComparison.Ordinal));

        Assert.Equal(routes.Order(), OpenApiCheck.Routes.Order());
    }

    /// <summary>Those that are not the API's own, but for a live picture: it is no answer but a conversation.</summary>
    [Theory]
    [InlineData("GET", "/healthz", 200)]
    [InlineData("GET", "/readyz", 200)]
    [InlineData("GET", "/readyz?stream=cam", 503)]
    [InlineData("GET", "/readyz?stream=none", 404)]
    [InlineData("GET", "/readyz?strem=cam", 400)]
    [InlineData("GET", "/metrics", 200)]
    [InlineData("GET", "/metrics?stream=cam", 200)]
    [InlineData("GET", "/metrics?stream=none", 404)]
    [InlineData("GET", "/metrics?strem=cam", 400)]
    [InlineData("GET", "/api/v1/session", 200)]
    [InlineData("POST", "/api/v1/session", 400)]
    [InlineData("DELETE", "/api/v1/session", 204)]
    [InlineData("GET", "/api/v1/stats", 200)]
    [InlineData("GET", "/api/v1/stats?window=x", 400)]
    [InlineData("GET", "/api/v1/streams/cam/live", 426)]
    [InlineData("POST", "/api/v1/streams/cam/capture?seconds=601", 400)]
    [InlineData("POST", "/api/v1/streams/cam/capture?seconds=1", 502)]
    public async Task Answer_OfTheOtherRoutes_IsInTheDocument(string method, string target, int status)
    {
        await using ServedApi served = await ServedApi.StartAsync(null);
        (int got, string text, HttpResponseMessage response) = await served.Http.AskAsync(method, target, method == "POST" ? "{}" : null, ServedApi.Marked);

        Assert.Equal((status, text), (got, text));
        HttpRoute route = served.Http.Server.Routes.Single(route =>
            route.Method == method && route.Template.Replace("{name}", "cam", StringComparison.Ordinal) == target.Split('?')[0]);
        Dictionary<string, string> headers = response.Content.Headers.ToDictionary(static one => one.Key, static one => string.Join(',', one.Value));
        OpenApiCheck.Hold(route, new ApiAnswerText(got, text, headers));
    }

    [Fact]
    public async Task Document_IsTheOneThatIsServed()
    {
        await using ApiBench bench = new();

        ApiAnswerText served = await bench.MustAsync(200, "GET", "/openapi.json");

        Assert.Equal(Repository.Text(OpenApiPage.Path), served.Text);
        Assert.Equal("3.1.0", (string?)served.Json["openapi"]);
    }

    [Fact]
    public async Task Document_NamesTheWordsOfTheProgram()
    {
        await using ApiBench bench = new();
        JsonNode schemas = (await bench.MustAsync(200, "GET", "/openapi.json")).Json["components"]!["schemas"]!;

        Assert.Equal(StreamView.States, Words(schemas["Stream"]!["properties"]!["state"]!));
        Assert.Equal(StreamView.Origins, Words(schemas["Stream"]!["properties"]!["origin"]!));
        Assert.Equal(DialogueApi.Words, Words(schemas["Dialogue"]!["properties"]!["steps"]!["items"]!["properties"]!["step"]!));
        Assert.Equal(Enum.GetValues<CameraStepKind>().Select(static kind => $"{kind}".ToUpperInvariant()), DialogueApi.Words.Select(static word => word.ToUpperInvariant()));
        Assert.Equal(ProxyEvent.Types, Words(schemas["Event"]!["properties"]!["type"]!));

        static IEnumerable<string> Words(JsonNode schema) => schema["enum"]!.AsArray().Select(static word => (string)word!);
    }

    /// <summary>Each answer that the document promises is had here: a promise that nothing keeps would stand there for ever.</summary>
    [Fact]
    public async Task Document_EachAnswerItPromises_CanBeHad()
    {
        const string Camera = "{'source':'rtsp://c/a'}";
        string big = "{'source':'rtsp://c/" + new string('a', 70_000) + "'}";
        await using ApiBench bench = new();
        await using ApiBench alone = new(folder: null, hasFile: false);
        await bench.AskAsync("GET", "/openapi.json");
        await AskEachAsync(bench, "GET", "/streams", "/streams?x");
        await bench.AskAsync("GET", "/reload");
        await bench.AskAsync("PUT", "/streams/s", Camera);
        await bench.AskAsync("PUT", "/streams/s", Camera);
        await bench.AskAsync("PATCH", "/streams/s", "{'hold':'5s'}");
        foreach (string method in (string[])["PUT", "PATCH"])
        {
            await bench.AskAsync(method, "/streams/s?x", Camera);
            await bench.AskAsync(method, "/streams/file", Camera);
            await bench.AskAsync(method, "/streams/s", Camera, "If-Match: \"x\"");
            await bench.AskAsync(method, "/streams/s", big);
            await bench.AskAsync(method, "/streams/s", Camera, "Content-Type: text/plain");
            await bench.AskAsync(method, "/streams/s", "{'x':1}");
            await bench.AskAsync(method, "/streams/none", "{'source':5}");
        }

        await AskEachAsync(bench, "GET", "/streams/s", "/streams/s?x", "/streams/none");
        await AskEachAsync(bench, "GET", "/streams/s/viewers", "/streams/s/viewers?x", "/streams/none/viewers", "/viewers", "/viewers?x");
        bench.Proxy.Steps["s"] = [new CameraStep(bench.Time.GetUtcNow(), CameraStepKind.SetUp, "TCP: no other is allowed")];
        await AskEachAsync(bench, "GET", "/streams/s/dialogue", "/streams/s/dialogue?x", "/streams/none/dialogue");
        await AskEachAsync(bench, "POST", "/streams/s/restart", "/streams/s/restart?x", "/streams/none/restart");
        await AskEachAsync(bench, "GET", "/streams/s/sdp", "/streams/s/sdp?x", "/streams/none/sdp");
        bench.Proxy.Streams["s"] = bench.Proxy.Streams["s"] with { IsUp = true };
        bench.Proxy.Watching.Add(ViewersApiTests.Viewer("v", "s"));
        await AskEachAsync(bench, "GET", "/streams/s/sdp", "/info", "/info?x", "/config", "/config?x", "/log", "/log?level=x");
        bench.History.Add(Microsoft.Extensions.Logging.LogLevel.Critical, bench.Time.GetUtcNow(), "Api", "a line\n");
        await AskEachAsync(bench, "GET", "/log", "/log?level=error&limit=1");
        await AskEachAsync(bench, "DELETE", "/viewers/v", "/viewers/v", "/viewers/v?x", "/drain", "/drain?x");
        await AskEachAsync(bench, "POST", "/drain", "/drain?x", "/config/check", "/config/check?x", "/reload", "/reload?x");
        await bench.AskAsync("POST", "/config/check", new string('a', 1_100_000));
        await AskEachAsync(alone, "POST", "/config/check", "/reload");
        await bench.AskAsync("GET", "/reload");
        await bench.AskAsync("GET", "/reload?x");
        await bench.AskAsync("GET", "/events?x");
        bench.Written = "strems: {}";
        await bench.AskAsync("POST", "/reload");
        await bench.AskAsync("DELETE", "/streams/s", null, "If-Match: \"x\"");
        await AskEachAsync(bench, "DELETE", "/streams/s?x", "/streams/file");
        File.Delete(bench.PathOf("s.json"));
        Directory.CreateDirectory(bench.PathOf("s.json")); // it could not be taken away, whoever asks
        await bench.AskAsync("DELETE", "/streams/s");
        Directory.Delete(bench.Folder!, recursive: true);
        await File.WriteAllTextAsync(bench.Folder!, "no folder"); // it could not be kept, whoever asks
        await bench.AskAsync("PUT", "/streams/t", Camera);
        await bench.AskAsync("PATCH", "/streams/s", "{'hold':'7s'}");
        await bench.AskAsync("DELETE", "/streams/s");
        File.Delete(bench.Folder!);
        Directory.CreateDirectory(bench.Folder!);
        bench.May = static question => question.Stream is null;
        await AskEachAsync(bench, "GET", "/streams/s", "/streams/s/sdp", "/streams/s/viewers", "/streams/s/dialogue");
        await bench.AskAsync("PUT", "/streams/s", Camera);
        await bench.AskAsync("PATCH", "/streams/s", Camera);
        await AskEachAsync(bench, "DELETE", "/streams/s");
        await AskEachAsync(bench, "POST", "/streams/s/restart");
        bench.May = static _ => true;
        await AskEachAsync(bench, "DELETE", "/streams/s", "/streams/s");

        IEnumerable<(string, string, string)> had = bench.Answers.Concat(alone.Answers)
            .Select(static one => (one.Route.Method, one.Route.Template, $"{one.Answer.Status}"));

        // An event stream that does not end, and too many of them: EventRoutesTests. A reload while the proxy ends: ReloaderTests. Too many long
        // answers: StatsTests.
        (string, string, string)[] elsewhere =
        [
            ("GET", "/api/v1/events", "200"), ("GET", "/api/v1/events", "503"), ("POST", "/api/v1/reload", "503"), ("GET", "/api/v1/streams", "503"),
            ("GET", "/api/v1/viewers", "503"), ("GET", "/api/v1/streams/{name}/viewers", "503"),
        ];
        HashSet<string> own = [.. bench.Routes.Select(static route => route.Template)];
        Assert.Empty(OpenApiCheck.Promised.Where(one => own.Contains(one.Path)).Except(had).Except(elsewhere));
    }

    private static async Task AskEachAsync(ApiBench bench, string method, params string[] targets)
    {
        foreach (string target in targets)
        {
            await bench.AskAsync(method, target);
        }
    }
}
