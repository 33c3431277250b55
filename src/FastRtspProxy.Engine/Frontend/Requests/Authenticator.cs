using FastRtspProxy.Protocol.Auth;

namespace FastRtspProxy.Engine.Frontend;

/// <summary>
/// Digest towards clients (RFC 7616, in the form that LIVE555 and VLC parse). A nonce is in force on one connection and for a while; a right answer to any other that we gave out is told that it is
/// stale, because players take nonces from one connection to the next. When an answer is judged at all is for <see cref="GuessGate"/> to say.
/// </summary>
internal sealed class Authenticator
{
    /// <summary>LIVE555's realm: clients have stored credentials under it.</summary>
    public const string Realm = "LIVE555 Streaming Media";

    /// <summary>A nonce is in force for so long.</summary>
    public static readonly TimeSpan NonceLife = TimeSpan.FromMinutes(5);

    private readonly DigestVerifier _verifier = new(Realm);
    private readonly Dictionary<string, string> _passwords;
    private readonly NonceMint _nonces;
    private readonly bool _offerSha256;

    public Authenticator(IReadOnlyList<Credentials> credentials, NonceMint nonces, bool offerSha256)
    {
        _passwords = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (Credentials one in credentials)
        {
            _passwords[one.User] = one.Password;
        }

        _nonces = nonces;
        _offerSha256 = offerSha256;
    }

    /// <summary>False: everybody may.</summary>
    public bool IsRequired => _passwords.Count > 0;

    /// <inheritdoc cref="DigestVerifier.TryRead"/>
    public bool TryRead(string? authorization, string method, out DigestClaim claim, out DigestOutcome defect) => _verifier.TryRead(authorization, method, out claim, out defect);

    /// <summary>Judges a claim that came at that time. Any thread, while the connection waits for it.</summary>
    public DigestOutcome Judge(in DigestClaim claim, AuthState state, long cameMicros)
    {
        DigestOutcome outcome = DigestVerifier.Judge(claim, state.Nonce, _nonces.IsOurs, user => _passwords.GetValueOrDefault(user));
        return outcome == DigestOutcome.Accepted && state.IsStale(cameMicros) ? DigestOutcome.StaleNonce : outcome;
    }

    /// <summary>
    /// Writes the challenges, with a new nonce unless the one in force will do: after a wrong answer, one for a nonce of somebody else's and one that was not looked at there is always a new one, and
    /// nothing that tells the three apart. SHA-256 comes second, and only where configured: some players take fright at what they do not know.
    /// </summary>
    public void Challenge(RtspResponse response, AuthState state, DigestOutcome outcome, long nowMicros)
    {
        bool stale = outcome == DigestOutcome.StaleNonce;
        bool keeps = outcome is not (DigestOutcome.Refused or DigestOutcome.ForeignNonce);
        string nonce = keeps && state.Nonce is { } present && !state.IsStale(nowMicros) ? present : state.Renew(_nonces.Next(), nowMicros);
        response.With("WWW-Authenticate", _verifier.Challenge(nonce, stale));
        if (_offerSha256)
        {
            response.With("WWW-Authenticate", _verifier.Challenge(nonce, stale, DigestAlgorithm.Sha256));
        }
    }
}
