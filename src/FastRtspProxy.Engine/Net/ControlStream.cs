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
    /// <summary>
    /// Input that the reader has not looked at: while it is busy with a request, so much and one read is taken in, no more. What it has looked at and found not whole (a head of 8 KiB, a body of 64 KiB)
    /// does not count here; its parser bounds that.
    /// </summary>
    private const int ReadAheadBytes = 4096;

    private const int ReadBytes = 4096;

    private readonly Socket _socket;
    private readonly int _fd;
    private readonly Pipe _input;
    private readonly SocketAsyncEventArgs _receive;
    private readonly TaskCompletionSource _closedSource = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly InputBudget? _budget;
    private Shard _shard;
    private TurnBudget _turn; // mutable struct: not readonly
    private bool _receiving;
    private bool _closed;

    /// <summary>Bytes that were read and that the reader has not consumed, as far as it has told: <see cref="NoteInput"/>.</summary>
    private int _inputBytes;

    /// <summary>There is something to read, and no room for it in the budget: <see cref="ResumeReading"/> tries again.</summary>
    private bool _isStarved;

    /// <summary>Takes a connected socket over. Any thread; nothing happens before <see cref="Start"/>.</summary>
    public ControlStream(Shard shard, Socket socket, InputBudget? budget = null)
    {
        _shard = shard;
        _budget = budget;
        Held = budget is null ? null : new HeldBytes(budget, this);
        _socket = socket;
        _socket.Blocking = false;
        _socket.NoDelay = true;
        _fd = SocketSetup.Fd(socket);
        Remote = Normal(socket.RemoteEndPoint);
        Local = Normal(socket.LocalEndPoint);
        _input = new Pipe(new PipeOptions(
            readerScheduler: PipeScheduler.Inline,
            writerScheduler: PipeScheduler.Inline,
            pauseWriterThreshold: ReadAheadBytes,
            resumeWriterThreshold: ReadAheadBytes / 2,
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

    /// <summary>What it holds of the process's budget for input and answers; null: nobody counts.</summary>
    public HeldBytes? Held { get; }

    /// <summary>Another account for what is held on this stream's behalf and given back by its close; null: nobody counts.</summary>
    public HeldBytes? NewHolder() => _budget is null ? null : new HeldBytes(_budget, this);

    /// <summary>Says whether somebody plays on this stream; such a stream is read though the budget is used up. Null: nobody does.</summary>
    public Func<bool>? IsPlayedOn { get; set; }

    /// <summary>Closes the stream, because it held most when the budget was used up: its owner knows the cause's name. On the shard.</summary>
    public Action? OverBudget { get; set; }

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

    /// <summary>How much of the input the reader has not consumed: it says so after each look.</summary>
    public void NoteInput(long bytes)
    {
        _inputBytes = (int)bytes;
        NoteHeld();
    }

    /// <summary>Reads again where the budget had no room. Asked about once a second.</summary>
    public void ResumeReading()
    {
        if (_isStarved && !_closed && MayRead())
        {
            _isStarved = false;
            _shard.Post(this);
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
        _input.Writer.Complete();
        _peerEnded.TrySetResult();
        _closedSource.TrySetResult();
        OnClosedSending();
        Held?.Set(0);
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

    internal void OnOverBudget()
    {
        OverBudget?.Invoke();
        Close();
    }

    private bool MayRead() => _budget is not { IsFull: true } || IsPlayedOn?.Invoke() == true;

    private void NoteHeld() => Held?.Set(_closed ? 0 : _inputBytes + _answerBytes);

    private void ReadAvailable()
    {
        Shard shard = _shard;
        while (!_closed)
        {
            if (!MayRead())
            {
                _isStarved = true;
                return;
            }

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

            _inputBytes += count;
            NoteHeld();
            bool goesOn = _turn.SpendBytes(shard, count);
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

            if (!goesOn || !ReferenceEquals(shard, _shard))
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
