using FastRtspProxy.Engine.Backend;
using FastRtspProxy.Engine.Ingest;
using FastRtspProxy.Net;
using Microsoft.Extensions.Logging;

namespace FastRtspProxy.Engine.Mounts;

/// <summary>
/// The session of a mount with the source in use, one after the other: what it sends is let in, and what it has lost is counted. Another one may take
/// its place while both play. On the mount's shard.
/// </summary>
/// <param name="shard">The mount's.</param>
/// <param name="ingest">Where the media goes.</param>
/// <param name="news">Hears of the first media.</param>
/// <param name="hold">Ends with the first media.</param>
/// <param name="keyFrames">Hears of what is missing.</param>
/// <param name="steps">Is told what it does.</param>
/// <param name="signal">Set when a session's state has changed.</param>
/// <param name="log">The mount's.</param>
internal sealed class CameraSessions(
    Shard shard, MountIngest ingest, CameraNews news, ClientHold hold, KeyFrameRequests keyFrames, CameraSteps steps, ShardSignal signal, ILogger log)
{
    private readonly CameraLosses _losses = new(ingest);

    /// <summary>Of <see cref="Newest"/>.</summary>
    private CameraSink? _sink;

    /// <summary>Over or not; null before the first one.</summary>
    public BackendSession? Newest { get; private set; }

    /// <summary>The same, while it has not ended; null: there is none.</summary>
    public BackendSession? Present => Newest is { State: not BackendState.Closed } session ? session : null;

    /// <summary>Over when each session is closed whose place was taken, or that was not to take one. Never faulted.</summary>
    public Task Closed { get; private set; } = Task.CompletedTask;

    /// <summary>A new one, which was not opened yet; that before it is over.</summary>
    public BackendSession Make(BackendOptions options)
    {
        _sink = NewSink();
        return steps.Session = Newest = new BackendSession(options, _sink, shard, log);
    }

    /// <summary>
    /// Another session, with which somebody else has begun, is that of the mount from now on; the one before it is let go, and nothing more of it is
    /// let in. Gives the way in.
    /// </summary>
    public CameraSink Take(BackendSession session)
    {
        if (Newest is { } before)
        {
            Note();
            _sink!.IsShut = true;
            Await(before.CloseAsync());
        }

        _losses.Begin(session);
        steps.Session = Newest = session;
        return _sink = NewSink();
    }

    /// <summary>One that has begun is closed, and not to be that of the mount.</summary>
    public void Await(Task closing) => Closed = Task.WhenAll(Closed, closing);

    /// <summary>Takes up what the present session has counted.</summary>
    public void Note()
    {
        if (Present is { HasMedia: true } session)
        {
            _losses.Note(session);
        }
    }

    /// <summary>The newest one has ended, or is to.</summary>
    public async Task CloseAsync()
    {
        Note();
        await (Newest?.CloseAsync() ?? Task.CompletedTask);
        _losses.EndSession();
    }

    private CameraSink NewSink() => new(ingest, news, hold, keyFrames, steps, signal);
}
