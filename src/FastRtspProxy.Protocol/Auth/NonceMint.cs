using System.Buffers;
using System.Security.Cryptography;

namespace FastRtspProxy.Protocol.Auth;

/// <summary>
/// Makes nonces and knows them again without remembering any: 8 random bytes and 8 bytes of an HMAC-SHA256 over them, with a key that lives as long
/// as the mint. So a nonce that was given out, on another connection or long ago, is told apart from one that was made up (RFC 7616 section 3.3
/// leaves a nonce's content to the server, section 3.4.6 asks for <c>stale</c>). Which nonce is in force is not its business. Thread-safe.
/// </summary>
public sealed class NonceMint
{
    private const int RandomBytes = 8;

    /// <summary>64 bits: whoever forges one by chance in 2^64 has won a "stale", for an answer that was right anyway.</summary>
    private const int MacBytes = 8;

    private readonly byte[] _key = RandomNumberGenerator.GetBytes(HMACSHA256.HashSizeInBytes);

    /// <summary>A new nonce: 32 hex digits, as LIVE555's.</summary>
    public string Next()
    {
        Span<byte> nonce = stackalloc byte[RandomBytes + MacBytes];
        RandomNumberGenerator.Fill(nonce[..RandomBytes]);
        Sign(nonce[..RandomBytes], nonce[RandomBytes..]);
        return Convert.ToHexStringLower(nonce);
    }

    /// <summary>True when this mint made the nonce.</summary>
    public bool IsOurs(string nonce)
    {
        ArgumentNullException.ThrowIfNull(nonce);
        Span<byte> bytes = stackalloc byte[RandomBytes + MacBytes];
        if (nonce.Length != 2 * bytes.Length
            || Convert.FromHexString(nonce, bytes, out _, out int count) != OperationStatus.Done
            || count != bytes.Length)
        {
            return false;
        }

        Span<byte> mac = stackalloc byte[MacBytes];
        Sign(bytes[..RandomBytes], mac);
        return CryptographicOperations.FixedTimeEquals(mac, bytes[RandomBytes..]);
    }

    private void Sign(ReadOnlySpan<byte> random, Span<byte> mac)
    {
        Span<byte> whole = stackalloc byte[HMACSHA256.HashSizeInBytes];
        HMACSHA256.HashData(_key, random, whole);
        whole[..MacBytes].CopyTo(mac);
    }
}
