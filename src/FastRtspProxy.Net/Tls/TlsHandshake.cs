using System.Net.Security;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using FastRtspProxy.Net.Linux;
using FastRtspProxy.Protocol.ProxyProtocol;
using FastRtspProxy.Protocol.Rtsp;

namespace FastRtspProxy.Net.Tls;

/// <summary>
/// The server's side of one handshake. It waits for the client with a zero-byte receive, and holds next to nothing before the first byte, by which it
/// also sees what is no TLS; whatever is to be computed runs on <see cref="HandshakeThreads"/>, so no shard and no thread that waits for sockets ever
/// does. All of it but the beginning, <see cref="EndIfLate"/> and <see cref="Abort"/> runs there, one step after the other. Its time is the client's
/// own: it runs while we wait for the client, and stands while a step waits for a thread, however many others are in front of it.
/// </summary>
internal sealed class TlsHandshake : ITlsWireOwner, IDisposable
{
    /// <summary>Of a handshake's record (RFC 8446 section 5.1): every TLS client's, and no request's.</summary>
    public const byte FirstByte = 22;

    /// <summary>As many as tell a PROXY header of either version.</summary>
    private const int FirstBytes = 12;

    private const long Never = long.MaxValue;

    /// <summary>Of <see cref="_abort"/>: it has ended, and there is nothing to abort.</summary>
    private const int Over = -1;

    private readonly TlsServer _server;
    private readonly Socket _socket;
    private readonly int _fd;
    private readonly AddressGroup _client;
    private readonly Action<TlsHandshake, TlsLayer?, TlsRefusal, string> _done;
    private readonly SocketAsyncEventArgs _readable = new(true);
    private readonly TlsWire _wire;
    private readonly SslStream _tls;
    private readonly Action _step;
    private bool _hasBegun;

    /// <summary>What is left of a flight that the socket's buffer did not take, and who waits for its end; null: nothing is.</summary>
    private SocketAsyncEventArgs? _rest;
    private TaskCompletionSource? _written;

    /// <summary>What the client has left of its time, in ticks of the server's clock. Written by whoever ends a wait for it.</summary>
    private long _leftTicks;

    /// <summary>
    /// When the client's time is over if nothing comes of it; <see cref="Never"/> while we do not wait for it. Written by whoever begins and ends a
    /// wait, read by <see cref="EndIfLate"/>: a value of a wait that has just ended is one that had not come to its end.
    /// </summary>
    private long _dueTicks = Never;

    /// <summary>Why it is to end, a <see cref="TlsRefusal"/>; none while it is not, or <see cref="Over"/>. The first one counts.</summary>
    private int _abort;

    /// <param name="server">Whose certificates, clock and threads it uses.</param>
    /// <param name="socket">Connected.</param>
    /// <param name="client">Whose turns its steps take.</param>
    /// <param name="done">See <see cref="TlsServer.Begin"/>.</param>
    public TlsHandshake(TlsServer server, Socket socket, AddressGroup client, Action<TlsHandshake, TlsLayer?, TlsRefusal, string> done)
    {
        _server = server;
        _socket = socket;
        _fd = SocketSetup.Fd(socket);
        _client = client;
        _done = done;
        _wire = new TlsWire(this);
        _tls = new SslStream(_wire, leaveInnerStreamOpen: true);
        _step = Step;
        _leftTicks = server.LimitTicks;
        _readable.SetBuffer(Memory<byte>.Empty);
        _readable.Completed += (_, _) => OnSocket();
    }

    /// <summary>Begins to wait for the client.</summary>
    public void Begin()
    {
        _socket.Blocking = false;
        _socket.NoDelay = true;
        WaitForSocket();
    }

    /// <summary>Frees all but the socket, of one that is over or was never begun.</summary>
    public void Dispose()
    {
        _readable.Dispose();
        _tls.Dispose();
    }

    /// <summary>Ends it if the client has used up its time. Any thread.</summary>
    public void EndIfLate(long nowTicks)
    {
        if (nowTicks > Volatile.Read(ref _dueTicks))
        {
            Abort(TlsRefusal.TimedOut);
        }
    }

    /// <summary>Ends it, unless it is over. Any thread.</summary>
    public void Abort(TlsRefusal cause)
    {
        if (Interlocked.CompareExchange(ref _abort, (int)cause, (int)TlsRefusal.None) == (int)TlsRefusal.None)
        {
            try
            {
                _socket.Shutdown(SocketShutdown.Both); // the receive under way completes, and the step after it finds the cause
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                // The peer, or the end of the handshake, was quicker.
            }
        }
    }

    /// <inheritdoc/>
    void ITlsWireOwner.OnReading()
    {
        if (!TrySupply())
        {
            WaitForSocket();
        }
    }

