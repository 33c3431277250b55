using System.Net.Sockets;
using System.Security.Authentication;
using FastRtspProxy.Net.Linux;

namespace FastRtspProxy.Net.Tls;

/// <summary>
/// What comes in at a <see cref="ControlStream"/> with TLS. The wait is that of the TLS code, of no length, so that it holds nothing while the peer
/// is silent; what it needs for that it gets in the input's turns, one read of the socket in each, and at most one record is decrypted there. On the
/// shard.
/// </summary>
internal sealed class TlsInput : StreamInput, ITlsWireOwner
{
    /// <summary>What the TLS code holds of a record that has not come whole, or was not taken whole: its buffer for one.</summary>
    private const int RecordHeldBytes = 20 * 1024;

    private readonly TlsLayer _layer;
    private readonly TlsOutput _output;

    /// <summary>The wait of the TLS code is under way.</summary>
    private bool _isDecrypting;

    /// <summary>Something is decrypted, or the end has come: <see cref="Receive"/> gives it at once.</summary>
    private bool _isReady;

    /// <summary>True: <see cref="RecordHeldBytes"/> are in the account.</summary>
    private bool _holdsRecord;

    /// <summary>What the wait failed by; 0: it did not.</summary>
    private int _errno;

    public TlsInput(ControlStream stream, Socket socket, TlsLayer layer, TlsOutput output)
        : base(stream, socket)
    {
        _layer = layer;
        _output = output;
        layer.Wire.Owner = this;
    }

    /// <inheritdoc/>
    void ITlsWireOwner.OnReading()
    {
        // Supplied in a turn: see BeginToWait and IsReady.
    }

    /// <inheritdoc/>
    void ITlsWireOwner.OnWritten(ReadOnlySpan<byte> bytes) => _output.OnWritten(bytes);

    protected override void BeginToWait()
    {
        if (Stream.IsClosed)
        {
            return;
        }

        BeginToDecrypt();
        if (_isReady)
        {
            OnReadable();
        }
        else
        {
            BeginToWaitForSocket();
        }
    }

    protected override bool IsReady()
    {
        BeginToDecrypt();
        if (!_isReady && _layer.Wire.IsReading)
        {
            SupplyOnce();
        }

        if (!_isReady)
        {
            Hold(_layer.Wire is { IsReading: true, Wanted.Length: > 0 });
            BeginToWaitForSocket();
        }

        return _isReady;
    }

    protected override int Receive(ArraySegment<byte> room, out int errno)
    {
        _isReady = false;
        errno = _errno;
        if (errno != 0)
        {
            return -1;
        }

        try
        {
            int count = _layer.Read(room);
            Hold(count == room.Count); // there is more of the record, most likely
            return count;
        }
        catch (Exception e) when (IsOfPeer(e))
        {
            errno = LinuxConstants.ErrorProtocol;
            return -1;
        }
    }

    /// <summary>Has the TLS code wait for something that is decrypted, unless it does; what it holds already it decrypts at once.</summary>
    private void BeginToDecrypt()
    {
        if (!_isReady && !_isDecrypting)
        {
            _isDecrypting = true;
            _ = DecryptAsync();
        }
    }

    /// <summary>The wait of the TLS code. It ends in the turn that supplied what it lacked, or at the end of the connection.</summary>
    private async Task DecryptAsync()
    {
        try
        {
            await _layer.WaitAsync().ConfigureAwait(false); // without the shard's context: what follows runs where it is supplied
        }
        catch (Exception e) when (IsOfPeer(e))
        {
            _errno = _errno == 0 ? LinuxConstants.ErrorProtocol : _errno;
        }

        _isDecrypting = false;
        _isReady = true;
    }

    /// <summary>One read of the socket into what the TLS code wants filled. What it makes of that happens within.</summary>
    private void SupplyOnce()
    {
        TlsWire wire = _layer.Wire;
        if (wire.Wanted.Length == 0)
        {
            wire.Supply(0); // it only wanted to be told
        }

        if (!wire.IsReading)
        {
            return;
        }

        int count = Receive(Stream.Descriptor, wire.Wanted.Span, out int errno);
        if (count >= 0)
        {
            wire.Supply(count);
        }
        else if (errno is not LinuxConstants.ErrorAgain and not LinuxConstants.ErrorInterrupted)
        {
            _errno = errno;
            wire.Fail(new IOException(ErrorName.Of(errno)));
        }
    }

    private void Hold(bool holds)
    {
        if (holds != _holdsRecord)
        {
            _holdsRecord = holds;
            if (holds)
            {
                Account.Take(RecordHeldBytes);
            }
            else
            {
                Account.Return(RecordHeldBytes);
            }
        }
    }

    /// <summary>Bytes that are no TLS, an alert, a connection that breaks in a record, or one that we closed meanwhile.</summary>
    private static bool IsOfPeer(Exception e) => e is IOException or AuthenticationException or InvalidOperationException;
}
