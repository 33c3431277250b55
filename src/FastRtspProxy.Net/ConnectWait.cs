using FastRtspProxy.Net.Linux;

namespace FastRtspProxy.Net;

/// <summary>
/// A connect(2) that is under way on a bare descriptor, waited for in a shard's epoll. A socket that the framework has connected asynchronously stays
/// in the framework's epoll for good, and each packet then wakes a thread there as well (+54 % processor time for eight interleaved cameras,
/// measured).
/// </summary>
internal sealed class ConnectWait : PollTarget
{
    private readonly Shard _shard;
    private readonly int _fd;
    private readonly TaskCompletionSource<int> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private ConnectWait(Shard shard, int fd)
    {
        _shard = shard;
        _fd = fd;
    }

    /// <summary>
    /// The errno of the connect, 0: it is connected. The descriptor stays the caller's, and nobody watches it any more. Any thread.
    /// </summary>
    /// <exception cref="OperationCanceledException">By <paramref name="cancel"/>.</exception>
    public static async Task<int> RunAsync(Shard shard, int fd, CancellationToken cancel)
    {
        ConnectWait wait = new(shard, fd);
        shard.Run(wait.Begin);
        await using CancellationTokenRegistration given = cancel.UnsafeRegister(
            static (state, token) => ((ConnectWait)state!).GiveUp(token), wait);
        return await wait._done.Task;
    }

    /// <inheritdoc/>
    protected internal override void OnReady(EpollEvents events)
    {
        _shard.Unwatch(_fd, this);
        _ = _done.TrySetResult(RawSocket.TakeError(_fd));
    }

    private void Begin()
    {
        if (!_shard.Watch(_fd, EpollEvents.Out, this))
        {
            _ = _done.TrySetResult(LinuxConstants.ErrorNoMemory);
        }
    }

    /// <summary>Behind <see cref="Begin"/>: both go by the shard's inbox, or run on it in their order.</summary>
    private void GiveUp(CancellationToken cancel) => _shard.Post(() =>
    {
        _shard.Unwatch(_fd, this);
        _ = _done.TrySetCanceled(cancel);
    });
}
