using System.Net.Sockets;
using System.Runtime.InteropServices;
using FastRtspProxy.Net.Linux;

namespace FastRtspProxy.Net;

/// <summary>Sending: non-blocking first, then parked.</summary>
internal sealed partial class ControlStream
{
    /// <summary>RTSP answers that may wait behind a parked frame: a peer that sends requests and reads no answers is closed here.</summary>
    public const int AnswerQueueBytes = 256 * 1024;

    /// <summary>Answers that wait for the peer before its next request is read: some ten, or one of DESCRIBE. They wait behind what the kernel has taken, which is more.</summary>
    private const int AnswersAheadBytes = 4 * 1024;

    private SendQueue _queue; // mutable struct: not readonly
    private ParkedSend? _parked;

    // What the parked send took out of the account.
    private int _parkedBytes;

    // Answers among what is queued, and among what is parked.
    private int _queuedAnswerBytes;
    private int _parkedAnswerBytes;

    // Completed when the answers that wait are few again, or the connection has ended; null while nobody waits for that.
    private TaskCompletionSource? _answersTaken;
    private bool _isBroken;

    // The parts of all riders and viewers together, on the shard; 0: nobody has one.
    private long _unsentMarkBytes;

    /// <summary>True while a parked send is under way; media waits for <see cref="Writable"/>.</summary>
    public bool IsParked => _parked is not null;

    /// <summary>Bytes that the kernel (or a finished parked send) has taken.</summary>
    public long BytesAccepted { get; private set; }

    /// <summary>When the peer last made progress on our sends, on the shard's clock.</summary>
    public long LastProgressMicros
    {
        get => Math.Max(field, Rider?.LastProgressMicros ?? 0);
        private set;
    }

    /// <inheritdoc cref="IStreamRider"/>
    public IStreamRider? Rider { get; set; }

    /// <summary>Called on the shard when a parked send is done and the stream takes media again.</summary>
    public Action? Writable { get; set; }

    /// <summary>Called on the shard once, when the connection is found broken while sending, or closed.</summary>
    public Action? SendingEnded { get; set; }

