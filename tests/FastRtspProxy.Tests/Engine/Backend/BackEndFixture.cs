using FastRtspProxy.Engine;
using FastRtspProxy.Engine.Backend;
using FastRtspProxy.Engine.Net;
using FastRtspProxy.Protocol.Rtsp;
using FastRtspProxy.TestPeers;
using Microsoft.Extensions.Logging.Abstractions;

namespace FastRtspProxy.Tests.Engine.Backend;

/// <summary>A scripted camera and sessions with it on one shard.</summary>
internal sealed class BackEndFixture : IAsyncDisposable
{
    private readonly ShardGroup _shards;
    private readonly Dictionary<BackEndSession, BackEndOptions> _sessions = [];

    public BackEndFixture(TimeProvider? time = null)
    {
        _shards = ShardGroup.Start(1, time ?? TimeProvider.System, NullLoggerFactory.Instance);
        Camera = new ScriptedCamera();
    }

    public ScriptedCamera Camera { get; }

    public RecordingSink Sink { get; } = new();

    public Shard Shard => _shards.Shards[0];

    public BackEndTimings Timings { get; set; } = BackEndTimings.Default;

    public BackEndSession Create(
        BackEndTransport transport = BackEndTransport.Udp, string? url = null, Credentials? credentials = null,
        Func<BackEndOptions, BackEndOptions>? change = null)
    {
        Assert.True(RtspUrl.TryParse(url ?? Camera.Url, out RtspUrl? parsed, out string? error), error);
        BackEndOptions options = new()
        {
            StreamName = "test",
            Url = parsed,
            Credentials = new CameraCredentials(parsed.User is { } user ? new Credentials(user, parsed.Password ?? string.Empty) : credentials, parsed.Host),
            Transport = transport,
            Timings = Timings,
        };
        return Create(change?.Invoke(options) ?? options);
    }

    /// <summary>Another session of the same mount: it knows what the first has learnt.</summary>
    public BackEndSession Again(BackEndSession session) => Create(Options(session));

    public BackEndOptions Options(BackEndSession session) => _sessions[session];

    private BackEndSession Create(BackEndOptions options)
    {
        BackEndSession session = new(options, Sink, Shard, NullLogger.Instance);
        _sessions.Add(session, options);
        return session;
    }

    public Task<BackEndFailure?> OpenAsync(BackEndSession session) => Shard.RunAsync(session.OpenAsync);

    /// <summary>DESCRIBE, SETUP, PLAY; the first failure, or null.</summary>
    public Task<BackEndFailure?> PlayAsync(BackEndSession session) => Shard.RunAsync(async () =>
        await session.OpenAsync() ?? await session.SetUpAsync() ?? await session.PlayAsync());

    public Task<BackEndFailure?> ReplayAsync(BackEndSession session) => Shard.RunAsync(session.PlayAsync);

    public Task<bool> PauseAsync(BackEndSession session) => Shard.RunAsync(session.PauseAsync);

    public Task CloseAsync(BackEndSession session) => Shard.RunAsync(session.CloseAsync);

    public async Task<BackEndFailure> FailureOfAsync(BackEndSession session, double seconds = 5)
    {
        await Until.TrueAsync(() => session.Failure is not null, seconds);
        return session.Failure!;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (BackEndSession session in _sessions.Keys)
        {
            await CloseAsync(session);
        }

        Camera.Dispose();
        _shards.Dispose();
    }
}
