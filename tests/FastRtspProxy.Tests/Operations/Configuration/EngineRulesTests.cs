using CsCheck;
using FastRtspProxy.Engine;
using FastRtspProxy.Operations.Configuration;
using FastRtspProxy.Operations.Configuration.Model;

namespace FastRtspProxy.Tests.Operations.Configuration;

/// <summary>What the loader takes the engine takes, at a start and at a reload, and the other way round: there is one set of rules.</summary>
public sealed class EngineRulesTests
{
    [Theory]
    [InlineData("streams: {a: {source: rtsp://192.0.2.9/a, keep: {bytes: 0}}}")]
    [InlineData("streams: {a: {source: rtsp://192.0.2.9/a, keep: {time: 0}}}")]
    [InlineData("streams: {a: {source: rtsp://192.0.2.9/a, keep: {bytes: 1G, time: 24h}}}")]
    [InlineData("streams: {a: {source: rtsp://192.0.2.9/a, linger: 0, hold: 0, dead: 0}}")]
    [InlineData("streams: {a: {source: rtsp://192.0.2.9/a}}\nlimits: {slowTimeout: 0s}")]
    [InlineData("streams: {a: {source: rtsp://192.0.2.9/a}}\nlimits: {viewers: 1, viewersPerAddress: 1, viewersPerStream: 1}")]
    [InlineData("streams: {a//b: {source: rtsp://192.0.2.9/a, allow: {from: [10.0.0.0/8]}}}")]
    [InlineData("streams: {a//b-*: {source: 'rtsp://192.0.2.9/${1}', allow: {from: [10.0.0.0/8]}}}")]
    [InlineData("streams: {a%20b: {source: rtsp://192.0.2.9/a}}")]
    [InlineData("streams: {'a\\b': {source: rtsp://192.0.2.9/a}}")]
    [InlineData("streams: {'<a>': {source: rtsp://192.0.2.9/a}}")]
    [InlineData("streams: {a: {source: rtsp://127.0.0.1:8554/a}}\nrtsp: {listen: [8554], bind: 192.0.2.1}")]
    [InlineData("streams: {a: {source: rtsps://127.0.0.1:8554/a}}\nrtsp: {listen: [8554]}")]
    public void Load_ValueAtTheEndOfItsRange_CanBeReloaded(string text) => Assert.Empty(Objections(ConfigBench.Good(text)));

    [Theory]
    [InlineData("a/../b")]
    [InlineData("a\"b")]
    public void Load_ArgumentsWithANameThatIsNone_AreToldOfIt(string name)
    {
        ConfigArguments arguments = new(null, config => config with { Streams = [config.Defaults with { Name = name, Sources = ["rtsp://192.0.2.9/a"] }] });

        LoadedConfig loaded = new ConfigBench().Load("defaults: {allow: {from: [10.0.0.0/8]}}\n", arguments);

        Assert.Contains("the name of a stream has no", Assert.Single(loaded.Lines), StringComparison.Ordinal);
    }

    [Fact]
    public void Load_AnyConfiguration_IsTakenWhereTheEngineTakesIt()
    {
        Gen<string> names = OneOf("a", "a/b", "a%2Fb", "b\\c", "<d>", "e.source", "f-*", "f-1", "g//h", "", "i*j*", "k\"", "s0/x", "s%31");
        Gen<string> sources = OneOf(
            "rtsp://192.0.2.9/a", "rtsp://192.0.2.9/${1}", "rtsp://127.0.0.1:1/a", "rtsp://192.0.2.1:2/a", "rtsp://${1}/a", "rtsps://127.0.0.1:2/a");
        Gen<TimeSpan> times = OneOf(TimeSpan.Zero, TimeSpan.FromSeconds(1), TimeSpan.FromDays(1));
        Gen<CameraTlsConfig> tls = OneOf(null, new string('a', 64)).Select(static print => new CameraTlsConfig { Fingerprint = print });
        Gen<StreamConfig> streams = Gen.Select(
            names, sources, times, OneOf(0L, 1L, 1L << 30), tls, OneOf<int?>(null, 1, 2),
            static (name, source, time, bytes, tls, tunnel) => new StreamConfig
            {
                Name = name,
                Sources = [source],
                Linger = time,
                Keep = new KeepConfig { Bytes = bytes, Time = time },
                Tls = tls,
                Transport = tunnel is null ? CameraWay.Auto : CameraWay.Http,
                TunnelPort = tunnel,
            });
        int taken = 0;
        Gen.Select(ConfigGen.Config, streams, times).Sample(
            (config, stream, time) =>
            {
                ProxyConfig asked = config with { Limits = config.Limits with { SlowTimeout = time }, Streams = [.. config.Streams, stream] };

                LoadedConfig loaded = new ConfigBench().Load("log: {level: info}\n", new ConfigArguments(null, _ => asked));

                Assert.True(loaded.Config is null == Objections(asked).Any(), string.Join('\n', [.. loaded.Lines, .. Objections(asked)]));
                Interlocked.Add(ref taken, loaded.Config is null ? 0 : 1);
            },
            iter: 2000);

        Assert.InRange(taken, 1, 1999);
    }

    private static Gen<T> OneOf<T>(params T[] values) => Gen.Int[0, values.Length - 1].Select(index => values[index]);

    /// <summary>What a reload asks the engine, which listens where the configuration says.</summary>
    private static IEnumerable<string> Objections(ProxyConfig config)
    {
        ProxyOptions options = EngineOptions.Of(config);
        int[] ports = [.. config.Rtsp.Listen.Take(1).Select(static point => point.Port)];
        OwnPlace own = new(config.Rtsp.Address, ports) { IsOwn = static address => address.ToString() == "192.0.2.1" };
        return [.. StreamRules.Check(options.Streams, null, own).Select(static problem => problem.Text), .. options.Limits.Problems,
            .. options.AccessInForce.Defects()];
    }
}