    /// <summary>
    /// Done when the peer has taken its answers but for a few KiB: who asks and does not listen is not heard any further, instead of being answered into our budget. On the shard.
    /// </summary>
    public Task AnswersTakenAsync()
    {
        if (_closed || _queuedAnswerBytes + _parkedAnswerBytes <= AnswersAheadBytes)
        {
            return Task.CompletedTask;
        }

        return (_answersTaken ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
    }

    /// <summary>An RTSP answer, an RTCP packet: sent now, or queued behind what is parked. False: closed (a peer over the queue's limit is closed here).</summary>
    public bool Send(ReadOnlySpan<byte> bytes)
    {
        if (_closed || _isBroken)
        {
            return false;
        }

        if (_parked is null)
        {
            int sent = TrySendMedia(bytes);
            if (sent < 0)
            {
                return false;
            }

            bytes = bytes[sent..];
            if (bytes.Length == 0)
            {
                return true;
            }
        }

        if (!_queue.TryAppend(bytes, AnswerQueueBytes))
        {
            Close();
            return false;
        }

        _queuedAnswerBytes += bytes.Length;
        Account.Take(bytes.Length);
        Park();
        return !_closed;
    }

    /// <summary>One non-blocking send. Bytes taken, 0 when none are taken now; -1: broken, and closed here. Only while not parked.</summary>
    public unsafe int TrySendMedia(ReadOnlySpan<byte> bytes)
    {
        if (_closed || _isBroken)
        {
            return -1;
        }

        fixed (byte* data = bytes)
        {
            return AfterSend(Libc.Send(_fd, data, bytes.Length, LinuxConstants.MessageDontWait | LinuxConstants.MessageNoSignal));
        }
    }

    /// <summary>As <see cref="TrySendMedia"/> for a gathered list.</summary>
    public unsafe int TrySendVectors(IoVector* vectors, int count)
    {
        if (_closed || _isBroken)
        {
            return -1;
        }

        MessageHeader header = new() { Vectors = vectors, VectorCount = count };
        return AfterSend(Libc.SendMessage(_fd, &header, LinuxConstants.MessageDontWait | LinuxConstants.MessageNoSignal));
    }

    /// <summary>Copies the rest of a frame and sends it in the background; at most 64 KiB a call. Only while not parked or right after another call.</summary>
    public void ParkRest(ReadOnlySpan<byte> rest)
    {
        if (_closed)
        {
            return;
        }

        if (!_queue.TryAppend(rest, AnswerQueueBytes))
        {
            Close();
            return;
        }

        Account.Take(rest.Length);
        Park();
    }

    /// <summary>
    /// So much more (or less) may wait unsent in the kernel, for one of those whose media goes out here. Only what waits on our side can still be left out for a peer that is too slow. On the shard.
    /// </summary>
    public void ChangeUnsentMark(int byBytes)
    {
        bool hadMedia = _unsentMarkBytes > 0;
        _unsentMarkBytes += byBytes;
        if (_closed)
        {
            return;
        }

        SocketSetup.SetUnsentMark(_fd, UnsentMark.ForConnection(_unsentMarkBytes));
        if (UserTimeouts is var (silent, media) && hadMedia != _unsentMarkBytes > 0)
        {
            SocketSetup.SetUserTimeout(_fd, hadMedia ? silent : media);
        }
    }

    /// <summary>
    /// TCP_USER_TIMEOUT while no media goes out here, which is what the accepted socket has, and while some does: then a peer that takes nothing is <c>--slow-timeout</c>'s affair, and without media the keep-alive decides
    /// (<see cref="KeepAlive.UserTimeout"/>). Null: it is left as it is. Set before the connection is served.
    /// </summary>
    public (TimeSpan Silent, TimeSpan Media)? UserTimeouts { get; init; }

    /// <inheritdoc cref="SocketSetup.IsLineDown"/>
    public bool IsLineDown => !_closed && SocketSetup.IsLineDown(_fd);

    /// <summary>The descriptor, for the fan-out's own calls.</summary>
    internal int Descriptor => _fd;

    /// <summary>What a rider sent in whole.</summary>
    internal void NoteSent(long bytes, long micros)
    {
        BytesAccepted += bytes;
        LastProgressMicros = micros;
    }

    /// <summary>What came of a rider's send that did not go through whole, with the errno left by it: as <see cref="TrySendMedia"/>.</summary>
    internal int NoteSend(nint sent) => AfterSend(sent);

    private int AfterSend(nint sent)
    {
        if (sent >= 0)
        {
            BytesAccepted += sent;
            LastProgressMicros = _shard.NowMicros;
            return (int)sent;
        }

        int errno = Marshal.GetLastPInvokeError();
        if (errno is LinuxConstants.ErrorAgain or LinuxConstants.ErrorInterrupted)
        {
            return 0;
        }

        NoteError(errno);
        Break();
        return -1;
    }

    /// <summary>A send has failed for good.</summary>
    private void Break()
    {
        // Not here and now: whoever sends is in the middle of a pass over its clients.
        if (!_isBroken)
        {
            _isBroken = true;
            _shard.Post(Close);
        }
    }

    private void Park()
    {
        if (_parked is null && _queue.Bytes > 0)
        {
            Rider?.OnParked();
            _parked = ParkedSend.Rent(this);
            _parkedBytes = _queue.Bytes;
            _parkedAnswerBytes = _queuedAnswerBytes;
            _queuedAnswerBytes = 0;
            _parked.Begin(_socket, _queue.Take());
        }
    }

    private void OnParkedSent(int bytes, SocketError error)
    {
        _parked = null;
        if (_closed)
        {
            DisposeWhenIdle();
            return;
        }

        if (error != SocketError.Success)
        {
            NoteError(ErrorName.ErrnoOf(error));
            Close();
            return;
        }

        BytesAccepted += bytes;
        LastProgressMicros = _shard.NowMicros;
        _parkedAnswerBytes = 0;
        Account.Return(_parkedBytes);
        Account.Settle();
        if (_queuedAnswerBytes <= AnswersAheadBytes)
        {
            SayAnswersTaken();
        }

        if (_queue.Bytes > 0)
        {
            Park();
        }
        else
        {
            Writable?.Invoke();
        }
    }

    private void SayAnswersTaken()
    {
        TaskCompletionSource? taken = _answersTaken;
        _answersTaken = null;
        taken?.TrySetResult();
    }

    private void OnClosedSending()
    {
        _queue.Clear();
        SayAnswersTaken();
        Action? ended = SendingEnded;
        SendingEnded = null;
        Writable = null;
        ended?.Invoke();
    }

    /// <summary>A send that waits for a peer, with the bytes that it waits with. Pooled: only clients that are behind have one.</summary>
    private sealed class ParkedSend : ShardWork
    {
        private static readonly Microsoft.Extensions.ObjectPool.ObjectPool<ParkedSend> s_pool =
            new Microsoft.Extensions.ObjectPool.DefaultObjectPool<ParkedSend>(new Microsoft.Extensions.ObjectPool.DefaultPooledObjectPolicy<ParkedSend>(), 256);

        private readonly SocketAsyncEventArgs _send = new(true);
        private ControlStream? _owner;
        private ArraySegment<byte> _bytes;

        public ParkedSend() => _send.Completed += (_, _) => _owner!._shard.Post(this);

        public static ParkedSend Rent(ControlStream owner)
        {
            ParkedSend parked = s_pool.Get();
            parked._owner = owner;
            return parked;
        }

        /// <summary>Sends a rented buffer, and gives it back afterwards.</summary>
        public void Begin(Socket socket, ArraySegment<byte> bytes)
        {
            _bytes = bytes;
            _send.SetBuffer(bytes.Array, bytes.Offset, bytes.Count);
            try
            {
                if (!socket.SendAsync(_send))
                {
                    _owner!._shard.Post(this);
                }
            }
            catch (ObjectDisposedException)
            {
                _send.SocketError = SocketError.OperationAborted;
                _owner!._shard.Post(this);
            }
        }

        protected internal override void Run()
        {
            ControlStream owner = _owner!;
            int bytes = _send.BytesTransferred;
            SocketError error = _send.SocketError;
            System.Buffers.ArrayPool<byte>.Shared.Return(_bytes.Array!);
            _bytes = default;
            _owner = null;
            _send.SetBuffer(null, 0, 0);
            s_pool.Return(this);
            owner.OnParkedSent(bytes, error);
        }
    }
}
