using System.Net.Sockets;
using System.Threading.Tasks.Sources;
using FastRtspProxy.Net.Linux;

namespace FastRtspProxy.Net.Tls;

/// <summary>
/// A TCP connection as the stream that an <see cref="System.Net.Security.SslStream"/> wants, waited for in the epoll of a shard: the framework's
/// never hears of it. During the handshake what the TLS code does after a wait runs on the thread pool, for it checks certificates; afterwards it
/// runs on the shard, there and then (<see cref="RunOnShard"/>), a budget's worth in each turn. One reader, one writer.
/// </summary>
/// <param name="shard">Whose epoll waits.</param>
/// <param name="fd">The connection; who made it closes it, after the wire.</param>
internal sealed class ShardWire(Shard shard, int fd) : Stream, IValueTaskSource<int>
{
    /// <summary>The TLS code decrypts all that it was given before it asks for more: so many bytes are 180 records of the smallest kind.</summary>
    private const int ReadBytes = 4096;

    private readonly int _fd = fd;
    private ManualResetValueTaskSourceCore<int> _read = new() { RunContinuationsAsynchronously = true }; // mutable struct: not readonly

    private TlsRecordMeter _records; // mutable struct: not readonly

    private TurnBudget _turn; // mutable struct: not readonly

    /// <summary>Encrypted bytes since <see cref="NoteDecrypted"/>. Only the shard.</summary>
    private int _idleBytes;

    /// <summary>What is waited for, by the shard's epoll; only the shard.</summary>
    private Watch? _watch;

    /// <summary>What the read that waits wants filled. Set before the shard is told of the read, which then alone touches it.</summary>
    private Memory<byte> _wanted;

    /// <summary>A read waits. Only the shard.</summary>
    private bool _isReading;

    /// <summary>The last receive found all that there was. Only the shard.</summary>
    private bool _isDrained;

    /// <summary>A write waits for room; completed by the shard.</summary>
    private TaskCompletionSource? _room;

    /// <summary>Why nothing goes on any more; null: it does. Only the shard.</summary>
    private Exception? _end;

    private volatile bool _isOnShard;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>The handshake is over: from now on all happens on the shard. On the shard, with nothing under way.</summary>
    public void RunOnShard()
    {
        _isOnShard = true;
        _idleBytes = 0;
        _read.RunContinuationsAsynchronously = false;
    }

    /// <summary>Something for us was among what was read. On the shard.</summary>
    public void NoteDecrypted() => _idleBytes = 0;

    /// <summary>
    /// Ends what is under way, and all that comes; the first cause counts. Any thread; over when nobody watches the descriptor any more.
    /// </summary>
    public Task EndAsync(Exception cause) => shard.RunAsync(() =>
    {
        End(cause);
        return Task.CompletedTask;
    });

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        buffer = buffer[..Math.Min(buffer.Length, ReadBytes)];
        if (!_isOnShard || !(_isDrained || _turn.IsSpent(shard)))
        {
            int count = Receive(buffer.Span, out Exception? cause);
            if (cause is not null)
            {
                return ValueTask.FromException<int>(cause);
            }

            if (count >= 0)
            {
                return new ValueTask<int>(count);
            }
        }

        _read.Reset();
        _wanted = buffer;
        short version = _read.Version;
        if (shard.IsCurrent)
        {
            BeginRead();
        }
        else
        {
            shard.Post(BeginRead);
        }

