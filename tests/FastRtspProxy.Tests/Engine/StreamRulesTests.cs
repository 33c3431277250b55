using System.Net;
using FastRtspProxy.Engine;

namespace FastRtspProxy.Tests.Engine;

/// <summary>What is said of streams that cannot be had.</summary>
public sealed class StreamRulesTests
{
    private const string Url = "rtsp://h/1";

    private static readonly OwnPlace s_everywhere = new(null, [8554]);

    [Theory]
    [InlineData("cam", Url)]
    [InlineData("gate/1-sub", "rtsps://u:p@h:322/1?x=y")]
    [InlineData("a%20b", Url)]
    [InlineData("a//b", Url)]
    [InlineData("a\\b", Url)]
    [InlineData("<a>", Url)]
    [InlineData("cam", "rtsps://127.0.0.1:8554/x")] // we speak no TLS there
    [InlineData("lobby-*", "rtsp://h/${1}")]
    [InlineData("lobby-*", "rtsp://u:p@h/a/${1}?ch=${1}")]
    public void Check_GoodStream_SaysNothing(string name, string url) => Assert.Empty(StreamRules.Check([Stream(name, url)], null, s_everywhere));

    [Theory]
    [InlineData("", Url, "can be no stream's")]
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
    [InlineData("a-*-*", "rtsp://h/${1}", "a wildcard has one * only")]
    [InlineData("lobby-*", Url, "without ${1} all streams of this wildcard would show the same camera")]
    [InlineData("cam", "rtsp://h/${1}", "this name has none")]
    [InlineData("lobby-*", "rtsp://${1}/x", "${1} stands in the path or the query only")]
    [InlineData("lobby-*", "rtsp://${1}.example/x/${1}", "${1} stands in the path or the query only")]
    [InlineData("lobby-*", "rtsp://${1}:p@h/x/${1}", "${1} stands in the path or the query only")]
    [InlineData("lobby-*", "rtsp://u:${1}@h/x/${1}", "${1} stands in the path or the query only")]
    public void Check_BadStream_SaysWhatAndWhatHelps(string name, string url, string expected)
    {
        IReadOnlyList<StreamProblem> problems = StreamRules.Check([Stream(name, url)], null, s_everywhere);

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
            Settings = new StreamSettings { MaxClients = 0, GopCacheBytes = -1, Hold = TimeSpan.FromSeconds(-1), AnswerTimeout = TimeSpan.Zero },
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

    [Fact]
    public void Check_CacheOfNothing_CanBeHad()
    {
        StreamOptions stream = Stream("cam", Url) with { Settings = new StreamSettings { GopCacheBytes = 0, GopCacheDuration = TimeSpan.Zero } };

        Assert.Empty(StreamRules.Check([stream]));
    }

    [Theory]
    [InlineData(null, "127.9.9.9", true)]
    [InlineData("0.0.0.0", "127.0.0.1", true)]
    [InlineData("::", "localhost", true)]
    [InlineData(null, "[::ffff:127.0.0.1]", true)]
    [InlineData(null, "192.0.2.1", true)] // this machine's
    [InlineData(null, "192.0.2.2", false)]
    [InlineData("192.0.2.1", "192.0.2.1", true)]
    [InlineData("192.0.2.1", "127.0.0.1", false)]
    [InlineData("192.0.2.1", "localhost", false)]
    [InlineData("192.0.2.1", "0.0.0.0", false)] // the loopback address
    [InlineData("127.0.0.1", "0.0.0.0", true)]
    [InlineData("127.0.0.1", "localhost", true)]
    [InlineData("127.0.0.2", "localhost", false)]
    [InlineData("0.0.0.0", "[::1]", false)] // the listener of one family
    [InlineData("::", "127.0.0.1", false)]
    [InlineData("127.0.0.1", "192.0.2.1", false)]
    [InlineData(null, "camera", false)]
    public void Check_SourceOnAnAddress_IsOursWhereWeListen(string? listens, string host, bool isOurs)
    {
        OwnPlace own = new(listens is null ? null : IPAddress.Parse(listens), [8554]) { IsOwn = static address => address.ToString() == "192.0.2.1" };

        Assert.Equal(isOurs, StreamRules.Check([Stream("cam", $"rtsp://{host}:8554/x")], null, own).Count == 1);
    }

    [Theory]
    [InlineData(80, "rtsp://127.0.0.1:8554/x", true)] // what we connect to is the port of the tunnel
    [InlineData(81, "rtsp://127.0.0.1:8554/x", false)]
    [InlineData(80, "rtsp://127.0.0.1/x", true)]
    [InlineData(80, "rtsp://192.0.2.9/x", false)]
    public void Check_SourceByATunnel_IsOursAtThePortOfTheTunnel(int tunnelPort, string url, bool isOurs)
    {
        StreamOptions stream = Stream("cam", url) with { Transport = BackendTransport.HttpTunnel, TunnelPort = tunnelPort };
        OwnPlace own = new(null, [8554, 80]) { IsOwn = static _ => false };

        Assert.Equal(isOurs, StreamRules.Check([stream], null, own).Count == 1);
    }

    [Theory]
    [InlineData("rtsp://h/1", false)]
    [InlineData("rtsps://h/1", true)]
    public void Check_FingerprintOfACamera_IsForTls(string url, bool stands)
    {
        StreamOptions stream = Stream("cam", url) with { TlsFingerprint = new string('a', 64) };

        IReadOnlyList<StreamProblem> problems = StreamRules.Check([stream]);

        Assert.Equal(stands, problems.Count == 0);
        Assert.All(problems, static problem => Assert.Contains("shows no certificate", problem.Text, StringComparison.Ordinal));
    }

    private static StreamOptions Stream(string name, string url) => new() { Name = name, Url = url };
}
