using FastRtspProxy.Engine;
using FastRtspProxy.Operations.Configuration;
using FastRtspProxy.Operations.Configuration.Comparison;
using FastRtspProxy.Operations.Configuration.Model;
using FastRtspProxy.Operations.Configuration.Table;

namespace FastRtspProxy.Tests.Operations.Configuration;

/// <summary>Streams with several sources, from the file to the engine.</summary>
public sealed class SourcesConfigTests
{
    private const string Text = """
        streams:
          hall:
            sources:
              - rtsp://192.0.2.1/main
              - {url: "rtsp://192.0.2.2/b", username: v, password: q, transport: tcp, probe: false}
              - {url: "rtsps://192.0.2.3/c", tls: {verify: false}, dscp: EF, keyFrameRequests: true}
              - {url: "rtsp://192.0.2.4/d", password: r}
              - {url: "rtsp://192.0.2.5/e", username: w}
            username: u
            password: p
            acrossSizes: true
            transport: http
            tunnelPort: 8080
        """;

    [Fact]
    public void Load_SourcesWithKeysOfTheirOwn_AreTheStreamsWhereTheySayNothing()
    {
        StreamOptions stream = EngineOptions.Of(ConfigBench.Good(Text)).Streams[0];

        Credentials own = new("u", "p");
        Assert.True(stream.AcrossSizes);
        Assert.Equal(
            [
                new() { Url = "rtsp://192.0.2.1/main", Credentials = own, Transport = BackendTransport.HttpTunnel, TunnelPort = 8080 },
                new() { Url = "rtsp://192.0.2.2/b", Credentials = new("v", "q"), Transport = BackendTransport.Tcp, MayBeProbed = false },
                new()
                {
                    Url = "rtsps://192.0.2.3/c",
                    Credentials = own,
                    Transport = BackendTransport.HttpTunnel,
                    TunnelPort = 8080,
                    InsecureTls = true,
                    Dscp = 46,
                    AsksForKeyFrames = true,
                },
                new() { Url = "rtsp://192.0.2.4/d", Credentials = new("u", "r"), Transport = BackendTransport.HttpTunnel, TunnelPort = 8080 },
                new() { Url = "rtsp://192.0.2.5/e", Credentials = new("w", ""), Transport = BackendTransport.HttpTunnel, TunnelPort = 8080 },
            ],
            stream.Sources);
    }

    [Theory]
    [InlineData("sources: rtsp://192.0.2.1/a", "\"source\":\"rtsp://192.0.2.1/a\"")]
    [InlineData("sources: [rtsp://192.0.2.1/a]", "\"source\":\"rtsp://192.0.2.1/a\"")]
    [InlineData(
        "sources: ['rtsp://u:geheim@192.0.2.1/a?token=geheim', {url: 'rtsp://192.0.2.2/b', username: v, password: geheim, probe: false}]",
        "\"sources\":[\"rtsp://192.0.2.1/a?token=\",{\"url\":\"rtsp://192.0.2.2/b\",\"username\":\"v\",\"passwordSet\":true,\"probe\":false}]")]
    public void Show_Sources_AreAsShortAsTheyCanBe(string keys, string expected)
    {
        ProxyConfig config = ConfigBench.Good($"streams: {{a: {{{keys}}}}}");

        string shown = StreamKeys.Stream.Show(config.Streams[0], config.Defaults).ToJsonString();

        Assert.Equal($"{{{expected}}}", shown);
    }

    [Theory]
    [InlineData("[rtsp://h/a, rtsp://h/b]", "[rtsp://h/a, rtsp://h/b]", "")]
    [InlineData("[rtsp://h/a]", "[rtsp://h/a, rtsp://u:geheim@h/b]", "streams.a: source rtsp://h/a -> , sources rtsp://h/a added, rtsp://u:***@h/b added: the session with")]
    [InlineData("[rtsp://h/a, rtsp://h/b]", "[rtsp://h/b, rtsp://h/a]", "streams.a: sources another order: the session with the source in use goes on")]
    [InlineData("[rtsp://h/a, rtsp://h/b]", "[rtsp://h/c, rtsp://h/d]", "the camera's session is made anew")]
    [InlineData("[rtsp://h/a, rtsp://h/b]", "[rtsp://h/a, {url: rtsp://h/b, probe: false}]", "streams.a: sources rtsp://h/b changed")]
    public void Comparison_OfLists_SaysWhatItTakes(string old, string next, string expected)
    {
        ConfigDifference difference = ConfigComparison.Of(Of(old), Of(next));

        string said = string.Join('\n', difference.Changes.Select(static change => change.Text));
        Assert.True(expected.Length == 0 ? said.Length == 0 : said.Contains(expected, StringComparison.Ordinal), said);
        Assert.DoesNotContain("geheim", said, StringComparison.Ordinal);
    }

    private static ProxyConfig Of(string sources) => ConfigBench.Good($"streams: {{a: {{sources: {sources}}}}}");
}
