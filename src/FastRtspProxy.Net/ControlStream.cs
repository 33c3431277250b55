using System.IO.Pipelines;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using FastRtspProxy.Net.Linux;

namespace FastRtspProxy.Net;

/// <summary>
/// A front-end connection over a raw socket. Receiving is by pull (<see cref="PeerInput"/>): a zero-byte SAEA receive waits while the reader waits (nothing is held while the
/// peer is silent), its completion asks the shard for a turn, and the turn reads. Sending: one writer for RTSP answers and media, in order; what the kernel does not take is
/// parked (copied) and sent by SAEA, and its completion means writable.
/// </summary>
internal sealed partial class ControlStream : ShardWork
{
    private readonly Socket _socket;
    private readonly int _fd;
    private readonly SocketAsyncEventArgs _receive;
    private readonly SocketInput _input;
    private readonly TaskCompletionSource _closedSource = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Shard _shard;
    private bool _receiving;
    private bool _closed;

    /// <summary>Takes a connected socket over. Any thread; nothing happens before <see cref="Start"/>.</summary>
    public ControlStream(Shard shard, Socket socket, InputBudget? budget = null)
    {
        _shard = shard;
        _socket = socket;
        _socket.Blocking = false;
        _socket.NoDelay = true;
        _fd = SocketSetup.Fd(socket);
        Remote = Normal(socket.RemoteEndPoint);
        Local = Normal(socket.LocalEndPoint);
        Account = new InputAccount(budget ?? InputBudget.Unlimited);
        Output = new ControlWriter(this);
        _input = new SocketInput(this);
        _receive = new SocketAsyncEventArgs(true);
        _receive.SetBuffer(Memory<byte>.Empty);
        _receive.Completed += (_, _) => _shard.Post(this);
    }

    /// <summary>Where it lives now.</summary>
    public Shard Shard => _shard;

    /// <summary>The peer.</summary>
    public IPEndPoint Remote { get; }

    /// <summary>Our end: the address that the peer reached us at.</summary>
    public IPEndPoint Local { get; }

    /// <summary>What the peer makes us hold.</summary>
    public InputAccount Account { get; }

    /// <summary>What the peer sends. Waits complete on the shard.</summary>
    public PeerInput Input => _input;

    /// <summary>What we answer. A flush hands it to the kernel, behind whatever is parked.</summary>
    public PipeWriter Output { get; }

    /// <summary>Completes when the connection has ended for whatever reason.</summary>
    public Task Closed => _closedSource.Task;

    /// <summary>Called on the shard once, when the descriptor was closed: a while after <see cref="Close"/> if something was under way.</summary>
    public Action? Disposed { get; set; }

    /// <summary>True after <see cref="Close"/>, or when a send has failed.</summary>
    public bool IsClosed => _closed;

    /// <summary>The first error that the connection met; 0: none. Set on the shard, before the end is told to anybody.</summary>
    public int EndErrno { get; private set; }

    /// <summary>Begins to look out for the peer's end; reading begins with the reader. On the shard.</summary>
    public void Start() => WatchPeer();

    /// <summary>Moves the connection to another shard; what comes after the await runs there. Between requests, on the present shard.</summary>
    public MoveAwaitable MoveTo(Shard other)
    {
        if (_shard != other)
        {
            _input.Keep();
            UnwatchPeer();
            _shard = other;
            other.Post(WatchPeer); // before the continuation of the await
        }

        return new MoveAwaitable(other);
    }

    /// <summary>There is memory again: what was not read for want of it is read now. On the shard.</summary>
    public void OnMemory()
    {
        if (_input.IsWaiting)
        {
            _shard.QueueTurn(_input);
        }
    }

    /// <summary>Closes at once; idempotent. On the shard.</summary>
    public void Close()
    {
        if (_closed)
        {
            return;
        }

        _closed = true;
        UnwatchPeer();
        Rider?.OnClosing();
        Rider = null;
        try
        {
            // Ends the operations under way; disposing now would end them too, but with a reset that throws away answers that the peer has not read yet.
            _socket.Shutdown(SocketShutdown.Both);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The peer was quicker.
        }

        DisposeWhenIdle();
        Account.Close();
        _input.End();
        _peerEnded.TrySetResult();
        _closedSource.TrySetResult();
        OnClosedSending();
    }

