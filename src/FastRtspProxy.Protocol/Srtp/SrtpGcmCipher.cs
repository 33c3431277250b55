using System.Buffers.Binary;
using System.Security.Cryptography;

namespace FastRtspProxy.Protocol.Srtp;

/// <summary>AES-GCM with a tag of 128 bits (RFC 7714).</summary>
internal sealed class SrtpGcmCipher(ReadOnlySpan<byte> key, ReadOnlySpan<byte> salt) : SrtpCipher
{
    private const int TagBytes = 16;
    private const int NonceBytes = 12;

    private readonly AesGcm _gcm = new(key, TagBytes);
    private readonly byte[] _salt = salt.ToArray();

    /// <inheritdoc/>
    public override bool TryOpenRtp(
        ReadOnlySpan<byte> packet, int headerBytes, ReadOnlySpan<byte> tag, uint rollovers, bool isEncrypted, Span<byte> output)
    {
        packet[..headerBytes].CopyTo(output);
        Span<byte> nonce = stackalloc byte[NonceBytes];
        RtpNonce(packet, rollovers, nonce);
        if (isEncrypted)
        {
            return TryDecrypt(nonce, packet[headerBytes..], tag, output[headerBytes..packet.Length], packet[..headerBytes]);
        }

        packet[headerBytes..].CopyTo(output[headerBytes..]);
        return TryDecrypt(nonce, [], tag, [], packet);
    }

    /// <inheritdoc/>
    public override void SealRtp(Span<byte> packet, int headerBytes, uint rollovers, bool isEncrypted, Span<byte> tag)
    {
        Span<byte> nonce = stackalloc byte[NonceBytes];
        RtpNonce(packet, rollovers, nonce);
        if (isEncrypted)
        {
            _gcm.Encrypt(nonce, packet[headerBytes..], packet[headerBytes..], tag, packet[..headerBytes]);
        }
        else
        {
            _gcm.Encrypt(nonce, [], [], tag, packet);
        }
    }

    /// <inheritdoc/>
    public override bool TryOpenRtcp(ReadOnlySpan<byte> packet, ReadOnlySpan<byte> word, ReadOnlySpan<byte> tag, Span<byte> output)
    {
        packet.CopyTo(output);
        Span<byte> nonce = stackalloc byte[NonceBytes];
        RtcpNonce(packet, word, nonce);
        if (!SrtpPackets.IsEncrypted(word))
        {
            word.CopyTo(output[packet.Length..]);
            return TryDecrypt(nonce, [], tag, [], output[..(packet.Length + word.Length)]);
        }

        Span<byte> associated = stackalloc byte[SrtpPackets.RtcpHeaderBytes + SrtpPackets.RtcpWordBytes];
        Associate(packet, word, associated);
        Span<byte> body = output[SrtpPackets.RtcpHeaderBytes..packet.Length];
        return TryDecrypt(nonce, packet[SrtpPackets.RtcpHeaderBytes..], tag, body, associated);
    }

    /// <inheritdoc/>
    public override void SealRtcp(Span<byte> packet, ReadOnlySpan<byte> word, Span<byte> tag)
    {
        Span<byte> nonce = stackalloc byte[NonceBytes];
        RtcpNonce(packet, word, nonce);
        Span<byte> associated = stackalloc byte[SrtpPackets.RtcpHeaderBytes + SrtpPackets.RtcpWordBytes];
        Associate(packet, word, associated);
        Span<byte> body = packet[SrtpPackets.RtcpHeaderBytes..];
        _gcm.Encrypt(nonce, body, body, tag, associated);
    }

    /// <inheritdoc/>
    public override void Dispose() => _gcm.Dispose();

    /// <summary>The framework has no other way to say no than an exception; this is the one place that meets it.</summary>
    private bool TryDecrypt(
        ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> input, ReadOnlySpan<byte> tag, Span<byte> output, ReadOnlySpan<byte> associated)
    {
        try
        {
            _gcm.Decrypt(nonce, input, tag, output, associated);
            return true;
        }
        catch (AuthenticationTagMismatchException)
        {
            return false;
        }
    }

    /// <summary>RFC 7714 section 8.1.</summary>
    private void RtpNonce(ReadOnlySpan<byte> packet, uint rollovers, Span<byte> nonce)
    {
        nonce.Clear();
        packet.Slice(8, 4).CopyTo(nonce[2..]);
        BinaryPrimitives.WriteUInt32BigEndian(nonce[6..], rollovers);
        packet.Slice(2, 2).CopyTo(nonce[10..]);
        WithSalt(nonce);
    }

    /// <summary>RFC 7714 section 9.1.</summary>
    private void RtcpNonce(ReadOnlySpan<byte> packet, ReadOnlySpan<byte> word, Span<byte> nonce)
    {
        nonce.Clear();
        packet.Slice(4, 4).CopyTo(nonce[2..]);
        word.CopyTo(nonce[8..]);
        nonce[8] &= 0x7F;
        WithSalt(nonce);
    }

    private void WithSalt(Span<byte> nonce)
    {
        for (int i = 0; i < NonceBytes; i++)
        {
            nonce[i] ^= _salt[i];
        }
    }

    private static void Associate(ReadOnlySpan<byte> packet, ReadOnlySpan<byte> word, Span<byte> associated)
    {
        packet[..SrtpPackets.RtcpHeaderBytes].CopyTo(associated);
        word.CopyTo(associated[SrtpPackets.RtcpHeaderBytes..]);
    }
}
