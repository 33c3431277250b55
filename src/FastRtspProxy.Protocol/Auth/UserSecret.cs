using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;

namespace FastRtspProxy.Protocol.Auth;

/// <summary>
/// What a user's answers are held against: a password, or what Digest makes of it (RFC 7616 section 3.4.2, H(user:realm:password)), so that no clear
/// text need lie about. The latter is one for each algorithm, is
/// good for one user in one realm, and lets whoever reads it answer that realm's challenges; only the password stays unknown. Two are equal when the
/// same answers are right. Never printed.
/// </summary>
public sealed class UserSecret : IEquatable<UserSecret>
{
    /// <summary>How a text begins that is no password.</summary>
    private const string HashPrefix = "ha1:";

    private static readonly SearchValues<char> s_hex = SearchValues.Create("0123456789abcdefABCDEF");

    private readonly string? _password;
    private readonly string? _md5;
    private readonly string? _sha256;

    private UserSecret(string? password, string? md5, string? sha256)
    {
        _password = password;
        _md5 = md5;
        _sha256 = sha256;
    }

    /// <summary>A password.</summary>
    public static UserSecret OfPassword(string password)
    {
        ArgumentNullException.ThrowIfNull(password);
        return new UserSecret(password, null, null);
    }

    /// <summary>The hash of a password that was shown to be right, where the password itself is not to be kept.</summary>
    internal static UserSecret HashOf(string user, string realm, string password) =>
        new(null, null, OfPassword(password).Ha1(DigestAlgorithm.Sha256, user, realm));

    /// <summary>
    /// Reads what a configuration gives: one password, or one to two hashes, `ha1:md5:HEX` and `ha1:sha-256:HEX`. The defect is a sentence's end that
    /// holds nothing of the secret.
    /// </summary>
    public static bool TryParse(IReadOnlyList<string> texts, [NotNullWhen(true)] out UserSecret? secret, out string defect)
    {
        ArgumentNullException.ThrowIfNull(texts);
        secret = null;
        defect = string.Empty;
        string? md5 = null;
        string? sha256 = null;
        foreach (string text in texts)
        {
            if (!text.StartsWith(HashPrefix, StringComparison.OrdinalIgnoreCase))
            {
                defect = texts.Count == 1 ? string.Empty : "a user has one password; several may only be hashes, ha1:md5:HEX and ha1:sha-256:HEX";
                secret = defect.Length == 0 ? OfPassword(text) : null;
                return secret is not null;
            }

            if (!TryReadHash(text, ref md5, ref sha256, out defect))
            {
                return false;
            }
        }

        if (texts.Count == 0)
        {
            defect = "a password, or a hash of one, is missing";
            return false;
        }

        secret = new UserSecret(null, md5, sha256);
        return true;
    }

    /// <summary>From bare hashes in hex; null: one of them is none, or none is given.</summary>
    public static UserSecret? TryOfHashes(string? md5, string? sha256)
    {
        bool isValid = (md5 is null || IsHex(md5, 32)) && (sha256 is null || IsHex(sha256, 64)) && (md5 ?? sha256) is not null;
        return isValid ? new UserSecret(null, md5?.ToLowerInvariant(), sha256?.ToLowerInvariant()) : null;
    }

    /// <summary>True when a right answer by that algorithm can be told from a wrong one.</summary>
    public bool Knows(DigestAlgorithm algorithm) => _password is not null || Hash(algorithm) is not null;

    /// <summary>True for the right password, which Basic shows.</summary>
    public bool IsPassword(string user, string realm, string password)
    {
        DigestAlgorithm algorithm = _md5 is not null && _sha256 is null ? DigestAlgorithm.Md5 : DigestAlgorithm.Sha256;
        string shown = OfPassword(password).Ha1(algorithm, user, realm)!;
        return CryptographicOperations.FixedTimeEquals(Encoding.ASCII.GetBytes(shown), Encoding.ASCII.GetBytes(Ha1(algorithm, user, realm)!));
    }

    /// <summary>
    /// H(user:realm:password); null: not known by that algorithm. A stored hash costs as much as a password, so that the time of an answer does not
    /// tell who has which.
    /// </summary>
    internal string? Ha1(DigestAlgorithm algorithm, string user, string realm)
    {
        string computed = DigestHash.Hex(algorithm, user, realm, _password);
        return _password is not null ? computed : Hash(algorithm);
    }

    /// <inheritdoc/>
    public bool Equals(UserSecret? other) => other is not null && _password == other._password && _md5 == other._md5 && _sha256 == other._sha256;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as UserSecret);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(_password, _md5, _sha256);

    /// <inheritdoc/>
    public override string ToString() => "***";

    private string? Hash(DigestAlgorithm algorithm) => algorithm switch
    {
        DigestAlgorithm.Md5 => _md5,
        DigestAlgorithm.Sha256 => _sha256,
        _ => null,
    };

    private static bool TryReadHash(string text, ref string? md5, ref string? sha256, out string defect)
    {
        defect = string.Empty;
        string[] parts = text.Split(':');
        string algorithm = parts.Length == 3 ? parts[1].ToLowerInvariant() : string.Empty;
        bool isMd5 = algorithm == "md5";
        bool isSha256 = algorithm is "sha-256" or "sha256";
        if ((!isMd5 && !isSha256) || !IsHex(parts[2], isMd5 ? 32 : 64))
        {
            defect = "what begins with ha1: is ha1:md5: and 32 hexadecimal digits, or ha1:sha-256: and 64";
            return false;
        }

        ref string? hash = ref isMd5 ? ref md5 : ref sha256;
        defect = hash is null ? string.Empty : "each algorithm has one hash";
        hash = parts[2].ToLowerInvariant();
        return defect.Length == 0;
    }

    private static bool IsHex(string text, int digits) => text.Length == digits && text.AsSpan().IndexOfAnyExcept(s_hex) < 0;
}
