using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using FastRtspProxy.TestPeers;

namespace FastRtspProxy.Tests.Weaknesses;

/// <summary>A camera's side of Digest, written from RFC 7616 section 3.4 without the product's own code.</summary>
internal static partial class DigestAnswer
{
    public static bool IsRight(ScriptedRequest request, string user, string password, string realm, string nonce, string algorithm)
    {
        string header = request.Header("Authorization") ?? string.Empty;
        Dictionary<string, string> given = Parameter().Matches(header).ToDictionary(m => m.Groups[1].Value, m => m.Groups[2].Success ? m.Groups[2].Value : m.Groups[3].Value);
        if (!header.StartsWith("Digest ", StringComparison.Ordinal) || given.GetValueOrDefault("nonce") != nonce || given.GetValueOrDefault("username") != user
            || given.GetValueOrDefault("uri") != request.Uri)
        {
            return false;
        }

        string secret = Hash(algorithm, $"{user}:{realm}:{password}");
        if (algorithm.EndsWith("-sess", StringComparison.Ordinal))
        {
            secret = Hash(algorithm, $"{secret}:{nonce}:{given["cnonce"]}");
        }

        string question = Hash(algorithm, $"{request.Method}:{request.Uri}");
        string text = given.TryGetValue("qop", out string? qop) ? $"{secret}:{nonce}:{given["nc"]}:{given["cnonce"]}:{qop}:{question}" : $"{secret}:{nonce}:{question}";
        return given.GetValueOrDefault("response") == Hash(algorithm, text);
    }

    private static string Hash(string algorithm, string text)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        return Convert.ToHexString(algorithm == "SHA-256" ? SHA256.HashData(bytes) : MD5.HashData(bytes)).ToLowerInvariant();
    }

    [GeneratedRegex("""(\w+)=(?:"([^"]*)"|([^", ]+))""")]
    private static partial Regex Parameter();
}
