using System.Buffers.Binary;
using System.Diagnostics;
using System.Security.Cryptography;

namespace FastRtspProxy.Protocol.Srtp;

/// <summary>AES in counter mode with HMAC-SHA1 (RFC 3711 sections 4.1.1 and 4.2.1).</summary>
internal sealed class SrtpCounterCipher : SrtpCipher
{
    /// <summary>Whatever of the tag is sent.</summary>
    public const int AuthenticationKeyBytes = 20;

    private const int HashBytes = 20;

    private readonly AesCounter _aes;
    private readonly byte[] _salt;
    private readonly IncrementalHash _hash;

    public SrtpCounterCipher(ReadOnlySpan<byte> key, ReadOnlySpan<byte> salt, ReadOnlySpan<byte> authenticationKey)
    {
        _aes = new AesCounter(key);
        _salt = salt.ToArray();
        _hash = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA1, authenticationKey);
    }

    /// <inheritdoc/>
    public override bool TryOpenRtp(
        ReadOnlySpan<byte> packet, int headerBytes, ReadOnlySpan<byte> tag, uint rollovers, bool isEncrypted, Span<byte> output)
    {
        Span<byte> word = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(word, rollovers);
        if (!IsGenuine(packet, word, tag))
        {
            return false;
        }

        packet[..headerBytes].CopyTo(output);
        if (isEncrypted)
        {
            ApplyToRtp(packet, headerBytes, rollovers, output);
        }
        else
        {
            packet[headerBytes..].CopyTo(output[headerBytes..]);
        }

        return true;
    }

    /// <inheritdoc/>
    public override void SealRtp(Span<byte> packet, int headerBytes, uint rollovers, bool isEncrypted, Span<byte> tag)
    {
        if (isEncrypted)
        {
            ApplyToRtp(packet, headerBytes, rollovers, packet);
        }

        Span<byte> word = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(word, rollovers);
        Authenticate(packet, word, tag);
    }

    /// <inheritdoc/>
    public override bool TryOpenRtcp(ReadOnlySpan<byte> packet, ReadOnlySpan<byte> word, ReadOnlySpan<byte> tag, Span<byte> output)
    {
        if (!IsGenuine(packet, word, tag))
        {
            return false;
        }

        packet.CopyTo(output);
        ApplyToRtcp(output[..packet.Length], word);
        return true;
    }

    /// <inheritdoc/>
    public override void SealRtcp(Span<byte> packet, ReadOnlySpan<byte> word, Span<byte> tag)
    {
        ApplyToRtcp(packet, word);
        Authenticate(packet, word, tag);
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        _aes.Dispose();
        _hash.Dispose();
    }

    private void ApplyToRtp(ReadOnlySpan<byte> packet, int headerBytes, uint rollovers, Span<byte> output)
    {
        ulong index = ((ulong)rollovers << 16) | BinaryPrimitives.ReadUInt16BigEndian(packet[2..]);
        Span<byte> start = stackalloc byte[16];
        Start(packet.Slice(8, 4), index, start);
        _aes.Apply(start, packet[headerBytes..], output[headerBytes..]);
    }

    private void ApplyToRtcp(Span<byte> packet, ReadOnlySpan<byte> word)
    {
        uint index = BinaryPrimitives.ReadUInt32BigEndian(word);
        if (index >> 31 != 0)
        {
            Span<byte> start = stackalloc byte[16];
            Start(packet.Slice(4, 4), index & int.MaxValue, start);
            _aes.Apply(start, packet[SrtpPackets.RtcpHeaderBytes..], packet[SrtpPackets.RtcpHeaderBytes..]);
        }
    }

    /// <summary>RFC 3711 section 4.1.1: the salt, the source and the index combined; the last two bytes count blocks.</summary>
    private void Start(ReadOnlySpan<byte> ssrc, ulong index, Span<byte> start)
    {
        start.Clear();
        _salt.CopyTo(start);
        for (int i = 0; i < 4; i++)
        {
            start[4 + i] ^= ssrc[i];
        }

        for (int i = 0; i < 6; i++)
        {
            start[8 + i] ^= (byte)(index >> (8 * (5 - i)));
        }
    }

    private bool IsGenuine(ReadOnlySpan<byte> packet, ReadOnlySpan<byte> word, ReadOnlySpan<byte> tag)
    {
        Span<byte> expected = stackalloc byte[HashBytes];
        Hash(packet, word, expected);
        return CryptographicOperations.FixedTimeEquals(expected[..tag.Length], tag);
    }

    private void Authenticate(ReadOnlySpan<byte> packet, ReadOnlySpan<byte> word, Span<byte> tag)
    {
        Span<byte> hash = stackalloc byte[HashBytes];
        Hash(packet, word, hash);
        hash[..tag.Length].CopyTo(tag);
    }

    private void Hash(ReadOnlySpan<byte> packet, ReadOnlySpan<byte> word, Span<byte> hash)
    {
        _hash.AppendData(packet);
        _hash.AppendData(word);
        int bytes = _hash.GetHashAndReset(hash);
        Debug.Assert(bytes == HashBytes, "SHA-1 has 20 bytes.");
    }
}
