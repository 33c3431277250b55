using System.Text.Json.Nodes;
using FastRtspProxy.Engine.Access;
using FastRtspProxy.Operations.Http;
using FastRtspProxy.Protocol.Auth;

namespace FastRtspProxy.Tests.Operations.Api;

/// <summary>The API as it is served: by a real server, over a real engine.</summary>
public sealed class ApiServedTests
{
    private const string Camera = """{"source":"rtsp://127.0.0.1:9/b","username":"u","password":"geheim"}""";

    /// <summary>A role for each right, and one for nothing.</summary>
    private static readonly AccessRules s_rules = new()
    {
        Users = [User("watcher", "read"), User("status", "status"), User("api", "api")],
        Roles = [new AccessRole("read", AccessRights.Read), new AccessRole("status", AccessRights.Status), new AccessRole("api", AccessRights.Api)],
    };

    [Fact]
    public async Task Streams_OfARealEngine_ComeChangeAndGo()
    {
        await using ServedApi served = await ServedApi.StartAsync(null);

        (int made, string text, _) = await served.Http.AskAsync("PUT", "/api/v1/streams/gate%2F1", Camera, ServedApi.Marked);
        Assert.True(made == 201, text);
        (_, string list, _) = await served.Http.AskAsync("GET", "/api/v1/streams");
        (int changed, string patched, _) = await served.Http.AskAsync("PATCH", "/api/v1/streams/gate%2F1", """{"hold":"5s"}""", ServedApi.Marked);
        int restarted = await served.Http.StatusAsync("POST", "/api/v1/streams/gate%2F1/restart", ServedApi.Marked);
        (_, string reloaded, _) = await served.Http.AskAsync("POST", "/api/v1/config/check", null, ServedApi.Marked);
        int gone = await served.Http.StatusAsync("DELETE", "/api/v1/streams/gate%2F1", ServedApi.Marked);

        Assert.Equal(["cam", "gate/1"], JsonNode.Parse(list)!["streams"]!.AsArray().Select(static one => (string?)one!["name"]));
        Assert.True((changed, restarted, gone) == (200, 204, 204), patched);
        Assert.Contains("there is no file", reloaded, StringComparison.Ordinal);
        Assert.Equal(["cam"], served.Http.Engine.Streams.Snapshot.Select(static stream => stream.Name));
        Assert.DoesNotContain("geheim", text + list + patched + served.Http.LogText, StringComparison.Ordinal);
        Assert.Equal($"rtsp://127.0.0.1:{served.Http.Engine.RtspPort}/cam", (string?)JsonNode.Parse(list)!["streams"]![0]!["urls"]![0]);
    }

    [Fact]
    public async Task Bodies_LongerThanTheyMayBe_AreRefused()
    {
        await using ServedApi served = await ServedApi.StartAsync(null);
        string stream = $$"""{"source":"rtsp://c/{{new string('a', 70_000)}}"}""";
        string config = "streams: {a: {source: rtsp://192.0.2.9/a}}\n#" + new string('a', 200_000);

        Assert.Equal(413, (await served.Http.AskAsync("PUT", "/api/v1/streams/a", stream, ServedApi.Marked)).Status);
        Assert.Equal(413, (await served.Http.AskAsync("PUT", "/api/v1/streams/a", stream, ServedApi.Marked, "Transfer-Encoding: chunked")).Status);
        Assert.Equal(200, (await served.Http.AskAsync("POST", "/api/v1/config/check", config, ServedApi.Marked)).Status);
        Assert.Equal(413, (await served.Http.AskAsync("POST", "/api/v1/config/check", new string('a', 1_200_000), ServedApi.Marked)).Status);
    }

