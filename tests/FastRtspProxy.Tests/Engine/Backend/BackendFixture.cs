using FastRtspProxy.Engine;
using FastRtspProxy.Engine.Backend;
using FastRtspProxy.Net;
using FastRtspProxy.Protocol.Rtsp;
using FastRtspProxy.TestPeers;
using Microsoft.Extensions.Logging.Abstractions;

namespace FastRtspProxy.Tests.Engine.Backend;

/// <summary>A scripted camera and sessions with it on one shard.</summary>
internal sealed class BackendFixture : IAsyncDisposable
{
    private readonly ShardGroup _shards;
    private readonly FakeTimeProvider? _time;
    private readonly Dictionary<BackendSession, BackendOptions> _sessions = [];

    public BackendFixture(TimeProvider? time = null)
    {
        _shards = ShardGroup.Start(1, time ?? TimeProvider.System, NullLoggerFactory.Instance);
        _time = time as FakeTimeProvider;
        Timings = time is null ? PatientTimings.OfBackend : BackendTimings.Default;
        Camera = new ScriptedCamera();
    }

    public ScriptedCamera Camera { get; }

    public RecordingSink Sink { get; } = new();

    public Shard Shard => _shards.Shards[0];

    public BackendTimings Timings { get; set; }

    public BackendSession Create(
        BackendTransport transport = BackendTransport.Udp, string? url = null, Credentials? credentials = null,
        Func<BackendOptions, BackendOptions>? change = null)
    {
        Assert.True(RtspUrl.TryParse(url ?? Camera.Url, out RtspUrl? parsed, out string? error), error);
        BackendOptions options = new()
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
    public BackendSession Again(BackendSession session) => Create(Options(session));

    public BackendOptions Options(BackendSession session) => _sessions[session];

    private BackendSession Create(BackendOptions options)
    {
        BackendSession session = new(options, Sink, Shard, NullLogger.Instance);
        _sessions.Add(session, options);
        return session;
    }

    /// <summary>
    /// Moves the clock of the test while nothing is under way: a timer that is set after the leap counts from there, and an answer that comes after it is late. What it sets going is done when this returns.
    /// </summary>
    public async Task AdvanceAsync(TimeSpan by)
    {
        await QuietAsync();
        _time!.Advance(by);
        await QuietAsync();
    }

    /// <summary>What the session and the camera have sent each other is read and done.</summary>
    public Task QuietAsync() => Until.TrueAsync(async () =>
    {
        bool isIdle = Camera.IsIdle;
        int requests = Camera.Requests.Count;
        await TakeTurnsAsync();
        return isIdle && Camera.IsIdle && Camera.Requests.Count == requests;
    });

    /// <summary>The shard's timers that are due have fired when this returns.</summary>
    public async Task TakeTurnsAsync()
    {
        // The first may run in the turn in which the clock moved, before its timers; the second is in a later one.
        await Shard.RunAsync(() => Shard.DelayAsync(TimeSpan.Zero));
        await Shard.RunAsync(() => Shard.DelayAsync(TimeSpan.Zero));
    }

    public Task<BackendFailure?> OpenAsync(BackendSession session) => Shard.RunAsync(session.OpenAsync);

    /// <summary>DESCRIBE, SETUP, PLAY; the first failure, or null.</summary>
    public Task<BackendFailure?> PlayAsync(BackendSession session) => Shard.RunAsync(async () =>
        await session.OpenAsync() ?? await session.SetUpAsync() ?? await session.PlayAsync());

    public Task<BackendFailure?> ReplayAsync(BackendSession session) => Shard.RunAsync(session.PlayAsync);

    public Task<bool> PauseAsync(BackendSession session) => Shard.RunAsync(session.PauseAsync);

    public Task CloseAsync(BackendSession session) => Shard.RunAsync(session.CloseAsync);

    public async Task<BackendFailure> FailureOfAsync(BackendSession session)
    {
        await Until.TrueAsync(() => session.Failure is not null);
        return session.Failure!;
    }

    public async ValueTask DisposeAsync()
    {
        Camera.Dispose(); // no session waits for an answer to its TEARDOWN
        foreach (BackendSession session in _sessions.Keys)
        {
            await CloseAsync(session);
        }

        _shards.Dispose();
    }
}
