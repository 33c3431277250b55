using FastRtspProxy.Net;

namespace FastRtspProxy.Engine.Frontend;

/// <summary>The way of a registering connection from the front-end to the back-end (`reuse_connection`).</summary>
internal sealed class ConnectionHandover
{
    private readonly TaskCompletionSource<ControlStream?> _released = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private bool _taken; // on the connection's shard

    /// <summary>
    /// The answer is written: after 100 ms the connection is free, and closed when nobody takes it for a minute. On the connection's shard.
    /// </summary>
    public void Release(ControlStream stream) => _ = ReleaseAsync(stream);

    /// <summary>The REGISTER was refused, or the connection has ended before its answer: nobody gets it.</summary>
    public void Abandon() => _released.TrySetResult(null);

    /// <summary>The connection on that shard, null when it is gone.</summary>
    public async Task<ByteStream?> TakeAsync(Shard target)
    {
        if (await _released.Task is not { } stream)
        {
            return null;
        }

        return await stream.Shard.RunAsync<ByteStream?>(async () =>
        {
            if (stream.IsClosed)
            {
                return null;
            }

            _taken = true;
            await stream.MoveTo(target);
            if (stream.TryRelease(out byte[] unread) is not { } socket)
            {
                stream.Close(); // it has not even taken our answer
                return null;
            }

            return TcpByteStream.TakeOver(target, socket, unread);
        });
    }

    private async Task ReleaseAsync(ControlStream stream)
    {
        await stream.Shard.DelayAsync(FrontendLimits.Handover);
        _released.TrySetResult(stream);
        await stream.Shard.DelayAsync(FrontendLimits.HandoverTaken);
        if (!_taken)
        {
            stream.Close();
        }
    }
}