    [Fact]
    public async Task Drain_OfARealEngine_BeginsAndEnds()
    {
        await using ServedApi served = await ServedApi.StartAsync(null);

        Assert.Equal(200, await served.Http.StatusAsync("POST", "/api/v1/drain", ServedApi.Marked));
        Assert.True(served.Http.Engine.IsDraining);
        Assert.Equal(503, await served.Http.StatusAsync("GET", "/readyz"));
        Assert.Equal(200, await served.Http.StatusAsync("DELETE", "/api/v1/drain", ServedApi.Marked));
        Assert.Equal(200, await served.Http.StatusAsync("GET", "/readyz"));
        served.Http.Engine.BeginDrain();
        Assert.Equal(200, await served.Http.StatusAsync("DELETE", "/api/v1/drain", ServedApi.Marked));

        Assert.True(served.Http.Engine.IsDraining); // the end has begun
    }

    /// <summary>No route changes anything, or tells anything, without its right.</summary>
    [Fact]
    public async Task EachRoute_WithoutItsRight_IsRefused()
    {
        await using ServedApi served = await ServedApi.StartAsync(s_rules);
        HttpRoute[] routes = [.. served.ApiRoutes];
        Assert.All(
            routes, static route => Assert.Equal(route.IsChange || route.Template == "/api/v1/log" ? AccessRights.Api : AccessRights.Status, route.Right));
        foreach (HttpRoute route in routes)
        {
            string path = route.Template.Replace("{name}", "cam", StringComparison.Ordinal);
            string? body = route.Method is "PUT" or "PATCH" ? Camera : null;
            string[] others = [.. ((string[])["watcher", "status", "api"]).Where(name => name != (route.Right == AccessRights.Api ? "api" : "status"))];

            Assert.Equal((route, 401), (route, (await served.Http.AskAsync(route.Method, path, body, ServedApi.Marked)).Status));
            foreach (string other in others)
            {
                Assert.Equal((route, 403), (route, (await served.Http.AskAsync(route.Method, path, body, ServedApi.Marked, As(other))).Status));
            }

            if (route.IsChange)
            {
                Assert.Equal((route, 403), (route, (await served.Http.AskAsync(route.Method, path, body, As("api"))).Status)); // a page's form cannot send the header
                Assert.Equal((route, 403), (route, (await served.Http.AskAsync(route.Method, path, body, ServedApi.Marked, As("api"), "Origin: http://evil.example")).Status));
            }

            Assert.Equal((route, 421), (route, (await served.Http.AskAsync(route.Method, path, body, ServedApi.Marked, As("api"), "Host: evil.example")).Status));
        }

        Assert.Equal(["cam"], served.Http.Engine.Streams.Snapshot.Select(static stream => stream.Name));
        Assert.False(served.Http.Engine.IsDraining);
    }

    [Theory]
    [InlineData("/api/v1/streams/../info", 404)]
    [InlineData("/api/v1/streams/%2e%2e", 404)]
    [InlineData("/api/v1/streams/%2e%2e%2f%2e%2e%2fetc%2fpasswd", 404)]
    [InlineData("/api/v1/streams/cam%0d%0aX-Forged:%20yes", 400)]
    [InlineData("/api/v1/streams/cam%00", 400)]
    [InlineData("/api/v1/streams/%ff", 400)]
    [InlineData("/api/v1/streams/cam%E2%80%AEx", 404)]
    [InlineData("/api/v1//streams", 404)]
    public async Task Ask_PathThatMeansMore_IsRefused(string path, int status)
    {
        await using ServedApi served = await ServedApi.StartAsync(null);

        Assert.StartsWith($"HTTP/1.1 {status} ", await served.Http.SayAsync($"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Put_NameWithWhatIsNoHeader_ForgesNone()
    {
        await using ServedApi served = await ServedApi.StartAsync(null);

        (int status, _, HttpResponseMessage response) = await served.Http.AskAsync("PUT", "/api/v1/streams/%C3%BC%E2%80%A8x", Camera, ServedApi.Marked);

        Assert.True(status is 201 or 422, $"{status}");
        Assert.False(response.Headers.Contains("x"));
    }

    private static AccessUser User(string name, string role) => new(name, UserSecret.OfPassword("p"), [role]);

    private static string As(string user) => "Authorization: Basic " + Convert.ToBase64String(System.Text.Encoding.ASCII.GetBytes(user + ":p"));
}
