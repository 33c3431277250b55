using FastRtspProxy.Net.Linux;

namespace FastRtspProxy.Net;

/// <summary>
/// The end of the peer, seen while nobody reads. The descriptor stands in the shard's epoll for EPOLLRDHUP, EPOLLHUP and EPOLLERR alone (epoll_ctl(2)): data and room to
/// send wake nobody there, so a connection that lives costs one system call when it comes and one when it goes.
/// </summary>
internal sealed partial class ControlStream
{
    private readonly TaskCompletionSource _peerEnded = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private PeerWatch? _peerWatch;

    /// <summary>
    /// Completes when the peer has ended its sending (FIN), when the connection is broken, and when it was closed here; a request handler that waits for something can
    /// give up then. A FIN is not yet the end: whoever shut down only its sending side (<c>nc -N</c>) still takes an answer. After a reset the stream is closed already.
    /// </summary>
    public Task PeerEnded => _peerEnded.Task;

    private void WatchPeer()
    {
        if (!_closed)
        {
            _peerWatch ??= new PeerWatch(this);
            _ = _shard.Watch(_fd, EpollEvents.PeerClosed, _peerWatch);
        }
    }

    private void UnwatchPeer()
    {
        if (_peerWatch is { } watch)
        {
            _shard.Unwatch(_fd, watch);
        }
    }

    private sealed class PeerWatch(ControlStream stream) : PollTarget
    {
        protected internal override void OnReady(EpollEvents events)
        {
            bool isGone = (events & (EpollEvents.HangUp | EpollEvents.Error)) != 0;
            if (isGone)
            {
                stream.NoteError(Math.Max(0, SocketSetup.Get(stream._fd, LinuxConstants.SolSocket, LinuxConstants.SoError)));
                stream.UnwatchPeer();
            }
            else
            {
                // What the peer sent before its FIN is still read, and answered. From now on only the reset is of interest, which epoll always reports.
                stream._shard.Rewatch(stream._fd, EpollEvents.None, this);
            }

            stream._peerEnded.TrySetResult();

            // A reader that is about to read meets the end behind the last bytes. Nobody else does: a handler that works for a peer that is gone, or a reader without memory.
            bool isAboutToRead = stream._input.IsWaiting && (stream._receiving || stream._input.IsQueued);
            // A parked send has taken the error out of the socket, and closes when it is told of it.
            bool isToldBySend = isGone && stream.EndErrno == 0 && stream.IsParked;
            if (!isAboutToRead && !isToldBySend && (isGone || stream._input.IsWaiting))
            {
                stream.Close();
            }
        }
    }
}
