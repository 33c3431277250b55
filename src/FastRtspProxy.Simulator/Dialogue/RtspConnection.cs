using System.Buffers;
using System.IO.Pipelines;
using System.Net;
using System.Net.Sockets;
using CommunityToolkit.HighPerformance.Buffers;
using FastRtspProxy.Protocol.Auth;
using FastRtspProxy.Protocol.Rtsp;

namespace FastRtspProxy.Simulator.Dialogue;

/// <summary>
/// One RTSP connection for asking questions: requests and answers in turn, frames in between are handed on. Nothing here is fast; crowds have their
/// own client.
/// </summary>
internal sealed class RtspConnection(ControlPipe pipe, AuthClient? auth, TimeSpan limit) : IDisposable
{
    private static readonly RtspLimits s_limits = new() { HeadBytes = 65536, HeaderLines = 1024, BodyBytes = 1024 * 1024 };

    private readonly RtspMessage _message = new();
    private readonly ArrayBufferWriter<byte> _request = new();
    private int _cseq;

    /// <summary>Takes interleaved frames: channel and payload.</summary>
    public FrameHandler? OnFrame { get; set; }

    /// <summary>Requests that the server sent to us.</summary>
    public List<string> ServerRequests { get; } = [];

    /// <summary>The scheme that the server asked for; null for none.</summary>
    public string? AuthScheme => auth?.Scheme;

    /// <summary>The Session header of all further requests.</summary>
    public string? Session { get; set; }

    /// <summary>Half of what the server gives a silent session: 60 s unless it says otherwise (RFC 2326 section 12.37).</summary>
    public TimeSpan KeepAlive { get; private set; } = TimeSpan.FromSeconds(30);

    public IPAddress LocalAddress => pipe.Local.Address;

    public IPAddress RemoteAddress => pipe.Remote.Address;

    /// <summary>The CSeq of the last request.</summary>
    public int LastCSeq => _cseq;

    /// <summary>Connects; over TLS for rtsps, and then the certificate is checked unless <paramref name="isInsecure"/>.</summary>
    /// <inheritdoc cref="ControlPipe.ConnectAsync" path="/exception"/>
    public static async Task<RtspConnection> ConnectAsync(RtspUrl url, TimeSpan limit, bool isInsecure, CancellationToken cancel)
    {
        TlsTrust? tls = !url.Tls ? null : isInsecure ? TlsTrust.Anybody : TlsTrust.System;
        ControlPipe pipe = await ControlPipe.ConnectAsync(url.Host, url.Port, tls, limit, cancel);
        return new RtspConnection(pipe, url.User is { } user ? new AuthClient(user, url.Password ?? "") : null, limit);
    }

    /// <summary>The channels of a track: those that the answer to its SETUP names, else those that were asked for (RFC 2326 section 12.39).</summary>
    public static ChannelPair ChannelsOf(RtspMessage answer, ChannelPair wanted) =>
        TransportHeader.Parse(answer.Header("Transport") ?? "") is [{ Interleaved: { } named }, ..] ? named : wanted;

    /// <summary>Asks and waits for the answer, which is valid until the next call. A challenge is answered.</summary>
    public async Task<RtspMessage> RequestAsync(string method, string uri, CancellationToken cancel, params RtspHeader[] extra)
    {
        for (int tries = 0; ; tries++)
        {
            List<RtspHeader> headers = [new("User-Agent", "rtspsim"), .. extra];
            if (auth?.Authorization(method, uri) is { } authorization)
            {
                headers.Add(new("Authorization", authorization));
            }

            if (Session is not null)
            {
                headers.Add(new("Session", Session));
            }

            _request.ResetWrittenCount();
            RtspWriter.WriteRequest(_request, method, uri, ++_cseq, headers.ToArray());
            await SendAsync(_request.WrittenMemory, cancel);
            RtspMessage answer = await ReceiveAsync(cancel);
            if (answer.StatusCode != RtspStatus.Unauthorized || tries == 2 || auth is null || !auth.Accept(answer.HeaderValues("WWW-Authenticate")))
            {
                return answer;
            }
        }
    }

