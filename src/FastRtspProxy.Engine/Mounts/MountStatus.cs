using FastRtspProxy.Engine.Backend;
using FastRtspProxy.Engine.Status;
using FastRtspProxy.Net;
using Microsoft.Extensions.Logging;

namespace FastRtspProxy.Engine.Mounts;

/// <summary>Where a mount stands, and whether it ends. On its shard.</summary>
internal sealed class MountStatus(string name, Shard shard, ILogger log)
{
    /// <summary>
    /// <see cref="StreamState.New"/> until the mount begins to look for its camera; each change is one that <see cref="MountStates"/> knows.
    /// </summary>
    public StreamState State { get; private set; }

    /// <summary>When the mount came to stand there, by the wall clock.</summary>
    public DateTimeOffset Since { get; private set; } = shard.UtcNow;

    /// <summary>False until the mount is told to stop, and never again after that: from then on nobody is let in, and no attempt is begun.</summary>
    public bool IsStopping { get; private set; }

    /// <summary>
    /// Why the camera cannot be had; null while nothing is known against it: before the first failure, and from a description or a PLAY that
    /// succeeded on.
    /// </summary>
    public BackendFailure? Failure { get; set; }

    /// <summary>True while the camera plays: who joins is served at once.</summary>
    public bool Serves => State is StreamState.Playing or StreamState.Lingering;

    /// <summary>The mount ends.</summary>
    public void Stop() => IsStopping = true;

    /// <summary>Goes to another state; nothing happens where the mount stands there already.</summary>
    public void Move(StreamState to, int clients)
    {
        if (State == to)
        {
            return;
        }

        if (!MountStates.CanMove(State, to))
        {
            throw new InvalidOperationException($"A mount cannot go from {State} to {to}.");
        }

        MountLog.Moved(log, name, State, to, clients);
        Set(to);
    }

    /// <summary>After an error of our own, which may have left a state from which no move leads there.</summary>
    public void Recover(StreamState to) => Set(to);

    private void Set(StreamState to)
    {
        State = to;
        Since = shard.UtcNow;
    }
}
