namespace FastRtspProxy.Net.Tls;

/// <summary>
/// Follows the records of a TLS peer by their headers (RFC 8446 section 5.1), without looking into them: whether one is under way, and whether one
/// claims to be longer than any may be, for which the TLS code would make room. Mutable; one owner.
/// </summary>
internal struct TlsRecordMeter
{
    /// <summary>A record's content with all that ciphers may add to it (RFC 5246 section 6.2.3; TLS 1.3 allows less).</summary>
    public const int BodyBytesMax = (16 * 1024) + 2048;

    /// <summary>
    /// Two records of nothing that is for us (updates of keys, tickets, records without content) in a row, after which a peer is given up: OpenSSL
    /// answers the first kind, and nothing sends the answers before we say something ourselves.
    /// </summary>
    public const int IdleBytesMax = 2 * BodyBytesMax;

    /// <summary>Type, version, length.</summary>
    private const int HeaderBytes = 5;

    /// <summary>Of the header that is under way, the bytes that have come; 0 between a header and the end of its record.</summary>
    private int _headerBytes;

    /// <summary>The length field of that header, as far as it has come.</summary>
    private ushort _length;

    /// <summary>What is to come of the record.</summary>
    private int _bodyLeftBytes;

    /// <summary>Records that have begun, by their whole headers; it wraps around.</summary>
    public int Count { get; private set; }

    /// <summary>The last byte was not a record's last one.</summary>
    public readonly bool IsMidRecord => _headerBytes > 0 || _bodyLeftBytes > 0;

    /// <summary>The next bytes. False: they claim a record that is longer than any may be.</summary>
    public bool TryAdd(ReadOnlySpan<byte> bytes)
    {
        while (bytes.Length > 0)
        {
            if (_bodyLeftBytes > 0)
            {
                int body = Math.Min(_bodyLeftBytes, bytes.Length);
                _bodyLeftBytes -= body;
                bytes = bytes[body..];
                continue;
            }

            _length = (ushort)((_length << 8) | bytes[0]);
            bytes = bytes[1..];
            if (++_headerBytes == HeaderBytes)
            {
                _headerBytes = 0;
                Count = unchecked(Count + 1);
                _bodyLeftBytes = _length;
                if (_bodyLeftBytes > BodyBytesMax)
                {
                    return false;
                }
            }
        }

        return true;
    }
}
