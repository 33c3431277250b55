using CsCheck;
using FastRtspProxy.Operations.Configuration.Comparison;
using FastRtspProxy.Operations.Configuration.Model;

namespace FastRtspProxy.Tests.Operations.Configuration;

/// <summary>What a reload does, from two configurations.</summary>
public sealed class ConfigComparisonTests
{
    private const string Base = "streams:\n  a: {source: rtsp://192.0.2.9/a}\n  b: {source: \"rtsp://u:geheim@192.0.2.9/b\"}\n";

    [Theory]
    [InlineData("", "")]
    [InlineData("log: {level: debug}", "Live log.level: info -> debug")]
    [InlineData("limits: {viewers: 10, slowTimeout: 5s}", "Live limits.viewers: 20000 -> 10|Live limits.slowTimeout: 20s -> 5s")]
    [InlineData("limits: {viewersPerStream: 10}", "Live limits.viewersPerStream: 20000 -> 10")]
    [InlineData("limits: {memory: 64M}", "Refused limits.memory: a quarter of the machine's memory, 2G at most -> 64M: needs a restart, until then the old value stays")]
    [InlineData(
        "rtsp: {proxyProtocol: {from: 192.0.2.0/24}}",
        "Refused rtsp.proxyProtocol.from: nobody -> [192.0.2.0/24]: needs a restart, until then the old value stays")]
    [InlineData("rtsp: {listen: [\":9554\"]}", "Refused rtsp.listen: [\":554\", \":8554\"] -> [\":9554\"]: needs a restart, until then the old value stays")]
    [InlineData("rtsp: {udpPorts: 7000-7099}|threads: 2", "Refused rtsp.udpPorts: 6970-7999 -> 7000-7099: needs a restart, until then the old value stays|Refused threads: one for each core -> 2: needs a restart, until then the old value stays")]
    [InlineData("threads: 2|log: {level: debug}", "Live log.level: info -> debug|Refused threads: one for each core -> 2: needs a restart, until then the old value stays")]
    [InlineData("auth: {roles: {v: {may: read}}, users: [{name: n, password: geheim, roles: v}]}", "Live auth.users: n added|Live auth.roles: v added")]
    [InlineData("http: {listen: [\"127.0.0.1:9999\"], dashboard: false}", "Live http.listen: 127.0.0.1:9554 where there is a section http, else off -> [\"127.0.0.1:9999\"]|Live http.dashboard: true -> false")]
    [InlineData("register: {enabled: true, from: 192.0.2.0/24, maxStreams: 5, allowPrivate: true}", "Live register.enabled: false -> true|Live register.from: any -> [192.0.2.0/24]|Live register.maxStreams: 100 -> 5|Live register.allowPrivate: false -> true")]
    [InlineData("egress: {total: 100}", "Live egress.total: no limit -> 100")]
    [InlineData("defaults: {linger: 5s}", "Live defaults.linger: 10s -> 5s|StreamSettings streams.a: linger 10s -> 5s|StreamSettings streams.b: linger 10s -> 5s")]
    [InlineData("defaults: {username: u, password: geheim}", "Live defaults.username: null -> u|Live defaults.password: changed|StreamSession streams.a: username null -> u, password changed: the camera's session is made anew, its viewers are held|StreamSession streams.b: username null -> u, password changed: the camera's session is made anew, its viewers are held")]
    [InlineData("dscp: {cameras: EF}", "Live dscp.cameras: the system's -> 46|StreamSession streams.a: dscp.cameras: the camera's session is made anew, its viewers are held|StreamSession streams.b: dscp.cameras: the camera's session is made anew, its viewers are held")]
    public void Of_OtherSettings_SaysWhatTheyDo(string added, string expected)
    {
        ConfigDifference difference = ConfigComparison.Of(ConfigBench.Good(Base), ConfigBench.Good(added.Replace('|', '\n') + "\n" + Base));

        Assert.Equal(expected, Describe(difference));
        Assert.DoesNotContain("geheim", Describe(difference), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("a: {source: rtsp://192.0.2.9/a}", "StreamRemoved streams.b: removed: its viewers are told and closed")]
    [InlineData("a: {source: rtsp://192.0.2.9/a}|b: {source: \"rtsp://u:geheim@192.0.2.9/b\"}|c: {source: rtsp://192.0.2.9/c}", "StreamAdded streams.c: added")]
    [InlineData("b: {source: \"rtsp://u:geheim@192.0.2.9/b\"}|a: {source: rtsp://192.0.2.9/a}", "")]
    [InlineData("a: {source: rtsp://192.0.2.9/a, maxViewers: 5}|b: {source: \"rtsp://u:geheim@192.0.2.9/b\"}", "StreamSettings streams.a: maxViewers limits.viewersPerStream -> 5")]
    [InlineData(
        "a: {source: rtsp://192.0.2.9/a}|b: {source: \"rtsp://u:geheim2@192.0.2.9/b2\", linger: 3s}",
        "StreamSession streams.b: source rtsp://u:***@192.0.2.9/b -> rtsp://u:***@192.0.2.9/b2, linger 10s -> 3s: the camera's session is made anew, its viewers are held")]
    [InlineData("a: {source: rtsp://192.0.2.9/a, tls: {verify: false}}|b: {source: \"rtsp://u:geheim@192.0.2.9/b\"}", "StreamSession streams.a: tls.verify true -> false: the camera's session is made anew, its viewers are held")]
    [InlineData("a: {source: rtsp://192.0.2.9/a, allow: {from: 10.0.0.0/8}}|b: {source: \"rtsp://u:geheim@192.0.2.9/b\"}", "StreamSettings streams.a: allow.from any -> [10.0.0.0/8]")]
    public void Of_OtherStreams_SaysWhatHappensToEach(string streams, string expected)
    {
        ConfigDifference difference = ConfigComparison.Of(
            ConfigBench.Good(Base), ConfigBench.Good("streams:\n  " + streams.Replace("|", "\n  ", StringComparison.Ordinal)));

        Assert.Equal(expected, Describe(difference));
    }

    [Fact]
    public void Of_EqualConfigurations_IsEmptyAndKeepsEachStreamsObject()
    {
        ProxyConfig old = ConfigBench.Good(Base);

        ConfigDifference difference = ConfigComparison.Of(old, ConfigBench.Good(Base));

        Assert.True(difference.IsEmpty);
        Assert.All(old.Streams.Zip(difference.Result.Streams), static pair => Assert.Same(pair.First, pair.Second));
    }

    /// <summary>
    /// Applying the difference to a running engine leads where a start with the result leads; and that is the second configuration, but for what
    /// needs a restart.
    /// </summary>
    [Fact]
    public void Of_AnyTwo_AppliedToARunningEngineIsTheStateOfAStart()
    {
        Gen.Select(ConfigGen.Config, ConfigGen.Config).Sample(
            static (old, next) =>
            {
                FakeEngine engine = FakeEngine.Start(old);
                Dictionary<string, FakeStream> before = new(engine.Streams);
                ConfigDifference difference = ConfigComparison.Of(old, next);

                engine.Apply(difference);

                FakeEngine fresh = FakeEngine.Start(difference.Result);
                Assert.Equal(fresh.Describe(), engine.Describe());
                Assert.Equal(
                    next with { Rtsp = old.Rtsp, Threads = old.Threads, Limits = next.Limits with { MemoryBytes = old.Limits.MemoryBytes }, Dscp = next.Dscp with { Viewers = old.Dscp.Viewers } },
                    difference.Result);
                foreach (StreamConfig stream in difference.Result.Streams)
                {
                    StreamConfig? known = old.Streams.FirstOrDefault(other => other == stream);
                    Assert.Equal(known is not null, ReferenceEquals(known, stream) && known is not null);
                    if (
                        known is not null && old.Dscp == difference.Result.Dscp
                            && old.Limits.ViewersPerStream == difference.Result.Limits.ViewersPerStream)
                    {
                        Assert.Same(before[stream.Name], engine.Streams[stream.Name]);
                        Assert.Equal((1, 0), (engine.Streams[stream.Name].Sessions, engine.Streams[stream.Name].Touched));
                    }
                }

                Assert.Equal(old == next, difference.IsEmpty);
                Assert.True(ConfigComparison.Of(difference.Result, difference.Result).IsEmpty);
            },
            iter: 2000);
    }

    private static string Describe(ConfigDifference difference) =>
        string.Join('|', difference.Changes.Select(static change => $"{change.Kind} {change.Text}"));
}