        return new ValueTask<int>(this, version);
    }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (buffer.Length > 0)
        {
            int sent = RawSocket.Send(_fd, buffer.Span);
            if (sent >= 0)
            {
                buffer = buffer[sent..];
            }
            else if (IsNotNow(sent))
            {
                TaskCompletionSource room = new(_isOnShard ? TaskCreationOptions.None : TaskCreationOptions.RunContinuationsAsynchronously);
                shard.Run(() => BeginWrite(room));
                await room.Task.ConfigureAwait(false);
            }
            else
            {
                throw Broken(sent);
            }
        }
    }

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Flush()
    {
        // Nothing is kept here.
    }

    public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    int IValueTaskSource<int>.GetResult(short token) => _read.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource<int>.GetStatus(short token) => _read.GetStatus(token);

    // Without any context: what follows runs on the shard, or on the thread pool.
    void IValueTaskSource<int>.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _read.OnCompleted(continuation, state, token, ValueTaskSourceOnCompletedFlags.None);

    private static bool IsNotNow(int minusErrno) => -minusErrno is LinuxConstants.ErrorAgain or LinuxConstants.ErrorInterrupted;

    private static IOException Broken(int minusErrno)
    {
        SocketError error = SocketSetup.ErrorOf(-minusErrno);
        return new IOException($"the connection broke ({error})", new SocketException((int)error));
    }

    private static IOException NoTls(string words, SocketError error) => new(words, new SocketException((int)error));

    private void BeginRead()
    {
        _isReading = true;
        if (_end is { } end)
        {
            CompleteRead(end);
            return;
        }

        Wait();
    }

    private void BeginWrite(TaskCompletionSource room)
    {
        if (_end is { } end)
        {
            room.SetException(end);
            return;
        }

        _room = room;
        Wait();
    }

    /// <summary>Watches for what is waited for; a read is waited for until there is something that nobody reads.</summary>
    private void Wait()
    {
        EpollEvents events = (_isReading ? EpollEvents.In : EpollEvents.None) | (_room is null ? EpollEvents.None : EpollEvents.Out);
        if (_watch is null)
        {
            _watch = new Watch(this);
            if (!shard.Watch(_fd, events, _watch))
            {
                End(new IOException("the shard cannot wait for another connection"));
            }
        }
        else if (_watch.Events != events)
        {
            shard.Rewatch(_fd, events, _watch);
        }

        _watch.Events = events;
    }

    private void OnReady(EpollEvents events)
    {
        bool isBroken = (events & (EpollEvents.Error | EpollEvents.HangUp)) != 0;
        if ((isBroken || (events & EpollEvents.Out) != 0) && _room is { } room)
        {
            _room = null;
            room.SetResult(); // a write that fails now says why
        }

        if (_isReading && (isBroken || (events & EpollEvents.In) != 0))
        {
            Receive();
        }

        if (_end is not null)
        {
            return;
        }

        if (isBroken && !_isReading && _room is null)
        {
            // The epoll says it whatever it was asked for, in each turn; whoever reads or writes next is told at once.
            shard.Unwatch(_fd, _watch!);
            _watch = null;
        }
        else
        {
            Wait();
        }
    }

    private void Receive()
    {
        if (_isOnShard && _turn.IsSpent(shard))
        {
            return; // asked after the turn's descriptors began to be handled; the epoll says it again in the next one
        }

        int count = Receive(_wanted.Span, out Exception? cause);
        if (count >= 0 || cause is not null)
        {
            CompleteRead(cause, count);
        }
    }

    /// <summary>What is there; -1: nothing is, or the connection is over by that cause.</summary>
    private int Receive(Span<byte> wanted, out Exception? cause)
    {
        cause = null;
        if (_isOnShard && _idleBytes > TlsRecordMeter.IdleBytesMax)
        {
            cause = NoTls("TLS without anything in it for us", SocketError.ProtocolNotSupported);
            return -1;
        }

        int count = RawSocket.Receive(_fd, wanted);
        if (count < 0)
        {
            cause = IsNotNow(count) ? null : Broken(count);
            return -1;
        }

        int records = _records.Count;
        bool isTls = _records.TryAdd(wanted[..count]);
        if (_isOnShard)
        {
            if (!isTls)
            {
                cause = NoTls("a record that is longer than any may be", SocketError.MessageSize); // in the handshake the TLS code says what it got
                return -1;
            }

            _isDrained = count < wanted.Length;
            _idleBytes += count;
            _ = _turn.SpendRecords(shard, unchecked(_records.Count - records), count);
        }

        return count;
    }

    private void CompleteRead(Exception? cause, int count = 0)
    {
        _isReading = false;
        _wanted = default;
        if (cause is null)
        {
            _read.SetResult(count);
        }
        else
        {
            _read.SetException(cause);
        }
    }

    /// <summary>As <see cref="EndAsync"/>, on the shard.</summary>
    public void End(Exception cause)
    {
        if (_end is not null)
        {
            return;
        }

        _end = cause;
        if (_watch is { } watch)
        {
            shard.Unwatch(_fd, watch);
        }

        if (_isReading)
        {
            CompleteRead(cause);
        }

        _room?.SetException(cause);
        _room = null;
    }

    private sealed class Watch(ShardWire wire) : PollTarget
    {
        /// <summary>What the epoll was told last.</summary>
        public EpollEvents Events { get; set; }

        protected internal override void OnReady(EpollEvents events) => wire.OnReady(events);
    }
}