    /// <summary>
    /// Gives the socket up, with what was read of it and not consumed: the connection becomes something else's. Null: it is closed, or the peer has not taken our last answer
    /// yet. On the shard, while nobody reads.
    /// </summary>
    public Socket? TryRelease(out byte[] unread)
    {
        unread = _input.Unread.ToArray();
        if (_closed || _parked is not null || _receiving)
        {
            return null;
        }

        _closed = true;
        UnwatchPeer();
        Account.Close();
        _input.Abandon();
        _peerEnded.TrySetResult();
        _closedSource.TrySetResult();
        OnClosedSending();
        return _socket;
    }

    /// <summary>The zero-byte receive has completed: there are bytes, or the end.</summary>
    protected internal override void Run()
    {
        if (!_shard.IsCurrent)
        {
            _shard.Post(this); // moved while the completion was under way
            return;
        }

        _receiving = false;
        if (_closed)
        {
            DisposeWhenIdle();
            return;
        }

        NoteError(ErrorName.ErrnoOf(_receive.SocketError));
        _shard.QueueTurn(_input);
    }

    /// <summary>Whoever meets an error first takes it out of the socket; the others see an end without a cause.</summary>
    private void NoteError(int errno)
    {
        if (EndErrno == 0)
        {
            EndErrno = errno;
        }
    }

    private void DisposeWhenIdle()
    {
        if (!_receiving && _parked is null)
        {
            _socket.Dispose();
            Action? disposed = Disposed;
            Disposed = null;
            disposed?.Invoke();
        }
    }

    private static IPEndPoint Normal(EndPoint? endPoint)
    {
        IPEndPoint ip = endPoint as IPEndPoint ?? new IPEndPoint(IPAddress.None, 0);
        return ip.Address.IsIPv4MappedToIPv6 ? new IPEndPoint(ip.Address.MapToIPv4(), ip.Port) : ip;
    }

    private void Arm()
    {
        if (_closed || _receiving)
        {
            return;
        }

        _receiving = true;
        try
        {
            if (!_socket.ReceiveAsync(_receive))
            {
                _receiving = false;
                NoteError(ErrorName.ErrnoOf(_receive.SocketError));
                _input.OnReadable();
            }
        }
        catch (ObjectDisposedException)
        {
            _receiving = false;
            Close();
        }
    }

    /// <summary>The socket's side of the input.</summary>
    private sealed class SocketInput(ControlStream stream) : PeerInput
    {
        protected override Shard Shard => stream._shard;

        protected override InputAccount Account => stream.Account;

        // What the last read of this turn has brought.
        private int _lastReadBytes;

        /// <summary>There was something at once: who has had something in this turn already comes behind the others.</summary>
        public void OnReadable()
        {
            if (_lastReadBytes > 0)
            {
                stream._shard.QueueAgain(this);
            }
            else
            {
                stream._shard.QueueTurn(this);
            }
        }

        protected override void OnWanted()
        {
            if (_lastReadBytes == ReadBytes)
            {
                OnReadable(); // there is more, most likely
            }
            else
            {
                stream.Arm();
            }
        }

        protected override unsafe void Read()
        {
            _lastReadBytes = 0;
            if (stream._closed)
            {
                End();
                return;
            }

            Span<byte> room = TryMakeRoom();
            if (room.IsEmpty)
            {
                // Nothing is read until there is memory, so its end would not be seen either: whoever has gone is not waited for.
                if (stream._peerEnded.Task.IsCompleted)
                {
                    stream.Close();
                }

                return;
            }

            nint count;
            fixed (byte* data = room)
            {
                count = Libc.Receive(stream._fd, data, room.Length, LinuxConstants.MessageDontWait);
            }

            int error = count < 0 ? Marshal.GetLastPInvokeError() : 0;
            _lastReadBytes = (int)Math.Max(0, count);
            Filled(_lastReadBytes);
            if (count > 0)
            {
                return;
            }

            if (error is LinuxConstants.ErrorAgain or LinuxConstants.ErrorInterrupted)
            {
                stream.Arm();
            }
            else
            {
                stream.NoteError(error);
                End(); // in order, or broken
            }
        }
    }
}
