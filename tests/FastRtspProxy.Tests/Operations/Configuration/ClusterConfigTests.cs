using FastRtspProxy.Engine;
using FastRtspProxy.Operations.Configuration;
using FastRtspProxy.Operations.Configuration.Model;

namespace FastRtspProxy.Tests.Operations.Configuration;

/// <summary>The keys of <c>cluster</c>, what becomes of them, and what is said of them that do not go together.</summary>
public sealed class ClusterConfigTests
{
    private const string Streams = "streams: {a: {source: rtsp://192.0.2.9/a}, b: {source: rtsp://192.0.2.9/b, singleSession: true}, "
        + "c: {source: rtsp://192.0.2.9/c, singleSession: true, whenAlone: keep}}\n";

    private const string Secret = "secret: 0123456789abcdef0123456789abcdef";
    private const string Etcd = "engine: {endpoints: [\"http://192.0.2.1:2379\"]}";
    private const string Good = "cluster: {name: site-1, node: a, advertise: \"rtsp://192.0.2.1:8554\", " + Secret + ", " + Etcd + "}\n";

    [Fact]
    public void Load_WithoutCluster_ThereIsNone()
    {
        ProxyConfig config = ConfigBench.Good(Streams);

        Assert.False(config.Cluster.IsOn);
        Assert.All(EngineOptions.Of(config).Streams, static stream => Assert.False(stream.StopsWhenAlone));
    }

    [Fact]
    public void Load_Cluster_IsThatWithItsDefaults()
    {
        ClusterConfig cluster = ConfigBench.Good(Streams + Good).Cluster;

        Assert.True(cluster.IsOn);
        Assert.Equal((ClusterEngineKind.Etcd, TimeSpan.FromSeconds(2), RedirectMode.Off, (WhenAlone?)null),
            (cluster.Engine.Kind, cluster.Engine.Ttl, cluster.Redirect, cluster.WhenAlone));
    }

    [Theory]
    [InlineData("", "b")]
    [InlineData("whenAlone: stop, ", "ab")]
    [InlineData("whenAlone: keep, ", "")]
    public void Load_WhenAlone_TheStreamsWordThenTheClustersThenTheCameras(string word, string expected)
    {
        ProxyOptions options = EngineOptions.Of(ConfigBench.Good(Streams + Good.Replace("cluster: {", "cluster: {" + word, StringComparison.Ordinal)));

        Assert.Equal(expected, string.Concat(options.Streams.Where(static stream => stream.StopsWhenAlone).Select(static stream => stream.Name)));
    }

    [Fact]
    public void Load_PathsOfCertificates_BeginBesideTheFile()
    {
        string text = Good.Replace("engine: {", "engine: {ca: ca.pem, ", StringComparison.Ordinal);

        Assert.Equal("/etc/frp/ca.pem", ConfigBench.Good(Streams + text).Cluster.Engine.Ca);
    }

