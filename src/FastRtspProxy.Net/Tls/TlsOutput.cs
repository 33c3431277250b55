using FastRtspProxy.Net.Linux;

namespace FastRtspProxy.Net.Tls;

/// <summary>
/// What goes out at a <see cref="ControlStream"/> with TLS: encrypted, and then sent as the stream sends. A record goes out whole or not at all, so
/// what the kernel does not take of one is parked. On the stream's shard.
/// </summary>
internal sealed class TlsOutput(ControlStream stream, StreamBacklog backlog, TlsLayer layer) : StreamOutput(stream, backlog)
{
    /// <summary>The send in the making; null: there is none.</summary>
    private TlsScratch? _open;

    /// <summary>
    /// Plain bytes of a gathered list that were taken: sent, or encrypted and parked; nothing more is taken once something is parked. -1: broken.
    /// </summary>
    public override unsafe int TrySend(IoVector* vectors, int count) => Send(vectors, count, isAnswer: false, isAll: false);

    /// <inheritdoc cref="TrySend(IoVector*, int)"/>
    public override unsafe int TrySend(ReadOnlySpan<byte> bytes)
    {
        fixed (byte* data = bytes)
        {
            IoVector vector = new() { Base = data, Length = bytes.Length };
            return Send(&vector, 1, isAnswer: false, isAll: false);
        }
    }

    /// <inheritdoc/>
    public override unsafe bool SendAll(ReadOnlySpan<byte> bytes, bool isAnswer)
    {
        fixed (byte* data = bytes)
        {
            IoVector vector = new() { Base = data, Length = bytes.Length };
            return Send(&vector, 1, isAnswer, isAll: true) >= 0;
        }
    }

    /// <inheritdoc/>
    public override bool Park(ReadOnlySpan<byte> bytes) => SendAll(bytes, isAnswer: false);

    /// <inheritdoc/>
    public override void SayEnd()
    {
        try
        {
            layer.SayEnd();
        }
        catch (Exception e) when (TlsLayer.IsOfPeer(e))
        {
            // It has ended already.
        }
    }

    /// <inheritdoc/>
    public override void Release() => layer.Dispose();

    /// <summary>What the TLS code wrote: of a send in the making, or a word of its own (an alert, an answer to a key update).</summary>
    public void OnWritten(ReadOnlySpan<byte> bytes)
    {
        if (_open is null)
        {
            _ = SendSealed(bytes, isAnswer: true);
        }
        else if (!_open.TryAdd(bytes))
        {
            Stream.Break(LinuxConstants.ErrorMessageSize); // a record larger than any can be: nothing after it would be in order
        }
    }

    private unsafe int Send(IoVector* vectors, int count, bool isAnswer, bool isAll)
    {
        int taken = 0;
        int at = 0;
        nint offset = 0;
        while (at < count && (isAll || !Stream.IsParked))
        {
            TlsScratch scratch = _open = Stream.Shard.TlsScratch;
            scratch.Clear();
            int sendBytes = 0;
            while (at < count && sendBytes < TlsScratch.SendBytes)
            {
                int recordBytes = FillRecord(scratch.Plain, vectors, count, ref at, ref offset);
                sendBytes += recordBytes;
                if (recordBytes > 0 && !TryEncrypt(scratch, recordBytes))
                {
                    _open = null;
                    return -1;
                }
            }

            _open = null;
            if (!SendSealed(scratch.Sealed, isAnswer))
            {
                return -1;
            }

            taken += sendBytes;
        }

        return taken;
    }

    /// <summary>
    /// Sends what is encrypted, or parks it, whole. Where neither can be done nothing that follows would be in order: the connection ends.
    /// </summary>
    private bool SendSealed(ReadOnlySpan<byte> bytes, bool isAnswer)
    {
        if (Stream.IsBroken || Stream.IsClosed)
        {
            return false;
        }

        bool isTaken = SendOrPark(bytes, isAnswer);
        if (!isTaken)
        {
            Stream.Break(LinuxConstants.ErrorNoBuffers);
        }

        return isTaken;
    }

    /// <summary>Copies what comes next of a list, until the record is full or the list at its end.</summary>
    private static unsafe int FillRecord(byte[] record, IoVector* vectors, int count, ref int at, ref nint offset)
    {
        int filled = 0;
        while (at < count && filled < record.Length)
        {
            int part = (int)Math.Min(vectors[at].Length - offset, record.Length - filled);
            new ReadOnlySpan<byte>(vectors[at].Base + offset, part).CopyTo(record.AsSpan(filled));
            filled += part;
            offset += part;
            if (offset == vectors[at].Length)
            {
                at++;
                offset = 0;
            }
        }

        return filled;
    }

    private bool TryEncrypt(TlsScratch scratch, int bytes)
    {
        try
        {
            int before = scratch.SealedBytes;
            layer.Encrypt(scratch, bytes);
            if (scratch.SealedBytes > before)
            {
                return true; // else its TLS is in the middle of a handshake that the peer has begun, and says nothing of it
            }
        }
        catch (Exception e) when (TlsLayer.IsOfPeer(e))
        {
            // Its TLS has ended, by an alert for example.
        }

        Stream.Break(LinuxConstants.ErrorProtocol);
        return false;
    }
}
