using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;
using CommunityToolkit.HighPerformance.Buffers;

namespace FastRtspProxy.Protocol.Auth;

/// <summary>The arithmetic of Digest (RFC 7616 section 3.4).</summary>
internal static class DigestHash
{
    /// <summary>Of SHA-256 and SHA-512/256.</summary>
    private const int HashBytesMax = 32;

    /// <summary>The name in the algorithm parameter; null means MD5 (section 3.3). `-sess` is taken off.</summary>
    public static bool TryParseAlgorithm(string? text, out DigestAlgorithm algorithm, out bool isSession)
    {
        string name = (text ?? "MD5").Trim().ToUpperInvariant();
        isSession = name.EndsWith("-SESS", StringComparison.Ordinal);
        DigestAlgorithm? found = (isSession ? name[..^5] : name) switch
        {
            "MD5" or "" => DigestAlgorithm.Md5,
            "SHA-256" or "SHA256" => DigestAlgorithm.Sha256,
            "SHA-512-256" => DigestAlgorithm.Sha512Slash256,
            _ => null,
        };
        algorithm = found ?? DigestAlgorithm.Md5;
        return found is not null;
    }

    public static string Name(DigestAlgorithm algorithm) => algorithm switch
    {
        DigestAlgorithm.Sha256 => "SHA-256",
        DigestAlgorithm.Sha512Slash256 => "SHA-512-256",
        _ => "MD5",
    };

    /// <summary>H(part:part:…) in lower-case hex.</summary>
    public static string Hex(DigestAlgorithm algorithm, params ReadOnlySpan<string?> parts)
    {
        int bytesMax = parts.Length;
        foreach (string? part in parts)
        {
            bytesMax += Encoding.UTF8.GetMaxByteCount(part?.Length ?? 0);
        }

        using SpanOwner<byte> owner = SpanOwner<byte>.Allocate(bytesMax);
        int bytes = 0;
        for (int i = 0; i < parts.Length; i++)
        {
            if (i > 0)
            {
                owner.Span[bytes++] = (byte)':';
            }

            bytes += Encoding.UTF8.GetBytes(parts[i], owner.Span[bytes..]);
        }

        Span<byte> hash = stackalloc byte[HashBytesMax];
        Span<byte> text = owner.Span[..bytes];
        int hashBytes = Hash(algorithm, text, hash);
        text.Clear(); // a password may be among the parts, and the pool gives the memory to anybody
        return Convert.ToHexStringLower(hash[..hashBytes]);
    }

    /// <summary>The response parameter; without a qop it is the form of RFC 2069, which needs neither nc nor cnonce.</summary>
    public static string Response(in DigestInput input)
    {
        string a1 = input.Ha1 ?? Hex(input.Algorithm, input.User, input.Realm, input.Password);
        if (input.IsSession)
        {
            a1 = Hex(input.Algorithm, a1, input.SessionNonce ?? input.Nonce, input.Cnonce);
        }

        string a2 = Hex(input.Algorithm, input.Method, input.Uri);
        return input.Qop is null
            ? Hex(input.Algorithm, a1, input.Nonce, a2)
            : Hex(input.Algorithm, a1, input.Nonce, input.NonceCount, input.Cnonce, input.Qop, a2);
    }

    [SuppressMessage("Security", "CA5350", Justification = "Digest MD5 is what RFC 2617 and the cameras speak.")]
    private static int Hash(DigestAlgorithm algorithm, ReadOnlySpan<byte> text, Span<byte> hash) => algorithm switch
    {
        DigestAlgorithm.Sha256 => SHA256.HashData(text, hash),
        DigestAlgorithm.Sha512Slash256 => Sha512Slash256.HashData(text, hash),
        _ => MD5.HashData(text, hash),
    };
}
