using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using FastRtspProxy.Net.Linux;

namespace FastRtspProxy.Net;

/// <summary>Plain TCP in the shard's own epoll: one recv a wake-up into the shard's scratch, no copy in between.</summary>
internal sealed class TcpByteStream : ByteStream
{
    private readonly Socket _socket;
    private readonly int _fd;
    private IByteSink? _sink;
    private SendQueue _queue; // mutable struct: not readonly

    // Bytes that somebody else read from the socket before it was taken over; the sink gets them first. Mostly empty.
    private readonly byte[] _early;
    private bool _closed;

    /// <summary>While true, the descriptor is not in the epoll. No event is missed: each is told of for as long as it holds.</summary>
    private bool _isPaused;

    /// <summary>Takes a connected socket over.</summary>
    public TcpByteStream(Shard shard, Socket socket, byte[]? early = null)
        : base(shard)
    {
        _early = early ?? [];
        _socket = socket;
        _socket.Blocking = false;
        _socket.NoDelay = true;
        _fd = SocketSetup.Fd(socket);
        Remote = ((IPEndPoint)socket.RemoteEndPoint!).Unmapped();
        Local = ((IPEndPoint)socket.LocalEndPoint!).Unmapped();
    }

    /// <inheritdoc/>
    public override IPEndPoint Remote { get; }

    /// <inheritdoc/>
    public override IPEndPoint Local { get; }

    /// <inheritdoc/>
    public override int QueuedBytes => _queue.Bytes;

    /// <summary>Connects: the name is looked up off the shard, every address is tried within the limit.</summary>
    /// <exception cref="ByteStreamException">No connection; the message says why.</exception>
    public static async Task<TcpByteStream> ConnectAsync(Shard shard, ConnectTarget target, TimeSpan limit)
    {
        Socket socket = await TcpConnector.ConnectAsync(shard, target, limit);
        return TakeOver(shard, socket, target.Host, target.Port);
    }

    /// <summary>Takes a socket over that we connected to somebody.</summary>
    /// <exception cref="ByteStreamException">It is closed already.</exception>
    internal static TcpByteStream TakeOver(Shard shard, Socket socket, string host, int port)
    {
        try
        {
            return new TcpByteStream(shard, socket);
        }
        catch (Exception e) when (e is SocketException or NullReferenceException)
        {
            // A camera with no place left accepts and resets: then the socket has no peer to name any more.
            socket.Dispose();
            throw new ByteStreamException(ConnectFailure.Other, $"{AddressText.WithPort(host, port)} closed the connection at once", e);
        }
    }

    /// <summary>Takes a socket over that somebody else has read; null: its peer has gone.</summary>
    internal static TcpByteStream? TakeOver(Shard shard, Socket socket, byte[] early)
    {
        try
        {
            return new TcpByteStream(shard, socket, early);
        }
        catch (Exception e) when (e is SocketException or NullReferenceException)
        {
            socket.Dispose();
            return null;
        }
    }

    /// <inheritdoc/>
    public override void Start(IByteSink sink)
    {
        _sink = sink;
        if (_early.Length > 0)
        {
            sink.OnBytes(_early);
            if (!_closed)
            {
                sink.OnBatchEnd();
            }
        }

        if (!_closed && !_isPaused && !Shard.Watch(_fd, WantedEvents, this))
        {
            End(SocketError.NoBufferSpaceAvailable);
        }
    }

    /// <inheritdoc/>
    public override bool Send(ReadOnlySpan<byte> bytes)
    {
        if (_closed)
        {
            return false;
        }

        if (_queue.Bytes == 0)
        {
            int sent = SendSome(bytes);
            if (sent < 0)
            {
                return false; // epoll reports the end to the sink
            }

            bytes = bytes[sent..];
        }

        if (bytes.Length == 0)
        {
            return true;
        }

        bool taken = _queue.TryAppend(bytes, SendQueueBytes);
        if (PollToken != 0)
        {
            Shard.Rewatch(_fd, WantedEvents, this);
        }

        return taken;
    }

    /// <inheritdoc/>
    public override void Pause()
    {
        if (!_closed && !_isPaused)
        {
            _isPaused = true;
            Shard.Unwatch(_fd, this);
        }
    }

    /// <inheritdoc/>
    public override void Resume()
    {
        if (_closed || !_isPaused)
        {
            return;
        }

        _isPaused = false;
        if (!Shard.Watch(_fd, WantedEvents, this))
        {
            End(SocketError.NoBufferSpaceAvailable);
        }
    }

    /// <inheritdoc/>
    public override void Close()
    {
        if (!_closed)
        {
            _closed = true;
            Shard.Unwatch(_fd, this);
            _queue.Clear();
            _socket.Dispose();
        }
    }

    /// <inheritdoc/>
    protected internal override void OnReady(EpollEvents events)
    {
        if ((events & EpollEvents.Out) != 0 && _queue.Bytes > 0)
        {
            int sent = SendSome(_queue.View);
            if (sent > 0)
            {
                _queue.Advance(sent);
            }

            if (_queue.Bytes == 0)
            {
                Shard.Rewatch(_fd, WantedEvents, this);
            }
        }

        if ((events & (EpollEvents.In | EpollEvents.HangUp | EpollEvents.Error)) != 0)
        {
            Receive();
        }
    }

    private EpollEvents WantedEvents => _queue.Bytes > 0 ? EpollEvents.In | EpollEvents.Out : EpollEvents.In;

    private unsafe void Receive()
    {
        fixed (byte* scratch = Shard.Scratch)
        {
            nint count = Libc.Receive(_fd, scratch, Shard.ScratchBytes, LinuxConstants.MessageDontWait);
            if (count > 0)
            {
                _sink!.OnBytes(new ReadOnlySpan<byte>(scratch, (int)count));
                if (!_closed)
                {
                    _sink.OnBatchEnd();
                }

                return;
            }

            if (count == 0)
            {
                End(SocketError.Success);
                return;
            }
        }

        int errno = Marshal.GetLastPInvokeError();
        if (errno is not (LinuxConstants.ErrorAgain or LinuxConstants.ErrorInterrupted))
        {
            End(SocketSetup.ErrorOf(errno));
        }
    }

    /// <summary>Bytes that the kernel took; 0 when it takes none now, -1 when the connection is broken.</summary>
    private unsafe int SendSome(ReadOnlySpan<byte> bytes)
    {
        fixed (byte* data = bytes)
        {
            nint sent = Libc.Send(_fd, data, bytes.Length, LinuxConstants.MessageDontWait | LinuxConstants.MessageNoSignal);
            if (sent >= 0)
            {
                return (int)sent;
            }
        }

        return Marshal.GetLastPInvokeError() is LinuxConstants.ErrorAgain or LinuxConstants.ErrorInterrupted ? 0 : -1;
    }

    private void End(SocketError error)
    {
        if (!_closed)
        {
            Close();
            _sink?.OnClosed(error);
        }
    }
}
