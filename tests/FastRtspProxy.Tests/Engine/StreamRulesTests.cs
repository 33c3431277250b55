using FastRtspProxy.Engine;

namespace FastRtspProxy.Tests.Engine;

/// <summary>What is said of streams that cannot be had.</summary>
public sealed class StreamRulesTests
{
    private const string Url = "rtsp://h/1";

    [Theory]
    [InlineData("cam", Url)]
    [InlineData("gate/1-sub", "rtsps://u:p@h:322/1?x=y")]
    [InlineData("lobby-*", "rtsp://h/${1}")]
    [InlineData("lobby-*", "rtsp://u:p@h/a/${1}?ch=${1}")]
    public void Check_GoodStream_SaysNothing(string name, string url) => Assert.Empty(StreamRules.Check([Stream(name, url)], null, [8554]));

    [Theory]
    [InlineData("", Url, "can be no stream's")]
    [InlineData("a//b", Url, "can be no stream's")]
    [InlineData("/a", Url, "can be no stream's")]
    [InlineData("a/../b", Url, "can be no stream's")]
    [InlineData("a?b", Url, "can be no stream's")]
    [InlineData("a\nb", Url, "The name \"a?b\" can be no stream's")]
    [InlineData("cam", "http://h/1", "must begin with rtsp://")]
    [InlineData("cam", "rtsp://127.0.0.1:8554/x", "points at this proxy itself")]
    [InlineData("cam", "rtsp://[::1]:8554/x", "points at this proxy itself")]
    [InlineData("cam", "rtsp://LOCALHOST:8554/x", "points at this proxy itself")]
    [InlineData("cam", "rtsp://0.0.0.0:8554/x", "points at this proxy itself")]
    [InlineData("cam", "rtsp://u:secret@127.0.0.1:8554/x", "points at this proxy itself")]
    [InlineData("a-*-*", "rtsp://h/${1}", "has several stars")]
    [InlineData("lobby-*", Url, "every name would be the same camera")]
    [InlineData("cam", "rtsp://h/${1}", "no star that would fill it")]
    [InlineData("lobby-*", "rtsp://${1}/x", "viewers would choose the camera")]
    [InlineData("lobby-*", "rtsp://${1}.example/x/${1}", "viewers would choose the camera")]
    [InlineData("lobby-*", "rtsp://${1}:p@h/x/${1}", "viewers would choose the camera")]
    [InlineData("lobby-*", "rtsp://u:${1}@h/x/${1}", "viewers would choose the camera")]
    public void Check_BadStream_SaysWhatAndWhatHelps(string name, string url, string expected)
    {
        IReadOnlyList<StreamProblem> problems = StreamRules.Check([Stream(name, url)], null, [8554]);

        StreamProblem problem = Assert.Single(problems);
        Assert.Contains(expected, problem.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", problem.Text, StringComparison.Ordinal);
        Assert.Equal((0, name), (problem.Index, problem.Stream));
    }

    [Fact]
    public void Check_BadValues_SaysEachOfThem()
    {
        StreamOptions stream = Stream("cam", Url) with
        {
            Transport = BackendTransport.HttpTunnel,
            Dscp = 64,
            MaxInstances = 0,
            Settings = new StreamSettings { MaxClients = 0, GopCacheBytes = 0, Hold = TimeSpan.FromSeconds(-1), AnswerTimeout = TimeSpan.Zero },
        };

        IReadOnlyList<StreamProblem> problems = StreamRules.Check([stream]);

        Assert.Equal(
            ["tunnel port", "DSCP", "most instances", "most viewers", "cache", "negative", "wait for answers"],
            problems.Select(problem => Array.Find(
                ["tunnel port", "DSCP", "most instances", "most viewers", "cache", "negative", "wait for answers"],
                word => problem.Text.Contains(word, StringComparison.Ordinal))));
    }

    [Fact]
    public void Check_NamesThatCollide_SaysWithWhat()
    {
        StreamOptions[] streams = [.. ((string[])["cam", "door", "cam", "gate/1", "door/2", "hall"]).Select(static name => Stream(name, Url))];

        IReadOnlyList<StreamProblem> problems = StreamRules.Check(streams, new Dictionary<string, string> { ["hall"] = "a registered stream" });

        Assert.Equal([2, 4, 5], problems.Select(static problem => problem.Index));
        Assert.Contains("the stream \"cam\"", problems[0].Text, StringComparison.Ordinal);
        Assert.Contains("the stream \"door\"", problems[1].Text, StringComparison.Ordinal);
        Assert.Contains("a registered stream", problems[2].Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("lobby-*", "lobby-1", true)] // the exact name wins
    [InlineData("lobby-*", "lobby-a*", true)] // the longer one wins
    [InlineData("lobby-*", "lobby-*", false)]
    [InlineData("cam/*", "cam", false)]
    public void Check_WildcardBesideAnother_StandsUnlessNoneOfItsStreamsCould(string one, string other, bool stands)
    {
        StreamOptions second = Stream(other, other.Contains('*', StringComparison.Ordinal) ? "rtsp://h/${1}" : Url);

        Assert.Equal(stands, StreamRules.Check([Stream(one, "rtsp://h/${1}"), second]).Count == 0);
    }

    private static StreamOptions Stream(string name, string url) => new() { Name = name, Url = url };
}
