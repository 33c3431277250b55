using System.Buffers;
using System.IO.Pipelines;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using FastRtspProxy.Engine.Net.Linux;

namespace FastRtspProxy.Engine.Net;

/// <summary>
/// A front-end connection as an <see cref="IDuplexPipe"/> over a raw socket. Receiving: a zero-byte SAEA receive waits (nothing is rented while the
/// peer is silent), its completion posts to the shard, and the shard reads into the pipe. Sending: one writer for RTSP answers and media, in order;
/// what the kernel does not take is parked (copied) and sent by SAEA, and its completion means writable.
/// </summary>
internal sealed partial class ControlStream : ShardWork, IDuplexPipe
{
    /// <summary>Pipe input that a reader has not consumed: a body of the largest size and a head, then we stop reading.</summary>
    private const int InputLimitBytes = 1_200_000;

    private const int ReadBytes = 4096;

    private readonly Socket _socket;
    private readonly int _fd;
    private readonly Pipe _input;
    private readonly SocketAsyncEventArgs _receive;
    private readonly TaskCompletionSource _closedSource = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Shard _shard;
    private bool _receiving;
    private bool _closed;

    /// <summary>Takes a connected socket over. Any thread; nothing happens before <see cref="Start"/>.</summary>
    public ControlStream(Shard shard, Socket socket)
    {
        _shard = shard;
        _socket = socket;
        _socket.Blocking = false;
        _socket.NoDelay = true;
        _fd = SocketSetup.Fd(socket);
        Remote = Normal(socket.RemoteEndPoint);
        Local = Normal(socket.LocalEndPoint);
        _input = new Pipe(new PipeOptions(
            readerScheduler: PipeScheduler.Inline,
            writerScheduler: PipeScheduler.Inline,
            pauseWriterThreshold: InputLimitBytes,
            resumeWriterThreshold: InputLimitBytes / 2,
            minimumSegmentSize: ReadBytes,
            useSynchronizationContext: false));
        Output = new ControlWriter(this);
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

    /// <summary>What the peer sends. Reads complete on the shard.</summary>
    public PipeReader Input => _input.Reader;

    /// <summary>What we answer. A flush hands it to the kernel, behind whatever is parked.</summary>
    public PipeWriter Output { get; }

    /// <summary>Completes when the connection has ended for whatever reason.</summary>
    public Task Closed => _closedSource.Task;

    /// <summary>True after <see cref="Close"/>, or when a send has failed.</summary>
    public bool IsClosed => _closed;

    /// <summary>Begins to receive. On the shard.</summary>
    public void Start()
    {
        WatchPeer();
        Arm();
    }

    /// <summary>Moves the connection to another shard; what comes after the await runs there. Between requests, on the present shard.</summary>
    public MoveAwaitable MoveTo(Shard other)
    {
        if (_shard != other)
        {
            UnwatchPeer();
            _shard = other;
            other.Post(WatchPeer); // before the continuation of the await
        }

        return new MoveAwaitable(other);
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
        _input.Writer.Complete();
        _peerEnded.TrySetResult();
        _closedSource.TrySetResult();
        OnClosedSending();
    }

    /// <summary>The zero-byte receive has completed.</summary>
    protected internal override void Run()
    {
        _receiving = false;
        if (!_shard.IsCurrent)
        {
            _shard.Post(this); // moved while the completion was under way
            return;
        }

        if (_closed)
        {
            DisposeWhenIdle();
            return;
        }

        ReadAvailable();
    }

    private void DisposeWhenIdle()
    {
        if (!_receiving && _parked is null)
        {
            _socket.Dispose();
        }
    }

    private static IPEndPoint Normal(EndPoint? endPoint)
    {
        IPEndPoint ip = endPoint as IPEndPoint ?? new IPEndPoint(IPAddress.None, 0);
        return ip.Address.IsIPv4MappedToIPv6 ? new IPEndPoint(ip.Address.MapToIPv4(), ip.Port) : ip;
    }

    private void Arm()
    {
        try
        {
            while (!_closed && !_receiving)
            {
                _receiving = true;
                if (_socket.ReceiveAsync(_receive))
                {
                    return;
                }

                _shard.Post(this); // readable at once: read in the inbox's turn, so that one busy peer does not keep the shard
                return;
            }
        }
        catch (ObjectDisposedException)
        {
            Close();
        }
    }

    private void ReadAvailable()
    {
        Shard shard = _shard;
        while (!_closed)
        {
            int count = ReadOnce();
            if (count < 0)
            {
                Arm();
                return;
            }

            if (count == 0)
            {
                _input.Writer.Complete();
                return;
            }

            ValueTask<FlushResult> flush = _input.Writer.FlushAsync();
            if (!flush.IsCompletedSuccessfully)
            {
                ContinueAfter(flush);
                return;
            }

            if (flush.Result.IsCompleted || _closed)
            {
                return;
            }

            if (!ReferenceEquals(shard, _shard))
            {
                _shard.Post(this);
                return;
            }

            if (count < ReadBytes)
            {
                Arm();
                return;
            }
        }
    }

    private async void ContinueAfter(ValueTask<FlushResult> flush)
    {
        FlushResult result = await flush;
        if (!result.IsCompleted && !_closed)
        {
            Arm();
        }
    }

    /// <summary>Bytes read, 0 at the end (or a broken connection), -1 when there is nothing now.</summary>
    private unsafe int ReadOnce()
    {
        Span<byte> memory = _input.Writer.GetSpan(ReadBytes);
        nint count;
        fixed (byte* data = memory)
        {
            count = Libc.Receive(_fd, data, memory.Length, LinuxConstants.MessageDontWait);
        }

        if (count > 0)
        {
            _input.Writer.Advance((int)count);
            return (int)count;
        }

        if (count < 0 && Marshal.GetLastPInvokeError() is LinuxConstants.ErrorAgain or LinuxConstants.ErrorInterrupted)
        {
            return -1;
        }

        return 0;
    }
}
