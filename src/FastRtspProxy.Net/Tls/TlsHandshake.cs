using System.Net.Security;
using System.Net.Sockets;
using FastRtspProxy.Net.Linux;
using FastRtspProxy.Protocol.Rtsp;

namespace FastRtspProxy.Net.Tls;

/// <summary>
/// The server's side of one handshake. It waits for the client with a zero-byte receive, and holds next to nothing before the first byte, by which it
/// also sees what is no TLS; whatever is to be computed runs on <see cref="HandshakeThreads"/>, so no shard and no thread that waits for sockets ever
/// does. All of it but the beginning and <see cref="Abort"/> runs there, one step after the other.
/// </summary>
internal sealed class TlsHandshake : ITlsWireOwner, IDisposable
{
    /// <summary>Of a handshake (RFC 8446 section 5.1): what every TLS client's first byte is.</summary>
    private const byte HandshakeRecord = 22;

    private readonly Socket _socket;
    private readonly int _fd;
    private readonly Func<string?, SslServerAuthenticationOptions> _optionsFor;
    private readonly Action<TlsHandshake, TlsLayer?, TlsRefusal, string> _done;
    private readonly SocketAsyncEventArgs _readable = new(true);
    private readonly TlsWire _wire;
    private readonly SslStream _tls;
    private readonly Action _step;
    private ITimer? _limit;
    private bool _hasBegun;

    /// <summary>Why it is to end; <see cref="TlsRefusal.None"/> while it is not. The first one counts.</summary>
    private int _abort;

    public TlsHandshake(
        Socket socket,
        Func<string?, SslServerAuthenticationOptions> optionsFor,
        Action<TlsHandshake, TlsLayer?, TlsRefusal, string> done)
    {
        _socket = socket;
        _fd = SocketSetup.Fd(socket);
        _optionsFor = optionsFor;
        _done = done;
        _wire = new TlsWire(this);
        _tls = new SslStream(_wire, leaveInnerStreamOpen: true);
        _step = Step;
        _readable.SetBuffer(Memory<byte>.Empty);
        _readable.Completed += (_, _) => HandshakeThreads.Shared.Post(_step);
    }

    /// <summary>Begins to wait for the client.</summary>
    public void Begin(TimeProvider time, TimeSpan limit)
    {
        _socket.Blocking = false;
        _socket.NoDelay = true;
        _limit = time.CreateTimer(static self => ((TlsHandshake)self!).Abort(TlsRefusal.TimedOut), this, limit, Timeout.InfiniteTimeSpan);
        WaitForSocket();
    }

    /// <summary>Frees all but the socket, of one that is over or was never begun.</summary>
    public void Dispose()
    {
        _limit?.Dispose();
        _readable.Dispose();
        _tls.Dispose();
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
    void ITlsWireOwner.OnWritten(ReadOnlySpan<byte> bytes)
    {
        // A server's whole flight is a few KiB, and the connection is new: its buffer takes it. One that does not is no client's.
        if (_socket.Send(bytes, SocketFlags.None, out SocketError error) != bytes.Length)
        {
            throw new IOException(error == SocketError.Success ? "the client takes no answer" : ErrorName.Of(ErrorName.ErrnoOf(error)));
        }
    }

    private void WaitForSocket()
    {
        try
        {
            if (!_socket.ReceiveAsync(_readable))
            {
                HandshakeThreads.Shared.Post(_step);
            }
        }
        catch (ObjectDisposedException)
        {
            HandshakeThreads.Shared.Post(_step);
        }
    }

    /// <summary>The socket has something, or its end. On a thread of handshakes.</summary>
    private void Step()
    {
        if (!_hasBegun)
        {
            _hasBegun = true;
            _ = RunAsync();
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
            refusal = FirstByteRefusal();
            if (refusal == TlsRefusal.None)
            {
                await _tls.AuthenticateAsServerAsync(
                    (_, hello, _, _) => ValueTask.FromResult(_optionsFor(hello.ServerName is { Length: > 0 } name ? name : null)), null);
            }
        }
        catch (Exception e)
        {
            (refusal, why) = (TlsRefusal.Failed, Cause(e)); // whatever it is: the place and the socket are to be given back
        }

        if (_limit is { } limit)
        {
            await limit.DisposeAsync();
        }

        // Whoever comes first: an abort from now on finds that it is over.
        int abort = Interlocked.CompareExchange(ref _abort, (int)TlsRefusal.Closed, (int)TlsRefusal.None);
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

    private unsafe TlsRefusal FirstByteRefusal()
    {
        byte first;
        nint count = Libc.Receive(_fd, &first, 1, LinuxConstants.MessagePeek | LinuxConstants.MessageDontWait);
        return count != 1 ? TlsRefusal.Closed : first == HandshakeRecord ? TlsRefusal.None : TlsRefusal.PlainText;
    }

    /// <summary>The framework's sentence refers to its inner exception, which has the cause.</summary>
    private static string Cause(Exception e) => Printable.Line((e.InnerException ?? e).Message.ReplaceLineEndings(" "));
}
