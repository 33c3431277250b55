using System.Security.Cryptography;
using System.Text;
using FastRtspProxy.Protocol.Auth;

namespace FastRtspProxy.SimulatedCamera;

/// <summary>
/// The camera's side of Basic and Digest, in the variants that cameras have. One for each connection: the nonce is the connection's.
/// </summary>
internal sealed class CameraAuthenticator(SimulatedCameraOptions options)
{
    private readonly DigestVerifier _verifier = new(options.Personality.Realm);
    private string _nonce = DigestVerifier.NewNonce();

    private IReadOnlyList<SimulatedCameraAuthScheme> Schemes => options.AuthSchemes.Count > 0 ? options.AuthSchemes : options.Personality.AuthSchemes;

    /// <summary>Judges a request. False: answer 401 with <paramref name="challenges"/>, one WWW-Authenticate header each.</summary>
    public bool Accepts(string? authorization, string method, out IReadOnlyList<string> challenges)
    {
        challenges = [];
        if (options.Faults.UnauthorizedStorm)
        {
            _nonce = DigestVerifier.NewNonce();
            challenges = Challenges(false);
            return false;
        }

        if (options.User is null)
        {
            return true;
        }

        bool stale = false;
        if (authorization is not null && authorization.StartsWith("Basic ", StringComparison.OrdinalIgnoreCase))
        {
            if (Schemes.Contains(SimulatedCameraAuthScheme.Basic) && IsRightBasic(authorization.AsSpan(6).Trim()))
            {
                return true;
            }
        }
        else if (authorization is not null && IsOffered(authorization))
        {
            DigestOutcome outcome = _verifier.Verify(authorization, method, _nonce, user => user == options.User ? options.Password : null, out _);
            if (outcome == DigestOutcome.Accepted)
            {
                if (options.Faults.RotatesNonce)
                {
                    _nonce = DigestVerifier.NewNonce();
                }

                return true;
            }

            stale = outcome == DigestOutcome.StaleNonce;
        }

        challenges = Challenges(stale);
        return false;
    }

    private List<string> Challenges(bool stale)
    {
        List<string> challenges = [];
        foreach (SimulatedCameraAuthScheme scheme in Schemes)
        {
            string digest = _verifier.Challenge(_nonce, stale);
            challenges.Add(scheme switch
            {
                SimulatedCameraAuthScheme.Basic => $"Basic realm=\"{options.Personality.Realm}\"",
                SimulatedCameraAuthScheme.DigestLegacy => digest,
                SimulatedCameraAuthScheme.DigestMd5 => digest + ", algorithm=MD5, qop=\"auth\"",
                SimulatedCameraAuthScheme.DigestMd5Sess => digest + ", algorithm=MD5-sess, qop=\"auth\"",
                SimulatedCameraAuthScheme.DigestSha256 => digest + ", algorithm=SHA-256, qop=\"auth\"",
                SimulatedCameraAuthScheme.DigestSha256Sess => digest + ", algorithm=SHA-256-sess, qop=\"auth\"",
                _ => digest + ", algorithm=SHA-512-256, qop=\"auth\"",
            });
        }

        return challenges;
    }

    // A camera that asks for SHA-256 does not take MD5, though the arithmetic would be right. No algorithm means MD5 (RFC 7616 section 3.3).
    private bool IsOffered(string authorization)
    {
        int at = authorization.IndexOf("algorithm=", StringComparison.OrdinalIgnoreCase);
        string named = "MD5";
        if (at >= 0)
        {
            string rest = authorization[(at + "algorithm=".Length)..];
            int end = rest.IndexOf(',', StringComparison.Ordinal);
            named = (end < 0 ? rest : rest[..end]).Trim().Trim('"');
        }

        SimulatedCameraAuthScheme? scheme = named.ToUpperInvariant() switch
        {
            "MD5-SESS" => SimulatedCameraAuthScheme.DigestMd5Sess,
            "SHA-256" => SimulatedCameraAuthScheme.DigestSha256,
            "SHA-256-SESS" => SimulatedCameraAuthScheme.DigestSha256Sess,
            "SHA-512-256" => SimulatedCameraAuthScheme.DigestSha512T256,
            "MD5" => null,
            _ => SimulatedCameraAuthScheme.Basic,
        };
        return scheme is null
            ? Schemes.Contains(SimulatedCameraAuthScheme.DigestLegacy) || Schemes.Contains(SimulatedCameraAuthScheme.DigestMd5)
            : scheme != SimulatedCameraAuthScheme.Basic && Schemes.Contains(scheme.Value);
    }

    private bool IsRightBasic(ReadOnlySpan<char> token)
    {
        byte[] given = new byte[token.Length];
        return Convert.TryFromBase64Chars(token, given, out int bytes)
            && CryptographicOperations.FixedTimeEquals(given.AsSpan(0, bytes), Encoding.UTF8.GetBytes(options.User + ":" + options.Password));
    }
}
