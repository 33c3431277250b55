using System.Net;

namespace FastRtspProxy.Net;

/// <summary>A two-way stream of bytes on a shard that carries control and media together: TCP, TLS, an HTTP tunnel.</summary>
internal abstract class ByteStream(Shard shard) : PollTarget
{
    /// <summary>
    /// What may wait to be sent, beside what the kernel takes: a peer that takes nothing while we only send requests and answers of a few hundred
    /// bytes is dead long before.
    /// </summary>
    public const int RequestQueueBytes = 64 * 1024;

    /// <summary>What may wait to be sent here; whoever sends media sets it, before the first send.</summary>
    public int SendQueueBytes { get; set; } = RequestQueueBytes;

    /// <summary>Where it lives.</summary>
    public Shard Shard { get; } = shard;

    /// <summary>The peer.</summary>
    public abstract IPEndPoint Remote { get; }

    /// <summary>Our end.</summary>
    public abstract IPEndPoint Local { get; }

    /// <summary>Bytes that wait for the peer.</summary>
    public abstract int QueuedBytes { get; }

    /// <summary>Begins to receive. On the shard, once.</summary>
    public abstract void Start(IByteSink sink);

    /// <summary>Sends what fits and queues the rest. False: closed, or the queue is over its limit (nothing was taken).</summary>
    public abstract bool Send(ReadOnlySpan<byte> bytes);

    /// <summary>
    /// Receives nothing more until <see cref="Resume"/>: what the peer sends waits in the kernel, and then at the peer. What is in hand is still
    /// given to the sink. Idempotent; on the shard, after <see cref="Start"/>. The end of the connection is told of after the pause.
    /// </summary>
    public abstract void Pause();

    /// <summary>Receives again after <see cref="Pause"/>; idempotent. On the shard.</summary>
    public abstract void Resume();

    /// <summary>Closes at once; idempotent; the sink is not called any more. On the shard.</summary>
    public abstract void Close();
}
