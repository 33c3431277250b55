using System.Diagnostics.CodeAnalysis;
using System.IO.Pipelines;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using FastRtspProxy.Net.Linux;
using FastRtspProxy.Net.Tls;

namespace FastRtspProxy.Net;

/// <summary>
/// A front-end connection over a raw socket: whether it is open, where it lives, and what is sent. Receiving is by pull (<see cref="StreamInput"/>).
/// Sending has one writer for RTSP answers and media, in order: a non-blocking send first; what the kernel does not take is copied and waits
/// (<see cref="StreamBacklog"/>), and when it has left the stream is writable again. That the peer has gone is seen also while nobody reads
/// (<see cref="PeerWatch"/>). On its shard, but for what says otherwise.
/// </summary>
internal sealed class ControlStream
{
    private readonly Socket _socket;

    /// <summary>Of <see cref="_socket"/>; a number of the kernel's that means nothing once that is disposed.</summary>
    private readonly int _fd;
    private readonly StreamInput _input;
    private readonly StreamBacklog _backlog;
    private readonly PeerWatch _peer;

    /// <summary>What goes out; <see cref="BeginWebSocket"/> puts another one before it.</summary>
    private StreamOutput _output;
    private readonly TaskCompletionSource _closedSource = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Changed by <see cref="MoveTo"/> only, on the shard that it names until then.</summary>
    private Shard _shard;

    /// <summary>
    /// Set once, by <see cref="Close"/> or <see cref="TryRelease"/>. The socket may still be in use (<see cref="DisposeWhenIdle"/>).
    /// </summary>
    private bool _closed;

    /// <summary>Set once, when a send has failed for good: nothing is sent any more, and <see cref="Close"/> stands in the shard's inbox.</summary>
    private bool _isBroken;

    /// <summary>The parts of all riders and viewers together; 0: nobody has one, and no media goes out here.</summary>
    private long _unsentMarkBytes;

    /// <summary>Takes a connected socket over. Any thread; nothing happens before <see cref="Start"/>.</summary>
    /// <param name="shard">Where it lives first.</param>
    /// <param name="socket">Connected.</param>
    /// <param name="budget">For what the peer makes us hold.</param>
    /// <param name="tls">Its TLS, the handshake done; null: it is in the clear.</param>
    public ControlStream(Shard shard, Socket socket, InputBudget? budget = null, TlsLayer? tls = null)
    {
        _shard = shard;
        _socket = socket;
        _socket.Blocking = false;
        _socket.NoDelay = true;
        _fd = SocketSetup.Fd(socket);
        Remote = EndPointOf(socket.RemoteEndPoint);
        Local = EndPointOf(socket.LocalEndPoint);
        Account = new InputAccount(budget ?? InputBudget.Unlimited);
        Output = new ControlWriter(this);
        _backlog = new StreamBacklog(this, socket);
        _peer = new PeerWatch(this);
        IsSecure = tls is not null;
        if (tls is null)
        {
            _output = new StreamOutput(this, _backlog);
            _input = new StreamInput(this, socket);
        }
        else
        {
            TlsOutput output = new(this, _backlog, tls);
            _output = output;
            _input = new TlsInput(this, socket, tls, output);
        }
    }

    /// <summary>Where it lives now. Any thread.</summary>
    public Shard Shard => _shard;

    /// <summary>The peer: the socket's, unless the creator knows of another one behind it. Null leaves it.</summary>
    [AllowNull]
    public IPEndPoint Remote
    {
        get;
        init => field = value ?? field;
    }

    /// <summary>The address that the peer reached us at: the socket's, unless the creator knows of another one. Null leaves it.</summary>
    [AllowNull]
    public IPEndPoint Local
    {
        get;
        init => field = value ?? field;
    }

    /// <summary>What the peer makes us hold.</summary>
    public InputAccount Account { get; }

    /// <summary>What the peer sends. Waits complete on the shard.</summary>
    public PeerInput Input => _input;

    /// <summary>What we answer. A flush hands it to the kernel, behind whatever is parked.</summary>
    public PipeWriter Output { get; }

    /// <summary>Completes when the connection has ended for whatever reason.</summary>
    public Task Closed => _closedSource.Task;

    /// <summary>
    /// Completes when the peer has ended its sending (FIN), when the connection is broken, and when it was closed here; a request handler that waits
    /// for something can give up then. A FIN is not yet the end: whoever shut down only its sending side (<c>nc -N</c>) still takes an answer. After
    /// a reset the stream is closed already.
    /// </summary>
    public Task PeerEnded => _peer.Ended;

    /// <summary>Called on the shard once, when the descriptor was closed: a while after <see cref="Close"/> if something was under way.</summary>
    public Action? Disposed { get; set; }

