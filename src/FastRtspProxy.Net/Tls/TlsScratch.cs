namespace FastRtspProxy.Net.Tls;

/// <summary>A shard's room for encrypting: plain bytes of a record, and what becomes of one send's records. Empty between calls.</summary>
internal sealed class TlsScratch
{
    /// <summary>The largest record's content (RFC 8446 section 5.1).</summary>
    public const int RecordBytes = 16 * 1024;

    /// <summary>
    /// Plain bytes that go out in one send: larger frames cost a system call for each so many, and a connection that takes nothing in the middle of
    /// one has so much encrypted in vain at most, which is kept for it.
    /// </summary>
    public const int SendBytes = 2 * RecordBytes;

    /// <summary>Header, type, tag, and the explicit nonce or MAC and padding of old ciphers, of one record.</summary>
    private const int RecordOverheadBytes = 256;

    /// <summary>The content of the next record.</summary>
    public byte[] Plain { get; } = GC.AllocateUninitializedArray<byte>(RecordBytes, pinned: true);

    /// <summary>Encrypted bytes of the send in the making.</summary>
    public ReadOnlySpan<byte> Sealed => _sealed.AsSpan(0, SealedBytes);

    /// <inheritdoc cref="Sealed"/>
    public int SealedBytes { get; private set; }

    private readonly byte[] _sealed = GC.AllocateUninitializedArray<byte>(SendBytes + (2 * RecordOverheadBytes), pinned: true);

    /// <summary>Puts encrypted bytes behind the others. False: there is no room.</summary>
    public bool TryAdd(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length > _sealed.Length - SealedBytes)
        {
            return false;
        }

        bytes.CopyTo(_sealed.AsSpan(SealedBytes));
        SealedBytes += bytes.Length;
        return true;
    }

    /// <summary>Begins a send.</summary>
    public void Clear() => SealedBytes = 0;
}
