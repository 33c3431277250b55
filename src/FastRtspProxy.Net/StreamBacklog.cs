using System.Net.Sockets;

namespace FastRtspProxy.Net;

/// <summary>
/// What the kernel has not taken of a <see cref="ControlStream"/>: one parked send, and the bytes queued behind it. Nothing else is sent while
/// something waits here, so everything leaves in order. On the stream's shard.
/// </summary>
internal sealed class StreamBacklog(ControlStream stream, Socket socket)
{
    /// <summary>RTSP answers that may wait behind a parked frame: a peer that sends requests and reads no answers is closed.</summary>
    private const int BytesMax = 256 * 1024;

    /// <summary>
    /// Answers that wait for the peer before its next request is read: some ten, or one of DESCRIBE. They wait behind what the kernel has taken,
    /// which is more.
    /// </summary>
    private const int AnswersAheadBytesMax = 4 * 1024;

    /// <summary>Empty whenever nothing is parked: what is appended then is parked at once.</summary>
    private SendQueue _queue; // mutable struct: not readonly

    /// <summary>The send under way; null: none is.</summary>
    private ParkedSend? _parked;

    /// <summary>What <see cref="_parked"/> took out of the account.</summary>
    private int _parkedBytes;

    /// <summary>Bytes of answers among what is queued.</summary>
    private int _queuedAnswerBytes;

    /// <summary>Bytes of answers among what is parked.</summary>
    private int _parkedAnswerBytes;

    /// <summary>Completed when the answers that wait are few again, or the connection has ended; null while nobody waits for that.</summary>
    private TaskCompletionSource? _answersTaken;

    /// <summary>Where the stream lives now.</summary>
    public Shard Shard => stream.Shard;

    /// <summary>True while a send is under way.</summary>
    public bool IsParked => _parked is not null;

    /// <inheritdoc cref="ControlStream.AnswersTakenAsync"/>
    public Task AnswersTakenAsync()
    {
        if (_queuedAnswerBytes + _parkedAnswerBytes <= AnswersAheadBytesMax)
        {
            return Task.CompletedTask;
        }

        return (_answersTaken ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
    }

    /// <summary>Copies bytes, which go out behind what waits. False: that would be too much, and nothing was copied.</summary>
    public bool TryAdd(ReadOnlySpan<byte> bytes, bool isAnswer)
    {
        if (!_queue.TryAppend(bytes, BytesMax))
        {
            return false;
        }

        _queuedAnswerBytes += isAnswer ? bytes.Length : 0;
        stream.Account.Take(bytes.Length);
        Park();
        return true;
    }

    /// <summary>The stream is closed: what is queued is forgotten. A send that is under way completes with an error.</summary>
    public void Close()
    {
        _queue.Clear();
        SayAnswersTaken();
    }

    /// <summary>The parked send has completed.</summary>
    public void OnSent(int bytes, SocketError error)
    {
        _parked = null;
        if (stream.IsClosed)
        {
            stream.DisposeWhenIdle();
            return;
        }

        if (error != SocketError.Success)
        {
            stream.NoteError(ErrorName.ErrnoOf(error));
            stream.Close();
            return;
        }

        stream.NoteSent(bytes, Shard.NowMicros);
        _parkedAnswerBytes = 0;
        stream.Account.Return(_parkedBytes);
        stream.Account.Settle();
        if (_queuedAnswerBytes <= AnswersAheadBytesMax)
        {
            SayAnswersTaken();
        }

        if (_queue.Bytes > 0)
        {
            Park();
        }
        else
        {
            stream.Writable?.Invoke();
        }
    }

    private void Park()
    {
        if (_parked is not null || _queue.Bytes == 0)
        {
            return;
        }

        stream.Rider?.OnParked();
        _parked = ParkedSend.Rent(this);
        _parkedBytes = _queue.Bytes;
        _parkedAnswerBytes = _queuedAnswerBytes;
        _queuedAnswerBytes = 0;
        _parked.Begin(socket, _queue.Take());
    }

    private void SayAnswersTaken()
    {
        TaskCompletionSource? taken = _answersTaken;
        _answersTaken = null;
        taken?.TrySetResult();
    }
}
