using System.IO.Pipelines;
using CommunityToolkit.HighPerformance.Buffers;

namespace FastRtspProxy.Net;

/// <summary>The output side of a <see cref="ControlStream"/>: gathers an answer in rented memory and hands it over at the flush.</summary>
internal sealed class ControlWriter(ControlStream stream) : PipeWriter
{
    /// <summary>Most answers; what is longer gets more.</summary>
    private const int AnswerBytes = 2048;

    /// <summary>The answer in the making; null between answers, so that a silent connection holds no memory for it.</summary>
    private ArrayPoolBufferWriter<byte>? _answer;

    public override bool CanGetUnflushedBytes => true;

    public override long UnflushedBytes => _answer?.WrittenCount ?? 0;

    public override void Advance(int bytes)
    {
        if (_answer is { } answer)
        {
            answer.Advance(bytes);
        }
        else
        {
            ArgumentOutOfRangeException.ThrowIfNotEqual(bytes, 0);
        }
    }

    public override Memory<byte> GetMemory(int sizeHint = 0) => (_answer ??= new(AnswerBytes)).GetMemory(sizeHint);

    public override Span<byte> GetSpan(int sizeHint = 0) => (_answer ??= new(AnswerBytes)).GetSpan(sizeHint);

    public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default)
    {
        bool open = true;
        if (_answer is { } answer)
        {
            open = stream.Send(answer.WrittenSpan);
            _answer = null;
            answer.Dispose();
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
