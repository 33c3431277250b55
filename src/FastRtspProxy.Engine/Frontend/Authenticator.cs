using System.Net;
using FastRtspProxy.Protocol.Auth;
using FastRtspProxy.Protocol.Rtsp;

namespace FastRtspProxy.Engine.Frontend;

/// <summary>
/// Digest towards clients (RFC 7616, in the form that LIVE555 and VLC parse). A nonce belongs to one connection and lives for a while; a right answer to an old one is told
/// that it is stale. Every wrong answer of an address doubles the time that its next refusal takes, so that guessing gets nowhere.
/// </summary>
internal sealed class Authenticator
{
    /// <summary>LIVE555's realm: clients have stored credentials under it.</summary>
    public const string Realm = "LIVE555 Streaming Media";

    /// <summary>A nonce is good for so long.</summary>
    public static readonly TimeSpan NonceLife = TimeSpan.FromMinutes(5);

    private readonly DigestVerifier _verifier = new(Realm);
    private readonly Dictionary<string, string> _passwords;
    private readonly bool _offerSha256;

    public Authenticator(IReadOnlyList<Credentials> credentials, bool offerSha256)
    {
        _passwords = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (Credentials one in credentials)
        {
            _passwords[one.User] = one.Password;
        }

        _offerSha256 = offerSha256;
    }

    /// <summary>False: everybody may.</summary>
    public bool IsRequired => _passwords.Count > 0;

    public DigestOutcome Verify(RtspMessage request, AuthState state, long nowMicros)
    {
        string nonce = state.Nonce ?? string.Empty;
        DigestOutcome outcome = _verifier.Verify(request.Header("Authorization"), request.Method, nonce, user => _passwords.GetValueOrDefault(user), out _);
        if (outcome == DigestOutcome.Accepted && state.IsStale(nowMicros))
        {
            return DigestOutcome.StaleNonce;
        }

        return outcome;
    }

    /// <summary>Writes the challenges, with a new nonce unless the one in force will do. SHA-256 comes second, and only where configured: some players take fright at what they do not know.</summary>
    public void Challenge(RtspResponse response, AuthState state, DigestOutcome outcome, long nowMicros)
    {
        bool stale = outcome == DigestOutcome.StaleNonce;
        string nonce = outcome != DigestOutcome.Refused && state.Nonce is { } present && !state.IsStale(nowMicros) ? present : state.Renew(nowMicros);
        response.With("WWW-Authenticate", _verifier.Challenge(nonce, stale));
        if (_offerSha256)
        {
            response.With("WWW-Authenticate", _verifier.Challenge(nonce, stale, DigestAlgorithm.Sha256));
        }
    }
}
