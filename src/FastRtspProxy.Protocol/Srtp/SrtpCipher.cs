namespace FastRtspProxy.Protocol.Srtp;

/// <summary>
/// The session keys of RTP or of RTCP, and what is done with them. Where tags and identifiers stand in a packet is not its business. Allocates
/// nothing for a packet.
/// </summary>
internal abstract class SrtpCipher : IDisposable
{
    /// <summary>Those of a master key.</summary>
    public static SrtpCipher Of(SrtpSuite suite, SrtpKey master, bool isRtcp)
    {
        using SrtpKeyDerivation keys = new(master);
        byte shift = isRtcp ? SrtpKeyDerivation.OfRtcp : (byte)0;
        byte[] cipher = keys.Derive((byte)(SrtpKeyDerivation.CipherLabel + shift), suite.KeyBytes);
        byte[] salt = keys.Derive((byte)(SrtpKeyDerivation.SaltLabel + shift), suite.SaltBytes);
        return suite.IsAead
            ? new SrtpGcmCipher(cipher, salt)
            : new SrtpCounterCipher(
                cipher, salt, keys.Derive((byte)(SrtpKeyDerivation.AuthenticationLabel + shift), SrtpCounterCipher.AuthenticationKeyBytes));
    }

    /// <summary>Checks an RTP packet and decrypts it. False: it is not genuine.</summary>
    /// <param name="packet">Without tag and identifier.</param>
    /// <param name="headerBytes">What of it is not encrypted.</param>
    /// <param name="tag">The packet's tag.</param>
    /// <param name="rollovers">Of its source.</param>
    /// <param name="isEncrypted">Else it is only authenticated.</param>
    /// <param name="output">Gets header and payload; as long as the packet.</param>
    public abstract bool TryOpenRtp(
        ReadOnlySpan<byte> packet, int headerBytes, ReadOnlySpan<byte> tag, uint rollovers, bool isEncrypted, Span<byte> output);

    /// <summary>Encrypts an RTP packet where it lies and writes its tag.</summary>
    public abstract void SealRtp(Span<byte> packet, int headerBytes, uint rollovers, bool isEncrypted, Span<byte> tag);

    /// <summary>Checks an RTCP compound and decrypts it. False: it is not genuine.</summary>
    /// <param name="packet">Without what follows the compound.</param>
    /// <param name="word">Four bytes: whether it is encrypted, and its index.</param>
    /// <param name="tag">The packet's tag.</param>
    /// <param name="output">Gets the compound; four bytes longer than it.</param>
    public abstract bool TryOpenRtcp(ReadOnlySpan<byte> packet, ReadOnlySpan<byte> word, ReadOnlySpan<byte> tag, Span<byte> output);

    /// <summary>Encrypts an RTCP compound where it lies, if its word says so, and writes its tag.</summary>
    public abstract void SealRtcp(Span<byte> packet, ReadOnlySpan<byte> word, Span<byte> tag);

    /// <inheritdoc/>
    public abstract void Dispose();
}
