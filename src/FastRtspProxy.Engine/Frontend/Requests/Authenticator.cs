using FastRtspProxy.Engine.Access;
using FastRtspProxy.Protocol.Auth;

namespace FastRtspProxy.Engine.Frontend;

/// <summary>
/// Digest towards clients (RFC 7616, in the form that LIVE555 and VLC parse), and Basic over TLS. A nonce is in force on one connection and for a
/// while; a right answer to any other that we gave out is told that it is
/// stale, because players take nonces from one connection to the next. When an answer is judged at all is for <see cref="GuessGate"/> to say, who may
/// do what for <see cref="AccessPolicy"/>.
/// </summary>
internal sealed class Authenticator
{
    /// <summary>A nonce is in force for so long.</summary>
    public static readonly TimeSpan NonceLife = TimeSpan.FromMinutes(5);

    private readonly NonceMint _nonces = new();

    /// <summary>
    /// Judges a claim that came at that time. Any thread, while the connection waits for it. An unknown user has no secret, and the answer of a wrong
    /// password.
    /// </summary>
    public DigestOutcome Judge(in LogInClaim claim, UserSecret? secret, string realm, AuthState state, long cameMicros)
    {
        if (claim.Password is { } password)
        {
            // An unknown user costs the same hashes as a known one.
            bool isRight = (secret ?? UserSecret.OfPassword(string.Empty)).IsPassword(claim.User, realm, password);
            return isRight && secret is not null ? DigestOutcome.Accepted : DigestOutcome.Refused;
        }

        DigestOutcome outcome = claim.Digest is { } digest
            ? DigestVerifier.Judge(digest, state.Nonce, _nonces.IsOurs, secret)
            : DigestOutcome.Unusable;
        return outcome == DigestOutcome.Accepted && state.IsStale(cameMicros) ? DigestOutcome.StaleNonce : outcome;
    }

    /// <summary>
    /// Writes the challenges, with a new nonce unless the one in force will do: after a wrong answer, one for a nonce of somebody else's and one that
    /// was not looked at there is always a new one, and nothing that tells the three apart. SHA-256 comes second, and only where configured: some
    /// players take fright at what they do not know. Basic comes last, where nobody listens.
    /// </summary>
    public void Challenge(RtspResponse response, AccessState access, AuthState state, bool isSecure, DigestOutcome outcome, long nowMicros)
    {
        bool stale = outcome == DigestOutcome.StaleNonce;
        bool keeps = outcome is not (DigestOutcome.Refused or DigestOutcome.ForeignNonce);
        string nonce = keeps && state.Nonce is { } present && !state.IsStale(nowMicros) ? present : state.Renew(_nonces.Next(), nowMicros);
        foreach (DigestAlgorithm algorithm in access.Rules.Digest)
        {
            response.With("WWW-Authenticate", access.Verifier.Challenge(nonce, stale, algorithm));
        }

        if (isSecure && access.Rules.OffersBasic)
        {
            response.With("WWW-Authenticate", BasicAuthorization.Challenge(access.Verifier.Realm));
        }
    }
}