    /// <summary>True after <see cref="Close"/>, and after the socket was given up.</summary>
    public bool IsClosed => _closed;

    /// <summary>The first error that the connection met; 0: none. Set on the shard, before the end is told to anybody.</summary>
    public int EndErrno { get; private set; }

    /// <summary>True once a send has failed for good; <see cref="Close"/> follows.</summary>
    internal bool IsBroken => _isBroken;

    /// <summary>True while bytes wait that the kernel has not taken; media waits for <see cref="Writable"/>.</summary>
    public bool IsParked => _backlog.IsParked;

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

    /// <summary>Called on the shard when what was parked has left and the stream takes media again.</summary>
    public Action? Writable { get; set; }

    /// <summary>
    /// TCP_USER_TIMEOUT while no media goes out here, which is what the accepted socket has, and while some does: then a peer that takes nothing is
    /// <c>--slow-timeout</c>'s affair, and without media the keep-alive decides (<see cref="KeepAlive.UserTimeout"/>). Null: it is left as it is. Set
    /// before the connection is served.
    /// </summary>
    public (TimeSpan Silent, TimeSpan Media)? UserTimeouts { get; init; }

    /// <inheritdoc cref="SocketSetup.IsLineDown"/>
    public bool IsLineDown => !_closed && SocketSetup.IsLineDown(_fd);

    /// <inheritdoc cref="SocketSetup.RoundTrip"/>
    public TimeSpan? RoundTrip => _closed ? null : SocketSetup.RoundTrip(_fd);

    /// <summary>True: what is sent is encrypted on its way.</summary>
    public bool IsSecure { get; }

    /// <summary>
    /// True: what is sent is encrypted or framed on its way, so it has to go through <see cref="TrySendMedia"/> and its like, never to the descriptor
    /// itself.
    /// </summary>
    public bool IsWrapped => IsSecure || _output is WebSocketOutput;

    /// <summary>The descriptor, for the fan-out's own calls.</summary>
    internal int Descriptor => _fd;

    /// <inheritdoc cref="StreamInput.IsAboutToRead"/>
    internal bool IsAboutToRead => _input.IsAboutToRead;

    /// <inheritdoc cref="StreamInput.PartSinceMicros"/>
    public long PartSinceMicros => _input.PartSinceMicros;

    /// <summary>From now on what is sent goes out in messages of a WebSocket, also behind what is parked. Once.</summary>
    public WebSocketOutput BeginWebSocket()
    {
        WebSocketOutput output = new(this, _backlog, _output);
        _output = output;
        return output;
    }

    /// <summary>Begins to look out for the peer's end; reading begins with the reader.</summary>
    public void Start() => _peer.Begin();

    /// <summary>Moves the connection to another shard; what comes after the await runs there. Between requests, on the present shard.</summary>
    public MoveAwaitable MoveTo(Shard other)
    {
        if (_shard != other)
        {
            _input.Keep();
            _peer.Stop();
            _shard = other;
            other.Post(_peer.Begin); // before the continuation of the await
        }

        return new MoveAwaitable(other);
    }

    /// <summary>Runs work on the stream's shard, wherever it is by then. Any thread.</summary>
    public void Post(Action work)
    {
        Shard shard = _shard;
        shard.Post(() =>
        {
            if (_shard == shard)
            {
                work();
            }
            else
            {
                Post(work); // moved while the work stood in the inbox
            }
        });
    }

    /// <summary>There is memory again: what was not read for want of it is read now.</summary>
    public void OnMemory()
    {
        if (_input.IsWaiting)
        {
            _shard.QueueTurn(_input);
        }
    }

    /// <summary>
    /// Done when the peer has taken its answers but for a few KiB: who asks and does not listen is not heard any further, instead of being answered
    /// into our budget.
    /// </summary>
    public Task AnswersTakenAsync() => _closed ? Task.CompletedTask : _backlog.AnswersTakenAsync();

    /// <summary>
    /// An RTSP answer, an RTCP packet: sent now, or queued behind what is parked. False: closed (a peer that has too much waiting is closed here).
    /// </summary>
    public bool Send(ReadOnlySpan<byte> bytes)
    {
        if (_closed || _isBroken)
        {
            return false;
        }

        if (!_output.SendAll(bytes, isAnswer: true) && !_isBroken)
        {
            Close();
        }

        return !_closed && !_isBroken;
    }

    /// <summary>One non-blocking send. Bytes taken, 0 when none are taken now; -1: broken, and closed here. Only while not parked.</summary>
    public int TrySendMedia(ReadOnlySpan<byte> bytes) => _closed || _isBroken ? -1 : _output.TrySend(bytes);

    /// <summary>As <see cref="TrySendMedia"/> for a gathered list.</summary>
    public unsafe int TrySendVectors(IoVector* vectors, int count) => _closed || _isBroken ? -1 : _output.TrySend(vectors, count);