    [Theory]
    [InlineData("cluster: {}", "cluster.name: it is missing")]
    [InlineData("cluster: {name: a b}", "cluster.name \"a b\": a name of a cluster or of its boxes has 1 to 63 letters, digits, and . _ -")]
    [InlineData("cluster: {node: a;b}", "cluster.node \"a;b\": a name of a cluster")]
    [InlineData("cluster: {advertise: 192.0.2.1:8554}", "the address of a box is written rtsp://HOST:PORT")]
    [InlineData("cluster: {advertise: \"rtsp://u:geheim@192.0.2.1:8554\"}", "the address of a box is written rtsp://HOST:PORT")]
    [InlineData("cluster: {secret: geheim}", "cluster.secret: the secret of a cluster has 24 characters or more")]
    [InlineData("cluster: {whenAlone: go}", "cluster.whenAlone \"go\": the choices are stop and keep")]
    [InlineData("cluster: {redirect: on}", "cluster.redirect \"on\": the modes are off and auto")]
    [InlineData("cluster: {engine: {kind: consul}}", "cluster.engine.kind \"consul\": the kinds are etcd and static")]
    [InlineData("cluster: {engine: {ttl: 500ms}}", "cluster.engine.ttl \"500ms\": a time to live is from 1s to 60s (the default is 2s)")]
    [InlineData("cluster: {engine: {endpoints: [\"etcd:2379\"]}}", "a member of etcd is written http://HOST:2379")]
    [InlineData("engine: {ttl: 2500ms, endpoints: [\"http://192.0.2.1:2379\"]}", "cluster.engine.ttl: etcd counts whole seconds")]
    [InlineData("engine: {kind: etcd}", "cluster.engine.endpoints: etcd has to be found")]
    [InlineData("engine: {endpoints: [\"http://192.0.2.1:2379\"], username: u}", "cluster.engine.password: a username and a password go together")]
    [InlineData("engine: {endpoints: [\"http://192.0.2.1:2379\"], key: k.pem}", "cluster.engine.key: there is no certificate for it")]
    [InlineData("engine: {endpoints: [\"http://192.0.2.1:2379\"], nodes: {a: \"rtsp://192.0.2.1:8554\"}}", "cluster.engine.nodes: a list of boxes is for kind: static")]
    [InlineData("engine: {kind: static}", "cluster.engine.nodes: a list of one box is no cluster")]
    [InlineData("engine: {kind: static, nodes: {b: \"rtsp://192.0.2.2:8554\", c: \"rtsp://192.0.2.3:8554\"}}", "this box, \"a\", is not among them")]
    [InlineData("engine: {kind: static, nodes: {a: \"rtsp://192.0.2.8:8554\", b: \"rtsp://192.0.2.2:8554\"}}", "has another address there than under cluster.advertise")]
    public void Load_ClusterThatIsNone_NamesTheKeyAndTheRemedy(string text, string expected)
    {
        string whole = text.StartsWith("cluster", StringComparison.Ordinal) ? text : Good.Replace(Etcd, text, StringComparison.Ordinal);

        LoadedConfig loaded = new ConfigBench().Load(Streams + whole);

        Assert.Null(loaded.Config);
        Assert.Contains(loaded.Lines, line => line.Contains(expected, StringComparison.Ordinal));
        Assert.DoesNotContain(loaded.Lines, static line => line.Contains("geheim", StringComparison.Ordinal));
    }

    [Fact]
    public void Load_OtherBoxesAreToComeByTlsAndNothingListensForIt_IsRefused()
    {
        LoadedConfig loaded = new ConfigBench().Load(Streams + Good.Replace("rtsp://192.0.2.1:8554", "rtsps://192.0.2.1:322", StringComparison.Ordinal));

        Assert.Contains(loaded.Lines, static line => line.Contains("cluster.advertise: the other boxes are to come by TLS", StringComparison.Ordinal));
    }

    /// <summary>As root the first of the default ports can be had, and the other boxes knock at the second.</summary>
    [Theory]
    [InlineData("", "the other boxes come to port 8554, and rtsp.listen tries :554 first: write rtsp.listen [\":8554\"], unless something on the way forwards it")]
    [InlineData("rtsp: {listen: [\":554\", \":5554\"]}\n", "the other boxes come to port 8554, and rtsp.listen has :554, :5554: write")]
    [InlineData("rtsp: {listen: [\":8554\"]}\n", null)]
    [InlineData("rtsp: {listen: [\"192.0.2.1:8554\", \"192.0.2.1:554\"]}\n", null)]
    public void Load_AdvertisedPortThatIsNotListenedAt_IsWarnedOf(string rtsp, string? expected)
    {
        LoadedConfig loaded = new ConfigBench().Load(Streams + Good + rtsp);

        Assert.NotNull(loaded.Config);
        Assert.Equal(expected is not null, loaded.Lines.Any(line => line.Contains("cluster.advertise: " + expected, StringComparison.Ordinal)));
    }

    [Fact]
    public void Load_AddressThatIsEverybodysOwn_IsWarnedOf()
    {
        LoadedConfig loaded = new ConfigBench().Load(Streams + Good.Replace("rtsp://192.0.2.1:8554", "rtsp://127.0.0.1:8554", StringComparison.Ordinal));

        Assert.NotNull(loaded.Config);
        Assert.Contains(loaded.Lines, static line => line.Contains("the other boxes find 127.0.0.1 on themselves", StringComparison.Ordinal));
    }
}
