using System.Net.Sockets;
using System.Runtime.InteropServices;
using FastRtspProxy.Engine.Net.Linux;

namespace FastRtspProxy.Engine.Net;

/// <summary>Sending: non-blocking first, then parked.</summary>
internal sealed partial class ControlStream
{
    /// <summary>RTSP answers that may wait behind a parked frame: a peer that sends requests and reads no answers is closed here.</summary>
    public const int AnswerQueueBytes = 256 * 1024;

    private SendQueue _queue; // mutable struct: not readonly
    private ParkedSend? _parked;
    private bool _isBroken;

    /// <summary>Bytes of answers that wait, those of a parked send included; media that is parked with them is counted by its own budget.</summary>
    private int _answerBytes;

    /// <summary>A peer that does not take this much of its answers is asked for no more: its requests wait with it.</summary>
    private const int AnswersAheadBytes = 4 * 1024;

    /// <summary>Somebody waits for <see cref="AnswersTakenAsync"/>; null: nobody.</summary>
    private TaskCompletionSource? _answersTaken;

    /// <summary>
    /// Done when the peer has taken its answers, all but a few, or the stream is closed: whoever answers waits for it before the next request, so that a peer which asks and does not listen holds a few KiB.
    /// </summary>
    public Task AnswersTakenAsync() => _closed || _answerBytes <= AnswersAheadBytes ? Task.CompletedTask : (_answersTaken ??= new TaskCompletionSource()).Task;

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

        _answerBytes += bytes.Length;
        NoteHeld();
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

        Park();
    }

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

        if (Marshal.GetLastPInvokeError() is LinuxConstants.ErrorAgain or LinuxConstants.ErrorInterrupted)
        {
            return 0;
        }

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
            _parked.Begin(_socket, _queue.View);
            _queue.Clear();
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
            Close();
            return;
        }

        BytesAccepted += bytes;
        LastProgressMicros = _shard.NowMicros;
        if (_queue.Bytes > 0)
        {
            Park();
        }
        else
        {
            OnAnswersTaken();
            Writable?.Invoke();
        }
    }

    private void OnAnswersTaken()
    {
        _answerBytes = 0;
        NoteHeld();
        TaskCompletionSource? taken = _answersTaken;
        _answersTaken = null;
        taken?.TrySetResult();
    }

    private void OnClosedSending()
    {
        _queue.Clear();
        OnAnswersTaken();
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
        private byte[] _bytes = [];

        public ParkedSend() => _send.Completed += (_, _) => _owner!._shard.Post(this);

        public static ParkedSend Rent(ControlStream owner)
        {
            ParkedSend parked = s_pool.Get();
            parked._owner = owner;
            return parked;
        }

        public void Begin(Socket socket, ReadOnlySpan<byte> bytes)
        {
            _bytes = System.Buffers.ArrayPool<byte>.Shared.Rent(bytes.Length);
            bytes.CopyTo(_bytes);
            _send.SetBuffer(_bytes, 0, bytes.Length);
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
            System.Buffers.ArrayPool<byte>.Shared.Return(_bytes);
            _bytes = [];
            _owner = null;
            _send.SetBuffer(null, 0, 0);
            s_pool.Return(this);
            owner.OnParkedSent(bytes, error);
        }
    }
}