    /// <summary>
    /// Copies the rest of a frame and sends it in the background; at most 64 KiB a call. Only while not parked or right after another call.
    /// </summary>
    public void ParkRest(ReadOnlySpan<byte> rest)
    {
        if (!_closed && !_isBroken && !_output.Park(rest) && !_isBroken)
        {
            Close();
        }
    }

    /// <summary>
    /// So much more (or less) may wait unsent in the kernel, for one of those whose media goes out here. Only what waits on our side can still be
    /// left out for a peer that is too slow.
    /// </summary>
    public void ChangeUnsentMark(int byBytes)
    {
        bool hadMedia = _unsentMarkBytes > 0;
        _unsentMarkBytes += byBytes;
        if (_closed)
        {
            return;
        }

        SocketSetup.SetUnsentMark(_fd, UnsentMark.ForConnection(_unsentMarkBytes));
        if (UserTimeouts is var (silent, media) && hadMedia != _unsentMarkBytes > 0)
        {
            SocketSetup.SetUserTimeout(_fd, hadMedia ? silent : media);
        }
    }

    /// <summary>Done when nothing waits to be sent, or after a while.</summary>
    public async Task SentAsync(TimeSpan limit)
    {
        // By the machine's clock: this is about leaving in time, whatever a test does to ours.
        long since = Environment.TickCount64;
        while (IsParked && !_closed && Environment.TickCount64 - since < limit.TotalMilliseconds)
        {
            await Task.Delay(5);
        }
    }

    /// <summary>Closes at once; idempotent.</summary>
    public void Close()
    {
        if (_closed)
        {
            return;
        }

        if (!_isBroken && !IsParked)
        {
            _output.SayEnd();
        }

        _closed = true;
        _peer.Stop();
        Rider?.OnClosing();
        Rider = null;
        try
        {
            // Ends the operations under way; disposing now would end them too, but with a reset that throws away answers that the peer has not read
            // yet.
            _socket.Shutdown(SocketShutdown.Both);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The peer was quicker.
        }

        DisposeWhenIdle();
        Account.Close();
        _input.End();
        OnEnded();
    }

    /// <summary>
    /// Gives the socket up, with what was read of it and not consumed: the connection becomes something else's. Null: it is closed, the peer has not
    /// taken our last answer yet, or it has TLS or is a WebSocket, which nobody else could go on with. While nobody reads.
    /// </summary>
    public Socket? TryRelease(out byte[] unread)
    {
        unread = _input.Unread.ToArray();
        if (_closed || IsParked || _input.IsArmed || IsWrapped)
        {
            return null;
        }

        _closed = true;
        _peer.Stop();
        Account.Close();
        _input.Abandon();
        OnEnded();
        return _socket;
    }

    /// <summary>What was sent in whole: by a rider, or parked.</summary>
    internal void NoteSent(long bytes, long micros)
    {
        BytesAccepted += bytes;
        LastProgressMicros = micros;
    }

    /// <summary>What came of a send, with the errno left by it: bytes taken, 0 when none are taken now; -1: broken, and closed soon.</summary>
    internal int NoteSend(nint sent)
    {
        if (sent >= 0)
        {
            NoteSent(sent, _shard.NowMicros);
            return (int)sent;
        }

        int errno = Marshal.GetLastPInvokeError();
        if (errno is LinuxConstants.ErrorAgain or LinuxConstants.ErrorInterrupted)
        {
            return 0;
        }

        Break(errno);
        return -1;
    }

    /// <summary>Nothing more can be sent: closed soon.</summary>
    internal void Break(int errno)
    {
        NoteError(errno);
        if (!_isBroken)
        {
            _isBroken = true;
            _shard.Post(Close); // not here and now: whoever sends is in the middle of a pass over its clients
        }
    }

    /// <summary>Whoever meets an error first takes it out of the socket; the others see an end without a cause.</summary>
    internal void NoteError(int errno)
    {
        if (EndErrno == 0)
        {
            EndErrno = errno;
        }
    }

    /// <summary>Of a closed stream: closes the descriptor as soon as the kernel has nothing of ours under way on it.</summary>
    internal void DisposeWhenIdle()
    {
        if (!_input.IsArmed && !IsParked)
        {
            _output.Release();
            _socket.Dispose();
            Action? disposed = Disposed;
            Disposed = null;
            disposed?.Invoke();
        }
    }

    private static IPEndPoint EndPointOf(EndPoint? endPoint) => (endPoint as IPEndPoint ?? new IPEndPoint(IPAddress.None, 0)).Unmapped();

    private void OnEnded()
    {
        _peer.End();
        _closedSource.TrySetResult();
        _backlog.Close();
        Writable = null;
    }
}
