using FastRtspProxy.Operations.Configuration;
using FastRtspProxy.Operations.Configuration.Comparison;
using FastRtspProxy.Operations.Configuration.Model;
using FastRtspProxy.Operations.Configuration.Reading;
using FastRtspProxy.Operations.Reload;
using FastRtspProxy.TestPeers;
using Microsoft.Extensions.Logging.Abstractions;

namespace FastRtspProxy.Tests.Operations.Reload;

/// <summary>Load, validate, compare, apply; and what was there goes on where one of them fails.</summary>
public sealed class ReloaderTests
{
    private static readonly ProxyConfig s_first = Config(Stream("one"), Stream("two"));

    private readonly Target _target = new();
    private LoadedConfig _next = Loaded(s_first);

    [Fact]
    public async Task Reload_NothingChanged_IsTakenAndDoesNothing()
    {
        ReloadResult result = await Reloader().ReloadAsync(ReloadCause.HangUp);

        Assert.True(result.IsTaken);
        Assert.Empty(result.Applied);
        Assert.True(_target.Applied.Single().IsEmpty);
    }

    [Fact]
    public async Task Reload_OneStreamChanged_IsAppliedAndTheNextReloadComparesWithIt()
    {
        Reloader reloader = Reloader();
        _next = Loaded(Config(Stream("one"), Stream("two") with { Hold = TimeSpan.FromSeconds(1) }));

        ReloadResult first = await reloader.ReloadAsync(ReloadCause.FileChanged);
        ReloadResult second = await reloader.ReloadAsync(ReloadCause.FileChanged);

        Assert.Single(first.Applied);
        Assert.Equal(["two"], _target.Applied[0].Adjusted.Select(static change => change.New.Name));
        Assert.Empty(second.Applied);
        Assert.Same(second, reloader.Last);
    }

    [Fact]
    public async Task Reload_FileWithErrors_ChangesNothingAndKeepsTheReasons()
    {
        ConfigPlace place = ConfigPlace.WholeFile;
        _next = new LoadedConfig(null, [new ConfigRemark(place, IsWarning: false, "no"), new ConfigRemark(place, IsWarning: true, "hm")], "file");

        ReloadResult result = await Reloader().ReloadAsync(ReloadCause.HangUp);

        Assert.Equal(["file: no"], result.Errors);
        Assert.Equal(["file: warning: hm"], result.Warnings);
        Assert.Empty(_target.Applied);
    }

    [Fact]
    public async Task Reload_EngineObjects_ChangesNothing()
    {
        _target.Objection = "the name is taken";
        _next = Loaded(Config(Stream("three")));

        ReloadResult result = await Reloader().ReloadAsync(ReloadCause.HangUp);

        Assert.Equal(["file: the name is taken"], result.Errors);
        Assert.Empty(_target.Applied);
    }

    [Fact]
    public async Task Reload_NeedsARestart_IsRefusedEachTimeAndTheRestIsDone()
    {
        Reloader reloader = Reloader();
        _next = Loaded(s_first with { Threads = 7, Shutdown = new ShutdownConfig { Drain = TimeSpan.FromSeconds(3) } });

        ReloadResult first = await reloader.ReloadAsync(ReloadCause.HangUp);
        ReloadResult second = await reloader.ReloadAsync(ReloadCause.HangUp);

        Assert.Contains("threads", first.Refused.Single());
        Assert.Contains("restart", first.Refused.Single());
        Assert.Contains("shutdown.drain", first.Applied.Single());
        Assert.Null(_target.Applied[0].Result.Threads);
        Assert.Single(second.Refused);
        Assert.Empty(second.Applied);
    }

    [Fact]
    public async Task Reload_AStreamCannotBeHadAfterAll_IsTriedAgainByTheNext()
    {
        Reloader reloader = Reloader();
        _target.Failing = "three";
        _next = Loaded(Config(Stream("one"), Stream("two") with { Hold = TimeSpan.Zero }, Stream("three")));

        ReloadResult first = await reloader.ReloadAsync(ReloadCause.HangUp);
        _target.Failing = null;
        ReloadResult second = await reloader.ReloadAsync(ReloadCause.HangUp);

        Assert.Equal(["three: taken"], first.Failed);
        Assert.Single(first.Applied);
        Assert.Equal(["three"], _target.Applied[1].Added.Select(static stream => stream.Name));
        Assert.Empty(_target.Applied[1].Adjusted);
        Assert.Empty(second.Failed);
    }

    [Fact]
    public async Task Reload_ErrorOfOurs_IsSaidAndTheNextOneWorks()
    {
        Reloader reloader = Reloader();
        _target.Throws = true;
        ReloadResult broken = await reloader.ReloadAsync(ReloadCause.HangUp);
        _target.Throws = false;

        ReloadResult result = await reloader.ReloadAsync(ReloadCause.HangUp);

        Assert.False(broken.IsTaken);
        Assert.True(result.IsTaken);
    }

    [Fact]
    public async Task Reload_AskedForAtOnce_ComesOneAfterTheOther()
    {
        Reloader reloader = Reloader();

        await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => Task.Run(() => reloader.ReloadAsync(ReloadCause.Request))));

        Assert.Equal(20, _target.Applied.Count);
        Assert.False(_target.Overlapped);
    }

    private static ProxyConfig Config(params StreamConfig[] streams) => new() { Streams = [.. streams] };

    private static StreamConfig Stream(string name) => new() { Name = name, Sources = [$"rtsp://192.0.2.1/{name}"] };

    private static LoadedConfig Loaded(ProxyConfig config) => new(config, [], "file");

    private Reloader Reloader() => new(s_first, () => Task.FromResult(_next), _target, new FakeTimeProvider(), NullLogger.Instance);

    private sealed class Target : IReloadTarget
    {
        private int _inside;

        public string? Objection { get; set; }

        public string? Failing { get; set; }

        public bool Throws { get; set; }

        public bool Overlapped { get; private set; }

        public List<ConfigDifference> Applied { get; } = [];

        public IReadOnlyList<string> Objections(ConfigDifference difference) => Objection is null ? [] : [Objection];

        public async Task<IReadOnlyDictionary<string, string>> ApplyAsync(ConfigDifference difference)
        {
            Overlapped |= Interlocked.Increment(ref _inside) > 1;
            await Task.Yield();
            if (Throws)
            {
                throw new InvalidOperationException("on purpose");
            }

            Applied.Add(difference);
            Interlocked.Decrement(ref _inside);
            return Failing is { } name ? new Dictionary<string, string> { [name] = $"{name}: taken" } : [];
        }
    }
}
