using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;

namespace FastRtspProxy.Protocol.Auth;

/// <summary>The arithmetic of Digest (RFC 7616 section 3.4).</summary>
internal static class DigestHash
{
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

    /// <summary>H(text) in lower-case hex.</summary>
    [SuppressMessage("Security", "CA5350", Justification = "Digest MD5 is what RFC 2617 and the cameras speak.")]
    public static string Hex(DigestAlgorithm algorithm, string text)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        byte[] hash = algorithm switch
        {
            DigestAlgorithm.Sha256 => SHA256.HashData(bytes),
            DigestAlgorithm.Sha512Slash256 => Sha512Slash256.HashData(bytes),
            _ => MD5.HashData(bytes),
        };
        return Convert.ToHexStringLower(hash);
    }

    /// <summary>The response parameter; without a qop it is the form of RFC 2069, which needs neither nc nor cnonce.</summary>
    public static string Response(in DigestInput input)
    {
        string a1 = input.Ha1 ?? Hex(input.Algorithm, $"{input.User}:{input.Realm}:{input.Password}");
        if (input.IsSession)
        {
            a1 = Hex(input.Algorithm, $"{a1}:{input.SessionNonce ?? input.Nonce}:{input.Cnonce}");
        }

        string a2 = Hex(input.Algorithm, $"{input.Method}:{input.Uri}");
        return Hex(
            input.Algorithm,
            input.Qop is null ? $"{a1}:{input.Nonce}:{a2}" : $"{a1}:{input.Nonce}:{input.NonceCount}:{input.Cnonce}:{input.Qop}:{a2}");
    }
}
