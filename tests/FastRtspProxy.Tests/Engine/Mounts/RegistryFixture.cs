using FastRtspProxy.Engine;
using FastRtspProxy.Engine.Frontend;
using FastRtspProxy.Engine.Mounts;
using FastRtspProxy.Engine.Relay;
using FastRtspProxy.Net;
using FastRtspProxy.Protocol.Rtsp;
using FastRtspProxy.TestPeers;
using Microsoft.Extensions.Logging;

namespace FastRtspProxy.Tests.Engine.Mounts;

/// <summary>A registry with its mounts, and a camera that can be registered.</summary>
internal sealed class RegistryFixture : IAsyncDisposable, ILoggerFactory
{
    private readonly ShardGroup _shards;
    private readonly SlabPool _pool = new(64 << 20);
    private readonly MountFactory _factory;
    private readonly List<(string Url, string Name)> _said = [];

    public RegistryFixture(ProxyOptions? options = null)
    {
        options ??= new ProxyOptions { AllowPrivateRegister = true };
        _shards = ShardGroup.Start(2, TimeProvider.System, this);
        _factory = new MountFactory(options, _shards, _pool, this);
        Registry = new MountRegistry(Mounts, _factory, (url, name) => _said.Add((url, name)));
    }

    public ScriptedCamera Camera { get; } = new();

    public MountDirectory Mounts { get; } = new();

    public MountRegistry Registry { get; }

    public RecordingLogger Log { get; } = new();

    /// <summary>What was announced.</summary>
    public IReadOnlyList<(string Url, string Name)> Said => _said;

    public RtspUrl Url(string? text = null)
    {
        Assert.True(RtspUrl.TryParse(text ?? Camera.Url, out RtspUrl? url, out string? error), error);
        return url;
    }

    public Task<RegisterOutcome> RegisterAsync(string? suffix = null, bool overTcp = false, string? url = null, bool isAuthenticated = false) =>
        Registry.RegisterAsync(new StreamRegistration(Url(url), suffix, isAuthenticated, overTcp, null));

    public RecordingClient Client() => new(_shards.Shards[1]);

    public void AddProvider(ILoggerProvider provider)
    {
    }

    public ILogger CreateLogger(string categoryName) => Log;

    void IDisposable.Dispose()
    {
    }

    public async ValueTask DisposeAsync()
    {
        await Task.WhenAll(Mounts.Mounts.Select(m => m.StopAsync(MountEnd.Stopping)));
        Camera.Dispose();
        _factory.Dispose();
        _shards.Dispose();
        ((IDisposable)_pool).Dispose();
    }
}
