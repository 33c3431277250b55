using System.Text.Json.Nodes;
using FastRtspProxy.Engine.Access;
using FastRtspProxy.Engine.Mounts;
using FastRtspProxy.Operations.Cluster;
using FastRtspProxy.Operations.Configuration.Model;
using FastRtspProxy.Operations.Http;
using FastRtspProxy.Protocol.Auth;
using FastRtspProxy.TestPeers;
using FastRtspProxy.Tests.Operations.Http;
using Microsoft.Extensions.Logging.Abstractions;

namespace FastRtspProxy.Tests.Operations.Cluster;

/// <summary>Who owns what, and a stream that is moved by hand, by HTTP.</summary>
public sealed class ClusterApiTests : IAsyncLifetime
{
    private const string Marked = HttpPipeline.ChangeHeader + ": test";

    private static readonly AccessRules s_rules = new()
    {
        Users = [User("watcher", "read"), User("status", "status"), User("api", "api"), User("yard", "yard")],
        Roles =
        [
            new AccessRole("read", AccessRights.Read), new AccessRole("status", AccessRights.Status), new AccessRole("api", AccessRights.Api),
            new AccessRole("yard", AccessRights.Api) { Streams = [StreamPattern.OfStream("yard")] },
        ],
    };

    private readonly ClusterSide _side = ClusterSide.Of(
        new ClusterConfig
        {
            Name = "site-1",
            Node = "a",
            Advertise = "rtsp://192.0.2.1:8554",
            Secret = new Secret("0123456789abcdef0123456789abcdef"),
            Engine = new ClusterEngineConfig { Kind = ClusterEngineKind.Static, Nodes = [new("a", "rtsp://192.0.2.1:8554"), new("b", "rtsp://192.0.2.2:8554")] },
        },
        TimeProvider.System,
        NullLoggerFactory.Instance)!;

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync() => await _side.DisposeAsync();

    [Fact]
    public async Task Move_StreamOfThisBox_IsLetGo()
    {
        await using HttpBench http = await BeginAsync(null, "a", "b");

        (int status, string text, _) = await http.AskAsync("POST", "/api/v1/streams/gate%2F1/move", null, Marked);

        Assert.Equal((202, ""), (status, text));
        Assert.Equal(202, await http.StatusAsync("POST", "/api/v1/streams/gate%2F1/move", Marked)); // it is on its way
    }

