using System.Net.Sockets;
using FastRtspProxy.Net.Linux;

namespace FastRtspProxy.Net.Tls;

/// <summary>
/// What comes in at a <see cref="ControlStream"/> with TLS. The wait is that of the TLS code, of no length, so that it holds nothing while the peer
/// is silent; what it needs for that it gets in the input's turns, one read of the socket in each, and at most one record is decrypted there. On the
/// shard.
/// </summary>
internal sealed class TlsInput : StreamInput, ITlsWireOwner
{
    /// <summary>What the TLS code holds of a record that has not come whole, or was not taken whole: its buffer, as the pool has it.</summary>
    private const int RecordHeldBytes = 32 * 1024;

    private readonly TlsLayer _layer;
    private readonly TlsOutput _output;

    /// <summary>The wait of the TLS code is under way.</summary>
    private bool _isDecrypting;

    /// <summary>Something is decrypted, or the end has come: <see cref="Receive"/> gives it at once.</summary>
    private bool _isReady;

    /// <summary>True: <see cref="RecordHeldBytes"/> are in the account.</summary>
    private bool _holdsRecord;

    /// <summary>Encrypted bytes since something for us was among them.</summary>
    private int _idleBytes;

    /// <summary>Since when a record is under way with nothing for the reader before it; <see cref="Never"/>: none is.</summary>
    private long _partSinceMicros = Never;

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
    public override long PartSinceMicros => IsWaiting ? _partSinceMicros : Never;

    /// <inheritdoc/>
    void ITlsWireOwner.OnReading()
    {
        // Supplied in a turn: see BeginToWait and IsReady.
    }

    /// <inheritdoc/>
    Task ITlsWireOwner.OnWritten(ReadOnlySpan<byte> bytes)
    {
        _output.OnWritten(bytes);
        return Task.CompletedTask;
    }

    protected override void BeginToWait()
    {
        if (Stream.IsClosed)
        {
            return;
        }

        _partSinceMicros = Never; // the reader had something, or was busy
        BeginToDecrypt();
        NotePart();
        if (_isReady)
        {
            OnReadable();
        }
        else
        {
            Hold(_layer.Wire.IsMidRecord);
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

        NotePart();
        Hold(_isReady || _layer.Wire.IsMidRecord);
        if (!_isReady)
        {
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
            _idleBytes = 0;
            Hold(count == room.Count || _layer.Wire.IsMidRecord); // there is more of the record, most likely
            return count;
        }
        catch (Exception e) when (TlsLayer.IsOfPeer(e))
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
        catch (Exception e) when (TlsLayer.IsOfPeer(e))
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

        int count = Receive(Stream.Descriptor, wire.Wanted.Span[..Math.Min(wire.Wanted.Length, ReadBytes)], out int errno);
        if (count >= 0)
        {
            _idleBytes += count;
            NoteTaken();
            wire.Supply(count);
            if (!_isReady && _idleBytes > TlsRecordMeter.IdleBytesMax)
            {
                Stream.Break(LinuxConstants.ErrorProtocol);
            }
        }
        else if (errno is not LinuxConstants.ErrorAgain and not LinuxConstants.ErrorInterrupted)
        {
            _errno = errno;
            wire.Fail(new IOException(ErrorName.Of(errno)));
        }
    }

    private void NotePart() => _partSinceMicros = _layer.Wire.IsMidRecord ? Math.Min(_partSinceMicros, Shard.NowMicros) : Never;

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
}
