using System.Net;
using System.Net.Sockets;
using System.Text;
using CommunityToolkit.HighPerformance.Buffers;
using FastRtspProxy.Net;
using FastRtspProxy.Protocol.Rtsp;
using Microsoft.Extensions.Logging;

namespace FastRtspProxy.Engine.Backend;

/// <summary>
/// One connection to a camera: requests out, answers matched to them (<see cref="AnswerMatcher"/>), requests of the camera and interleaved frames
/// handed on. A request without an answer in time fails alone; the end of the connection fails all of them.
/// </summary>
internal sealed class RtspClientChannel : IByteSink, IInterleavedHandler
{
    /// <summary>Room for one message to the camera, rented while it is written; what is longer gets more.</summary>
    private const int MessageBytes = 1024;

    private readonly ByteStream _stream;

    /// <summary>Gets the camera's own messages, and hears of the end.</summary>
    private readonly CameraDialogue _owner;

    /// <summary>Gets the frames.</summary>
    private readonly IFrameTaker _media;
    private readonly InterleavedDemux _demux;
    private readonly AnswerMatcher _matcher = new();

    /// <summary>The requests that somebody waits for; those that were given up are known to <see cref="_matcher"/> alone.</summary>
    private readonly List<Pending> _pending = [];
    private readonly string _streamName;
    private readonly ILogger _log;
    private readonly ICameraTap? _tap;

    /// <summary>The first cause of the end; with it the stream is closed, the owner was told and nobody waits.</summary>
    private BackendFailure? _end;

    public RtspClientChannel(ByteStream stream, CameraDialogue owner, IFrameTaker media, BackendContext context)
    {
        _stream = stream;
        _owner = owner;
        _media = media;
        _streamName = context.StreamName;
        _log = context.Log;
        _tap = context.Options.Tap;
        _demux = new InterleavedDemux(this);
    }

    /// <summary>The camera's end.</summary>
    public IPEndPoint Remote => _stream.Remote;

    /// <summary>Our end.</summary>
    public IPEndPoint Local => _stream.Local;

    /// <summary>Why the connection is no more; null while it lives.</summary>
    public BackendFailure? End => _end;

    /// <summary>Bytes of the stream that belonged to nothing.</summary>
    public long SkippedBytes => _demux.SkippedBytes;

    /// <summary>What waits to be sent.</summary>
    public int QueuedBytes => _stream.QueuedBytes;

    /// <summary>Begins to receive.</summary>
    public void Start() => _stream.Start(this);

    /// <summary>From now on media may come on that channel.</summary>
    public void Expect(byte channel) => _demux.Expect(channel);

    /// <summary>Sends one request and waits for its answer.</summary>
    public Task<RtspReply> SendAsync(
        string method, string uri, int cseq, ReadOnlySpan<RtspHeader> headers, TimeSpan limit, ReadOnlyMemory<byte> body = default)
    {
        if (_end is { } end)
        {
            return Task.FromResult(new RtspReply(null, end));
        }

        using ArrayPoolBufferWriter<byte> request = new(MessageBytes);
        RtspWriter.WriteRequest(request, method, uri, cseq, headers, body.Span);
        Trace("to", request.WrittenSpan);
        Pending pending = new(this, cseq, method, limit);
        _pending.Add(pending);
        _matcher.Ask(cseq);
        if (!Send(request.WrittenSpan))
        {
            Fail(new BackendFailure(BackendFailureKind.ConnectionLost, "the connection broke while sending " + method));
        }

        return pending.Done.Task;
    }

    /// <summary>Answers a request of the camera.</summary>
    public void Answer(RtspMessage request, int status, ReadOnlySpan<RtspHeader> headers)
    {
        using ArrayPoolBufferWriter<byte> answer = new(MessageBytes);
        RtspWriter.WriteResponse(answer, status, null, request.CSeqText, headers);
        Trace("to", answer.WrittenSpan);
        _ = Send(answer.WrittenSpan);
    }

    /// <summary>Sends one interleaved frame, header included.</summary>
    public void SendFrame(ReadOnlySpan<byte> frame)
    {
        if (_end is null)
        {
            _ = Send(frame);
        }
    }

    /// <summary>
    /// Nothing more that the camera sends is handed on, from the message or frame on that follows the present one: no more than one read is kept, and
    /// the camera has to wait.
    /// </summary>
    public void Hold() => _demux.Hold();

    /// <summary>Goes on after <see cref="Hold"/>: within a call of this channel when that returns, else at once.</summary>
    public void Release()
    {
        _demux.Release();
        _media.OnBatchEnd();
        if (_end is null && !_demux.IsHeld)
        {
            _stream.Resume();
        }
    }

    /// <summary>Closes at once; what was asked and not answered fails.</summary>
    public void Close(BackendFailure reason) => Fail(reason);

