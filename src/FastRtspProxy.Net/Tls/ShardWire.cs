using System.Net.Sockets;
using System.Threading.Tasks.Sources;
using FastRtspProxy.Net.Linux;

namespace FastRtspProxy.Net.Tls;

/// <summary>
/// A TCP connection as the stream that an <see cref="System.Net.Security.SslStream"/> wants, waited for in the epoll of a shard: the framework's
/// never hears of it. During the handshake what the TLS code does after a wait runs on the thread pool, for it checks certificates; afterwards it
/// runs on the shard, there and then (<see cref="RunOnShard"/>). One reader, one writer.
/// </summary>
/// <param name="shard">Whose epoll waits.</param>
/// <param name="fd">The connection; who made it closes it, after the wire.</param>
internal sealed class ShardWire(Shard shard, int fd) : Stream, IValueTaskSource<int>
{
    private readonly int _fd = fd;
    private ManualResetValueTaskSourceCore<int> _read = new() { RunContinuationsAsynchronously = true }; // mutable struct: not readonly

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
        _read.RunContinuationsAsynchronously = false;
    }

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
        if (!_isOnShard || !_isDrained)
        {
            int count = RawSocket.Receive(_fd, buffer.Span);
            if (count >= 0)
            {
                return new ValueTask<int>(count);
            }

            if (!IsNotNow(count))
            {
                return ValueTask.FromException<int>(Broken(count));
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
        Memory<byte> wanted = _wanted;
        int count = RawSocket.Receive(_fd, wanted.Span);
        if (count < 0 && IsNotNow(count))
        {
            return;
        }

        _isDrained = count < wanted.Length;
        CompleteRead(count >= 0 ? null : Broken(count), count);
        _isDrained = false;
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