    [Theory]
    [InlineData("theirs", 409, "Box b owns it. Remedy: ask that box.")]
    [InlineData("nobodys", 409, "No box owns it: nobody needs it.")]
    [InlineData("none", 404, "none")]
    [InlineData("none%2Fsuch?x=1", 400, "x")]
    public async Task Move_StreamThatThisBoxCannotGive_SaysWhy(string path, int expected, string detail)
    {
        await using HttpBench http = await BeginAsync(null, "a", "b");
        string[] parts = path.Split('?');

        (int status, string text, _) = await http.AskAsync("POST", $"/api/v1/streams/{parts[0]}/move{(parts.Length > 1 ? "?" + parts[1] : "")}", null, Marked);

        Assert.Equal(expected, status);
        Assert.Contains(detail, text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Move_ThereIsNoOtherBox_SaysSo()
    {
        await using HttpBench http = await BeginAsync(null, "a");

        (int status, string text, _) = await http.AskAsync("POST", "/api/v1/streams/gate%2F1/move", null, Marked);

        Assert.Equal(409, status);
        Assert.Contains("There is no other box, or none that needs it.", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null, 401)]
    [InlineData("watcher", 403)]
    [InlineData("status", 403)]
    [InlineData("yard", 403)] // another stream is its
    [InlineData("api", 202)]
    public async Task Move_ByWhom_GoesByTheRight(string? user, int expected)
    {
        await using HttpBench http = await BeginAsync(s_rules, "a", "b");

        Assert.Equal(expected, await http.StatusAsync("POST", "/api/v1/streams/gate%2F1/move", [Marked, .. As(user)]));
    }

    [Fact]
    public async Task Move_WithoutTheHeaderOfChanges_IsRefused()
    {
        await using HttpBench http = await BeginAsync(s_rules, "a", "b");

        Assert.Equal(403, await http.StatusAsync("POST", "/api/v1/streams/gate%2F1/move", As("api")));
    }

    [Theory]
    [InlineData("GET", "/api/v1/cluster")]
    [InlineData("POST", "/api/v1/streams/cam/move")]
    public async Task Ask_NoCluster_SaysWhatMakesOne(string method, string path)
    {
        await using HttpBench http = await HttpBench.StartAsync(null, null, [.. new ClusterApi(null).Routes]);

        (int status, string text, _) = await http.AskAsync(method, path, null, Marked);

        Assert.Equal(404, status);
        Assert.Contains("a section \\u0022cluster\\u0022", text.Replace("\\\"", "\\u0022", StringComparison.Ordinal), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Cluster_SaysTheBoxesAndWhoOwnsWhat()
    {
        await using HttpBench http = await BeginAsync(null, "a", "b");

        (int status, string text, _) = await http.AskAsync("GET", "/api/v1/cluster");

        Assert.Equal(200, status);
        JsonNode json = JsonNode.Parse(text)!;
        Assert.Equal(("a", "static"), ((string)json["node"]!, (string)json["engine"]!));
        Assert.Equal(["a", "b"], json["boxes"]!.AsArray().Select(static box => (string)box!["node"]!));
        Assert.Equal((1, 1), ((int)json["owned"]!, (int)json["relayed"]!));
        JsonNode theirs = json["streams"]!.AsArray().Single(static one => (string)one!["name"]! == "theirs")!;
        Assert.Equal("""{"owner":"b","epoch":8,"relayed":true}""", theirs["cluster"]!.ToJsonString());
        Assert.DoesNotContain("0123456789abcdef", text, StringComparison.Ordinal);
    }

    /// <summary>Of each stream that went from one box to another: from which, and how long nobody had it; on the other boxes, too.</summary>
    [Theory]
    [InlineData("theirs", "b", "c", false)]
    [InlineData("theirs", "b", "a", true)]
    [InlineData("gate/1", "a", "c", false)]
    public async Task Cluster_StreamWentToAnotherBox_SaysFromWhichAndHowLongItTook(string stream, string from, string to, bool isOurs)
    {
        await using HttpBench http = await BeginAsync(null, "a", "b", "c");
        ClusterNode node = _side.Node;
        node.OnOwner(stream, null, 10);
        await node.MembersAsync();
        node.OnOwner(stream, new OwnerRecord(to, 11, isOurs), 11);
        await Until.TrueAsync(() => node.OwnershipOf(stream).Epoch == 11);

        JsonNode json = JsonNode.Parse((await http.AskAsync("GET", "/api/v1/cluster")).Body)!;

        JsonNode[] owners = [.. json["streams"]!.AsArray().Select(static one => one!["cluster"]!)];
        JsonNode takeover = Assert.Single(owners, static one => one["takeover"] is not null)["takeover"]!;
        Assert.Equal(from, (string)takeover["from"]!);
        Assert.InRange((double)takeover["seconds"]!, 0, 3600);
        Assert.Equal(isOurs ? stream : null, (string?)json["lastTakeover"]?["stream"]);
    }

    private static AccessUser User(string name, string role) => new(name, UserSecret.OfPassword("p"), [role]);

    private static string[] As(string? user) => user is null ? [] : ["Authorization: Basic " + Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes($"{user}:p"))];

    /// <summary>Those boxes are there; "gate/1" is this box's, "theirs" is box b's, and "nobodys" nobody's.</summary>
    private async Task<HttpBench> BeginAsync(AccessRules? rules, params string[] boxes)
    {
        _side.Node.OnSnapshot(new OwnershipSnapshot(
            [.. boxes.Select(static box => new ClusterMember(box, $"rtsp://192.0.2.{box[0] - 'a' + 1}:8554", 100))],
            new Dictionary<string, OwnerRecord> { ["gate/1"] = new("a", 7, IsOurs: true), ["theirs"] = new("b", 8, IsOurs: false) },
            new Dictionary<string, byte[]>(),
            9));
        ICameraOwner[] owners = [.. ((string[])["gate/1", "theirs", "nobodys"]).Select(name => _side.Node.Follow(name, stopsWhenAlone: false, static () => { }))];
        await Until.TrueAsync(() => owners[0].Now.Kind == OwnershipKind.Own && (boxes.Length == 1 || owners[1].Now.Kind == OwnershipKind.Peer));
        return await HttpBench.StartAsync(null, rules, [.. new ClusterApi(_side).Routes]);
    }
}