    /// <inheritdoc/>
    void IByteSink.OnBytes(ReadOnlySpan<byte> bytes)
    {
        _tap?.OnStream(isSent: false, bytes);
        _demux.OnBytes(bytes);
        if (_demux.IsHeld)
        {
            _stream.Pause();
        }
    }

    /// <inheritdoc/>
    void IByteSink.OnBatchEnd() => _media.OnBatchEnd();

    /// <inheritdoc/>
    void IByteSink.OnClosed(SocketError error) => Fail(new BackendFailure(
        BackendFailureKind.ConnectionLost,
        error == SocketError.Success ? "the camera closed the connection" : $"the connection broke ({Words(error)})"));

    /// <inheritdoc/>
    void IInterleavedHandler.OnFrame(byte channel, ReadOnlySpan<byte> payload) => _media.OnFrame(channel, payload);

    /// <inheritdoc/>
    void IInterleavedHandler.OnUnusable(bool overLimit, string detail) => Fail(overLimit
        ? new BackendFailure(BackendFailureKind.TooLarge, $"the camera's answer is over our limits ({detail})")
        : new BackendFailure(BackendFailureKind.NotRtsp, $"what the camera sends is not RTSP ({detail})"));

    /// <inheritdoc/>
    bool IInterleavedHandler.OnMessage(RtspMessage message)
    {
        if (_log.IsEnabled(LogLevel.Trace))
        {
            Trace("from", MessageText.Of(message));
        }

        if (message.IsRequest)
        {
            _owner.OnUnasked();
            if (_end is null)
            {
                _owner.OnChannelRequest(message);
            }

            return false;
        }

        if (message.IsHttp)
        {
            Fail(new BackendFailure(BackendFailureKind.NotRtsp, $"an HTTP server answered (status {message.StatusCode}), not an RTSP server"));
            return false;
        }

        if (message.StatusCode < 200)
        {
            _owner.OnUnasked(); // it answers nothing: what was asked is still waited for
            return false;
        }

        AnswerMatch match = _matcher.Answer(message.CSeq);
        if (match.BeganOrder)
        {
            BackendLog.ForeignNumber(_log, _streamName, message.CSeq, match.CSeq);
        }

        if (_pending.Find(p => p.CSeq == match.CSeq) is { } pending)
        {
            _pending.Remove(pending);
            pending.Complete(new RtspReply(message, null));
            return true;
        }

        if (match.IsLate)
        {
            _owner.OnLateAnswer(message);
        }
        else
        {
            _owner.OnUnasked();
        }

        return false;
    }

    private bool Send(ReadOnlySpan<byte> bytes)
    {
        _tap?.OnStream(isSent: true, bytes);
        return _stream.Send(bytes);
    }

    private void Fail(BackendFailure failure)
    {
        if (_end is not null)
        {
            return;
        }

        _end = failure;
        _tap?.OnClosed(isByCamera: failure.Kind != BackendFailureKind.Stopped);
        _demux.Stop();
        _stream.Close();

        // The owner first: whoever waits for an answer goes on within Complete, and must find the session lost, not merely without that answer.
        _owner.OnChannelEnded(failure);
        foreach (Pending pending in _pending.ToArray())
        {
            pending.Complete(new RtspReply(null, failure));
        }

        _pending.Clear();
    }

    private void Trace(string direction, ReadOnlySpan<byte> text)
    {
        if (_log.IsEnabled(LogLevel.Trace))
        {
            Trace(direction, MessageText.Masked(Encoding.Latin1.GetString(text)));
        }
    }

    private void Trace(string direction, string text) => BackendLog.Message(_log, _streamName, direction, text);

    private static string Words(SocketError error) => error switch
    {
        SocketError.ConnectionReset => "reset by the camera",
        SocketError.TimedOut => "the network does not answer",
        SocketError.ProtocolNotSupported => "its TLS has nothing in it for us",
        SocketError.MessageSize => "its TLS has a record that is longer than any may be",
        _ => error.ToString(),
    };

    /// <summary>A request that waits for its answer.</summary>
    private sealed class Pending
    {
        private readonly ShardTimer _timer;

        public Pending(RtspClientChannel channel, int cseq, string method, TimeSpan limit)
        {
            CSeq = cseq;
            _timer = channel._stream.Shard.CreateTimer(() =>
            {
                channel._pending.Remove(this);
                channel._matcher.GiveUp(cseq);
                Complete(new RtspReply(null, new BackendFailure(
                    BackendFailureKind.NoAnswer,
                    $"{method} was not answered within {limit.TotalSeconds:0.#} s")));
            });
            _timer.Start(limit);
        }

        public int CSeq { get; }

        public TaskCompletionSource<RtspReply> Done { get; } = new();

        public void Complete(RtspReply reply)
        {
            _timer.Stop();
            Done.TrySetResult(reply);
        }
    }
}