    /// <inheritdoc/>
    unsafe Task ITlsWireOwner.OnWritten(ReadOnlySpan<byte> bytes)
    {
        const int Flags = LinuxConstants.MessageDontWait | LinuxConstants.MessageNoSignal;
        nint sent;
        fixed (byte* data = bytes)
        {
            sent = Libc.Send(_fd, data, bytes.Length, Flags);
        }

        if (sent == bytes.Length)
        {
            return Task.CompletedTask;
        }

        int errno = sent < 0 ? Marshal.GetLastPInvokeError() : LinuxConstants.ErrorAgain;
        if (errno is not LinuxConstants.ErrorAgain and not LinuxConstants.ErrorInterrupted)
        {
            throw new IOException(ErrorName.Of(errno));
        }

        // A chain of certificates that no buffer of a new connection takes: the rest goes as the client reads.
        SocketAsyncEventArgs rest = new(true);
        rest.SetBuffer(bytes[(int)Math.Max(0, sent)..].ToArray());
        rest.Completed += (_, _) => OnSocket();
        TaskCompletionSource written = new(); // what follows runs in the step that completes it
        (_rest, _written) = (rest, written);
        WaitForSocket(rest); // and the step may be over before this returns
        return written.Task;
    }

    private void WaitForSocket() => WaitForSocket(null);

    /// <summary>Waits until the client has taken these bytes, or, where there are none, for bytes of its own.</summary>
    private void WaitForSocket(SocketAsyncEventArgs? bytes)
    {
        Volatile.Write(ref _dueTicks, _server.NowTicks + _leftTicks);
        try
        {
            if (!(bytes is null ? _socket.ReceiveAsync(_readable) : _socket.SendAsync(bytes)))
            {
                OnSocket();
            }
        }
        catch (ObjectDisposedException)
        {
            OnSocket();
        }
    }

    /// <summary>The wait for the client is over: its time stands, and a step follows.</summary>
    private void OnSocket()
    {
        _leftTicks = Math.Max(0, _dueTicks - _server.NowTicks);
        Volatile.Write(ref _dueTicks, Never);
        _server.Threads.Post(_client, _step);
    }

    /// <summary>The socket has something, or its end. On a thread of handshakes.</summary>
    private void Step()
    {
        if (!_hasBegun)
        {
            _hasBegun = true;
            _ = RunAsync();
        }
        else if (_written is not null)
        {
            EndWrite();
        }
        else if (_wire.Wanted.Length == 0)
        {
            _wire.Supply(0); // it only wanted to be told
        }
        else if (!TrySupply())
        {
            WaitForSocket();
        }
    }

    /// <summary>The client has taken the rest of a flight, or has gone.</summary>
    private void EndWrite()
    {
        TaskCompletionSource written = _written!;
        SocketError error = _rest!.SocketError;
        _written = null;
        _rest.Dispose();
        _rest = null;
        if (error == SocketError.Success && _abort == (int)TlsRefusal.None)
        {
            written.SetResult();
        }
        else
        {
            written.SetException(new IOException(ErrorName.Of(ErrorName.ErrnoOf(error))));
        }
    }

    private bool TrySupply()
    {
        if (_abort != (int)TlsRefusal.None)
        {
            _wire.Supply(0);
            return true;
        }

        if (_wire.Wanted.Length == 0)
        {
            return false;
        }

        int count = StreamInput.Receive(_fd, _wire.Wanted.Span, out int errno);
        if (count >= 0)
        {
            _wire.Supply(count);
            return true;
        }

        if (errno is LinuxConstants.ErrorAgain or LinuxConstants.ErrorInterrupted)
        {
            return false;
        }

        _wire.Fail(new IOException(ErrorName.Of(errno)));
        return true;
    }

    private async Task RunAsync()
    {
        TlsRefusal refusal = TlsRefusal.None;
        string why = string.Empty;
        try
        {
            refusal = FirstBytesRefusal();
            if (refusal == TlsRefusal.None)
            {
                await _tls.AuthenticateAsServerAsync(
                    (_, hello, _, _) => ValueTask.FromResult(_server.OptionsFor(hello.ServerName is { Length: > 0 } name ? name : null)), null);
            }
        }
        catch (Exception e)
        {
            (refusal, why) = (TlsRefusal.Failed, Cause(e)); // whatever it is: the place and the socket are to be given back
        }

        // Whoever comes first: an abort from now on finds that it is over.
        int abort = Interlocked.CompareExchange(ref _abort, Over, (int)TlsRefusal.None);
        refusal = abort == (int)TlsRefusal.None ? refusal : (TlsRefusal)abort;
        if (refusal == TlsRefusal.None)
        {
            _readable.Dispose();
            _done(this, new TlsLayer(_tls, _wire), refusal, why);
            return;
        }

        Dispose();
        _socket.Dispose();
        _done(this, null, refusal, why);
    }

    /// <summary>By what has come with the first byte, which stays where it is.</summary>
    private unsafe TlsRefusal FirstBytesRefusal()
    {
        byte* first = stackalloc byte[FirstBytes];
        nint count = Libc.Receive(_fd, first, FirstBytes, LinuxConstants.MessagePeek | LinuxConstants.MessageDontWait);
        return count < 1 ? TlsRefusal.PeerClosed
            : *first == FirstByte ? TlsRefusal.None
            : ProxyHeader.IsBegunBy(new ReadOnlySpan<byte>(first, (int)count)) ? TlsRefusal.ProxyHeader
            : TlsRefusal.PlainText;
    }

    /// <summary>The framework's sentence refers to its inner exception, which has the cause.</summary>
    private static string Cause(Exception e) => Printable.Line((e.InnerException ?? e).Message.ReplaceLineEndings(" "));
}
