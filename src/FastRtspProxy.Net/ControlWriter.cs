using System.Buffers;
using System.IO.Pipelines;

namespace FastRtspProxy.Net;

/// <summary>The output side of a <see cref="ControlStream"/>: gathers an answer in a rented buffer and hands it over at the flush.</summary>
internal sealed class ControlWriter(ControlStream stream) : PipeWriter
{
    private byte[]? _buffer;
    private int _bytes;

    public override bool CanGetUnflushedBytes => true;

    public override long UnflushedBytes => _bytes;

    public override void Advance(int bytes)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(bytes, (_buffer?.Length ?? 0) - _bytes);
        _bytes += bytes;
    }

    public override Memory<byte> GetMemory(int sizeHint = 0)
    {
        int wanted = Math.Max(sizeHint, 512);
        if (_buffer is null || _buffer.Length - _bytes < wanted)
        {
            byte[] larger = ArrayPool<byte>.Shared.Rent(Math.Max(2048, (_bytes + wanted) * 2));
            if (_buffer is not null)
            {
                _buffer.AsSpan(0, _bytes).CopyTo(larger);
                ArrayPool<byte>.Shared.Return(_buffer);
            }

            _buffer = larger;
        }

        return _buffer.AsMemory(_bytes);
    }

    public override Span<byte> GetSpan(int sizeHint = 0) => GetMemory(sizeHint).Span;

    public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default)
    {
        bool open = true;
        if (_buffer is byte[] buffer)
        {
            open = stream.Send(buffer.AsSpan(0, _bytes));
            _buffer = null;
            _bytes = 0;
            ArrayPool<byte>.Shared.Return(buffer);
        }

        return new ValueTask<FlushResult>(new FlushResult(isCanceled: false, isCompleted: !open));
    }

    public override void CancelPendingFlush()
    {
    }

    public override void Complete(Exception? exception = null)
    {
    }
}
