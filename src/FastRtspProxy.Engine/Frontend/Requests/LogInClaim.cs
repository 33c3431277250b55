using FastRtspProxy.Engine.Access;
using FastRtspProxy.Protocol.Auth;

namespace FastRtspProxy.Engine.Frontend;

/// <summary>What an Authorization header claims: a digest, or by Basic a password. Nothing of it is proven.</summary>
/// <param name="User">The user that the sender says to be.</param>
/// <param name="Digest">The answer to a challenge; null: Basic.</param>
/// <param name="Password">Basic's; null: a digest.</param>
internal readonly record struct LogInClaim(string User, DigestClaim? Digest, string? Password)
{
    /// <summary>No claim: a token in the URL stands for itself.</summary>
    public static LogInClaim None => new(string.Empty, null, null);

    public bool IsNone => Digest is null && Password is null;

    /// <summary>
    /// Reads the header. What cannot be judged tells nothing and is no guess: none, another realm, an algorithm that nobody offered, Basic where it
    /// is not offered or the connection is not over TLS.
    /// </summary>
    public static bool TryRead(
        AccessState access, string? authorization, string method, bool isSecure, out LogInClaim claim, out DigestOutcome defect)
    {
        claim = None;
        if (isSecure && access.Rules.OffersBasic && BasicAuthorization.TryRead(authorization, out string? user, out string? password))
        {
            claim = new LogInClaim(user, null, password);
            defect = DigestOutcome.Unusable;
            return true;
        }

        if (!access.Verifier.TryRead(authorization, method, out DigestClaim digest, out defect) || !access.Rules.Digest.Contains(digest.Algorithm))
        {
            return false;
        }

        claim = new LogInClaim(digest.User, digest, null);
        return true;
    }

    /// <summary>Without the password.</summary>
    public override string ToString() => User;
}
