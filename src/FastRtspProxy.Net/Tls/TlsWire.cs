using System.Threading.Tasks.Sources;

namespace FastRtspProxy.Net.Tls;

/// <summary>
/// The encrypted side of an <see cref="System.Net.Security.SslStream"/>, which sees a stream. It never touches a socket by itself: a read waits until
/// its owner has supplied bytes, so whatever the TLS code does next happens then and there, on the owner's thread; what is written is handed over at
/// once. The owner is the handshake first, then the connection. One reader, one writer.
/// </summary>
internal sealed class TlsWire(ITlsWireOwner owner) : Stream, IValueTaskSource<int>
{
    private ManualResetValueTaskSourceCore<int> _read; // mutable struct: not readonly

    private TlsRecordMeter _records; // mutable struct: not readonly

    /// <summary>What the read under way wants filled; of no length: it is to be told when there is something.</summary>
    private Memory<byte> _wanted;

    /// <summary>Who brings the bytes; changed once, while nothing is under way.</summary>
    public ITlsWireOwner Owner { get; set; } = owner;

    /// <summary>A read waits to be supplied.</summary>
    public bool IsReading { get; private set; }

    /// <summary>What the read under way wants filled.</summary>
    public Memory<byte> Wanted => _wanted;

    /// <summary>What was supplied last ends in the middle of a record, which the TLS code holds.</summary>
    public bool IsMidRecord => _records.IsMidRecord;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>So many bytes stand in <see cref="Wanted"/>; 0 of a read that wants bytes: there will be no more.</summary>
    public void Supply(int bytes)
    {
        if (!_records.TryAdd(_wanted.Span[..bytes]))
        {
            Fail(new IOException("a record that is longer than any may be"));
            return;
        }

        IsReading = false;
        _wanted = default;
        _read.SetResult(bytes);
    }

    /// <summary>The connection broke.</summary>
    public void Fail(Exception cause)
    {
        IsReading = false;
        _wanted = default;
        _read.SetException(cause);
    }

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        _read.Reset();
        _wanted = buffer;
        IsReading = true;
        short version = _read.Version;
        Owner.OnReading();
        return new ValueTask<int>(this, version);
    }

    // Of a connection, not of a handshake: it is done at once.
    public override void Write(ReadOnlySpan<byte> buffer) => _ = Owner.OnWritten(buffer);

    public override void Write(byte[] buffer, int offset, int count) => _ = Owner.OnWritten(buffer.AsSpan(offset, count));

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) =>
        new(Owner.OnWritten(buffer.Span));

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

    // Without any context: what follows runs where the bytes are supplied.
    void IValueTaskSource<int>.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _read.OnCompleted(continuation, state, token, ValueTaskSourceOnCompletedFlags.None);
}
