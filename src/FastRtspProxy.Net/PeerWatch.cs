using FastRtspProxy.Net.Linux;

namespace FastRtspProxy.Net;

/// <summary>
/// The end of a connection's peer, seen while nobody reads. The descriptor stands in the shard's epoll for EPOLLRDHUP, EPOLLHUP and EPOLLERR alone
/// (epoll_ctl(2)): data and room to send wake nobody there, so a connection that lives costs one system call when it comes and one when it goes. On
/// the stream's shard.
/// </summary>
internal sealed class PeerWatch(ControlStream stream) : PollTarget
{
    /// <summary>Completed once, by the first of: the peer's FIN, its reset, our own close.</summary>
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <inheritdoc cref="ControlStream.PeerEnded"/>
    public Task Ended => _ended.Task;

    /// <summary>Begins to look, on the shard where the stream lives now.</summary>
    public void Begin()
    {
        if (!stream.IsClosed)
        {
            _ = stream.Shard.Watch(stream.Descriptor, EpollEvents.PeerClosed, this);
        }
    }

    /// <summary>Looks no more; idempotent.</summary>
    public void Stop() => stream.Shard.Unwatch(stream.Descriptor, this);

    /// <summary>The connection has ended, whoever ended it.</summary>
    public void End() => _ended.TrySetResult();

    protected internal override void OnReady(EpollEvents events)
    {
        bool isGone = (events & (EpollEvents.HangUp | EpollEvents.Error)) != 0;
        if (isGone)
        {
            stream.NoteError(Math.Max(0, SocketSetup.Get(stream.Descriptor, LinuxConstants.SolSocket, LinuxConstants.SoError)));
            Stop();
        }
        else
        {
            // What the peer sent before its FIN is still read, and answered. From now on only the reset is of interest, which epoll always reports.
            stream.Shard.Rewatch(stream.Descriptor, EpollEvents.None, this);
        }

        End();

        // A parked send has taken the error out of the socket, and closes when it is told of it.
        bool isToldBySend = isGone && stream.EndErrno == 0 && stream.IsParked;

        // A reader that is about to read finds the end behind the last bytes by itself. Where a handler is at work, or the reader has no memory to
        // read with, nobody would find it.
        if (!stream.IsAboutToRead && !isToldBySend && (isGone || stream.Input.IsWaiting))
        {
            stream.Close();
        }
    }
}
