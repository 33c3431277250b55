using FastRtspProxy.Operations.Configuration.Model;
using FastRtspProxy.Protocol.Auth;

namespace FastRtspProxy.Operations.Configuration.Table;

/// <summary>A plain password, or a hash: <c>ha1:md5:HEX</c>, <c>ha1:sha-256:HEX</c>.</summary>
internal static class UserPasswordType
{
    private const string Mark = "ha1:";

    public static TypeOf<UserPassword> Instance { get; } = new("PASSWORD", "plain, ha1:md5:HEX or ha1:sha-256:HEX", TryRead, static _ => null)
    {
        IsSecret = true,
    };

    private static bool TryRead(string text, out UserPassword value, out string error)
    {
        value = new UserPassword(null, new Secret(text));
        error = "a hashed password is written ha1:md5: and 32 hexadecimal digits, or ha1:sha-256: and 64; a plain one cannot begin with ha1:";
        if (!text.StartsWith(Mark, StringComparison.Ordinal))
        {
            error = text.Length == 0 ? "a password cannot be empty" : "a password has no line ends and no control characters";
            return text.Length > 0 && !text.Any(char.IsControl);
        }

        int colon = text.IndexOf(':', Mark.Length);
        string name = colon < 0 ? "" : text[Mark.Length..colon];
        string hex = text[(colon + 1)..];
        if (
            name.Length == 0 || !DigestHash.TryParseAlgorithm(name, out DigestAlgorithm algorithm, out bool isSession) || isSession
                || algorithm is not (DigestAlgorithm.Md5 or DigestAlgorithm.Sha256))
        {
            return false;
        }

        value = new UserPassword(algorithm, new Secret(hex.ToLowerInvariant()));
        return hex.Length == (algorithm == DigestAlgorithm.Md5 ? 32 : 64) && hex.All(char.IsAsciiHexDigit);
    }
}
