using System.Net.Sockets;

namespace FastRtspProxy.Net;

/// <summary>
/// A zero-byte SAEA receive: it completes when the socket has bytes, or its end, and holds no memory meanwhile. It is the work that its own
/// completion posts to the shard.
/// </summary>
internal sealed class ReadableWait : ShardWork
{
    private readonly StreamInput _input;
    private readonly ControlStream _stream;
    private readonly Socket _socket;
    private readonly SocketAsyncEventArgs _receive = new(true);

    public ReadableWait(StreamInput input, ControlStream stream, Socket socket)
    {
        _input = input;
        _stream = stream;
        _socket = socket;
        _receive.SetBuffer(Memory<byte>.Empty);
        _receive.Completed += (_, _) => _stream.Shard.Post(this);
    }

    /// <summary>
    /// Set when the socket engine takes the receive, cleared on the shard when its completion was run there: so long the socket is in use. Only the
    /// shard.
    /// </summary>
    public bool IsUnderWay { get; private set; }

    /// <summary>Begins to wait, unless it does already or the stream is closed. On the shard.</summary>
    public void Begin()
    {
        if (_stream.IsClosed || IsUnderWay)
        {
            return;
        }

        IsUnderWay = true;
        try
        {
            if (!_socket.ReceiveAsync(_receive))
            {
                IsUnderWay = false;
                _stream.NoteError(ErrorName.ErrnoOf(_receive.SocketError));
                _input.OnReadable();
            }
        }
        catch (ObjectDisposedException)
        {
            IsUnderWay = false;
            _stream.Close();
        }
    }

    /// <summary>There are bytes, or the end.</summary>
    protected internal override void Run()
    {
        if (!_stream.Shard.IsCurrent)
        {
            _stream.Shard.Post(this); // moved while the completion was under way
            return;
        }

        IsUnderWay = false;
        if (_stream.IsClosed)
        {
            _stream.DisposeWhenIdle();
            return;
        }

        _stream.NoteError(ErrorName.ErrnoOf(_receive.SocketError));
        _stream.Shard.QueueTurn(_input);
    }
}
