namespace FastRtspProxy.Protocol.Srtp;

/// <summary>
/// Session keys from a master key (RFC 3711 section 4.3, with a key derivation rate of 0): the key stream of AES in counter mode that begins where a
/// label and the master salt say. A salt of 96 bits is taken as the high ones of 112 (RFC 7714 section 11).
/// </summary>
internal sealed class SrtpKeyDerivation(SrtpKey master) : IDisposable
{
    /// <summary>Of RTP; those of RTCP are three more.</summary>
    public const byte CipherLabel = 0;

    /// <inheritdoc cref="CipherLabel"/>
    public const byte AuthenticationLabel = 1;

    /// <inheritdoc cref="CipherLabel"/>
    public const byte SaltLabel = 2;

    /// <summary>From a label of RTP to that of RTCP.</summary>
    public const byte OfRtcp = 3;

    /// <summary>Where the label meets the salt: seven bytes before its end.</summary>
    private const int LabelAt = 7;

    private readonly AesCounter _aes = new(master.Key);

    /// <summary>So many bytes for that label.</summary>
    public byte[] Derive(byte label, int bytes)
    {
        Span<byte> start = stackalloc byte[16];
        start.Clear();
        master.Salt.CopyTo(start);
        start[LabelAt] ^= label;
        byte[] key = new byte[bytes];
        _aes.Apply(start, key, key);
        return key;
    }

    /// <inheritdoc/>
    public void Dispose() => _aes.Dispose();
}