    /// <summary>Sends bytes as they are. Whether they reach the server is seen by its answer, or by the end of the input.</summary>
    public async Task SendAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancel)
    {
        try
        {
            await pipe.Output.WriteAsync(bytes, cancel);
        }
        catch (Exception e) when (!cancel.IsCancellationRequested
            && e is IOException or SocketException or InvalidOperationException or OperationCanceledException)
        {
            // A pipe whose connection was reset takes nothing more, and says so by any of these.
        }
    }

    /// <summary>The next answer; frames before it go to <see cref="OnFrame"/>.</summary>
    /// <exception cref="TimeoutException">None in time.</exception>
    /// <exception cref="EndOfStreamException">Closed by the server.</exception>
    /// <exception cref="SocketException">The connection is broken.</exception>
    /// <exception cref="InvalidDataException">Neither an answer nor a frame.</exception>
    public async Task<RtspMessage> ReceiveAsync(CancellationToken cancel, TimeSpan? within = null)
    {
        using CancellationTokenSource linked = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        linked.CancelAfter(within ?? limit);
        try
        {
            while (!await ReadOnAsync(linked.Token))
            {
            }
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            throw new TimeoutException("no answer in time");
        }

        return _message;
    }

    /// <summary>Reads frames until the time is over or the server closes, in order or by a reset; true: still open.</summary>
    /// <exception cref="InvalidDataException">Neither an answer nor a frame.</exception>
    public async Task<bool> ReadFramesAsync(CancellationToken until)
    {
        try
        {
            while (true)
            {
                _ = await ReadOnAsync(until); // what is no frame is the answer to a keep-alive
            }
        }
        catch (OperationCanceledException)
        {
            return true;
        }
        catch (Exception e) when (e is EndOfStreamException or SocketException)
        {
            return false;
        }
    }

    /// <summary>The session that the answer of a SETUP names, and how long it lives in silence.</summary>
    public void TakeSession(RtspMessage answer)
    {
        if (SessionHeader.TryParse(answer.Header("Session") ?? "", out string session, out int? timeout))
        {
            Session = session;
            KeepAlive = TimeSpan.FromSeconds(Math.Max(1, (timeout ?? 60) / 2));
        }
    }

    /// <summary>
    /// Asks for nothing: reports alone keep the session of some servers only. Frames are taken meanwhile. False: the server has closed.
    /// </summary>
    /// <exception cref="InvalidDataException">Neither an answer nor a frame.</exception>
    public async Task<bool> KeepAliveAsync(string url, CancellationToken cancel)
    {
        try
        {
            _ = await RequestAsync(RtspMethod.GetParameter, url, cancel);
            return true;
        }
        catch (Exception e) when (e is TimeoutException or OperationCanceledException)
        {
            return true; // whatever it makes of the request, it has heard of us
        }
        catch (Exception e) when (e is EndOfStreamException or SocketException)
        {
            return false;
        }
    }

    public void Dispose() => pipe.Dispose();

    /// <summary>
    /// Takes what there is up to the next answer, and waits where there is nothing new; true when <see cref="_message"/> is an answer.
    /// </summary>
    private async ValueTask<bool> ReadOnAsync(CancellationToken cancel)
    {
        ReadResult read = await pipe.ReadAsync(cancel);
        ReadOnlySequence<byte> rest = read.Buffer;
        bool found = TakeUpToAnswer(ref rest);
        pipe.Input.AdvanceTo(rest.Start, found ? rest.Start : rest.End);
        return found || !read.IsCompleted ? found : throw new EndOfStreamException("the server has closed the connection");
    }

    /// <summary>Takes frames and server requests; true when <see cref="_message"/> is an answer. The input stays before what is not whole.</summary>
    private bool TakeUpToAnswer(ref ReadOnlySequence<byte> input)
    {
        using SpanOwner<byte> scratch = SpanOwner<byte>.Allocate(input.IsSingleSegment ? 0 : InterleavedFrame.PayloadBytesMax);
        while (!input.IsEmpty)
        {
            if (input.FirstSpan[0] == InterleavedFrame.Magic)
            {
                if (InterleavedFrame.TryParse(ref input, scratch.Span, out InterleavedFrame frame) != ParseStatus.Complete)
                {
                    return false;
                }

                OnFrame?.Invoke(frame.Channel, frame.Payload);
                continue;
            }

            switch (RtspMessageParser.TryParse(ref input, _message, s_limits, out RtspDefect defect))
            {
                case ParseStatus.NeedMore:
                    return false;
                case ParseStatus.Malformed:
                    throw new InvalidDataException("the server sends what is neither an answer nor a frame (" + defect + ")");
            }

            if (!_message.IsRequest)
            {
                return true;
            }

            ServerRequests.Add(_message.Method);
        }

        return false;
    }
}
