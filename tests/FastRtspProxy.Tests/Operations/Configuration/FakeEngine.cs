using FastRtspProxy.Operations.Configuration;
using FastRtspProxy.Operations.Configuration.Comparison;
using FastRtspProxy.Operations.Configuration.Model;

namespace FastRtspProxy.Tests.Operations.Configuration;

/// <summary>An engine that does what a difference says, and nothing else.</summary>
internal sealed class FakeEngine
{
    /// <summary>What can never change while it runs.</summary>
    private readonly string _fixed;

    private string _live;

    private FakeEngine(ProxyConfig config)
    {
        _fixed = $"{config.Rtsp} {config.Threads} {config.Limits.MemoryBytes} {config.Dscp.Viewers}";
        _live = LiveOf(config);
    }

    public Dictionary<string, FakeStream> Streams { get; } = [];

    public static FakeEngine Start(ProxyConfig config)
    {
        FakeEngine engine = new(config);
        foreach (StreamConfig stream in config.Streams)
        {
            engine.Add(stream, config);
        }

        return engine;
    }

    public void Apply(ConfigDifference difference)
    {
        ProxyConfig config = difference.Result;
        foreach (StreamConfig stream in difference.Removed)
        {
            Assert.True(Streams.Remove(stream.Name));
        }

        foreach (StreamConfig stream in difference.Added)
        {
            Add(stream, config);
        }

        foreach (StreamChange change in difference.Remade)
        {
            FakeStream stream = Streams[change.New.Name];
            stream.Camera = FakeStream.CameraOf(change.New, config);
            stream.Settings = SettingsOf(change.New, config);
            stream.Sessions++;
        }

        foreach (StreamChange change in difference.Adjusted)
        {
            FakeStream stream = Streams[change.New.Name];
            stream.Settings = SettingsOf(change.New, config);
            stream.Touched++;
        }

        _live = LiveOf(config);
    }

    public string Describe() =>
        $"{_fixed}\n{_live}\n{string.Join('\n', Streams.OrderBy(static entry => entry.Key).Select(static entry => $"{entry.Key} {entry.Value.Camera} {entry.Value.Settings}"))}";

    private static string LiveOf(ProxyConfig config) => $"{config.Auth} {config.Log} {config.Limits with { MemoryBytes = null }} {config.Egress}";

    private static string SettingsOf(StreamConfig stream, ProxyConfig config) => $"{EngineOptions.SettingsOf(stream, config.Limits)} {stream.Allow}";

    private void Add(StreamConfig stream, ProxyConfig config) =>
        Streams.Add(stream.Name, new FakeStream(FakeStream.CameraOf(stream, config), SettingsOf(stream, config)));
}
