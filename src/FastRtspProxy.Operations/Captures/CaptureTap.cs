using System.Threading.Channels;
using FastRtspProxy.Engine.Backend;

namespace FastRtspProxy.Operations.Captures;

/// <summary>
/// Hears a camera's session on its shard, and keeps copies for whoever writes them elsewhere. What waits is bounded: a disk or a client that is slow
/// costs pieces, which are counted, and the shard nothing.
/// </summary>
/// <param name="now">The shard's clock, in microseconds.</param>
internal sealed class CaptureTap(Func<long> now) : ICameraTap
{
    /// <summary>Two seconds of 64 Mbit/s.</summary>
    private const long WaitingBytesMax = 16L << 20;

    private readonly Channel<TapPiece> _pieces = Channel.CreateUnbounded<TapPiece>(new UnboundedChannelOptions { SingleReader = true });

    /// <summary>Bytes that wait; the shard adds, the reader takes away.</summary>
    private long _waitingBytes;
    private long _lost;

    /// <summary>What was heard, in order; it ends with <see cref="Complete"/>.</summary>
    public ChannelReader<TapPiece> Pieces => _pieces.Reader;

    /// <summary>Pieces that there was no room for.</summary>
    public long Lost => Interlocked.Read(ref _lost);

    /// <summary>A piece was written: its room is free again.</summary>
    public void OnWritten(in TapPiece piece) => Interlocked.Add(ref _waitingBytes, -Weight(piece.Bytes));

    /// <summary>Nothing more is heard.</summary>
    public void Complete() => _pieces.Writer.TryComplete();

    /// <inheritdoc/>
    public void OnOpened(bool isEncrypted, bool isTunnelled) => Add(TapKind.Opened, isEncrypted, isTunnelled ? 1 : 0, default);

    /// <inheritdoc/>
    public void OnStream(bool isSent, ReadOnlySpan<byte> bytes) => Add(TapKind.Stream, isSent, 0, bytes);

    /// <inheritdoc/>
    public void OnDatagram(bool isSent, int localPort, ReadOnlySpan<byte> datagram) => Add(TapKind.Datagram, isSent, localPort, datagram);

    /// <inheritdoc/>
    public void OnClosed(bool isByCamera) => Add(TapKind.Closed, isByCamera, 0, default);

    private static int Weight(byte[] bytes) => bytes.Length + 64;

    private void Add(TapKind kind, bool isSent, int place, ReadOnlySpan<byte> bytes)
    {
        if (Interlocked.Read(ref _waitingBytes) > WaitingBytesMax)
        {
            Interlocked.Increment(ref _lost);
            return;
        }

        byte[] copy = bytes.ToArray();
        Interlocked.Add(ref _waitingBytes, Weight(copy));
        _pieces.Writer.TryWrite(new TapPiece(kind, isSent, place, now(), copy));
    }
}
