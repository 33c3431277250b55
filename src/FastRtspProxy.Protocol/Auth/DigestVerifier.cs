using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace FastRtspProxy.Protocol.Auth;

/// <summary>The server side of Digest. Holds no secrets and no nonces: the caller keeps the nonce in force, per connection as LIVE555 does.</summary>
public sealed class DigestVerifier
{
    private readonly string _realm;

    public DigestVerifier(string realm)
    {
        ArgumentNullException.ThrowIfNull(realm);
        _realm = realm.Replace("\"", string.Empty, StringComparison.Ordinal);
    }

    public string Realm => _realm;

    /// <summary>A nonce that can not be guessed: 32 hex digits.</summary>
    public static string NewNonce() => RandomNumberGenerator.GetHexString(32, lowercase: true);

    /// <summary>The value of WWW-Authenticate. LIVE555 and VLC read realm and nonce by their place, and stale only directly behind; so MD5, their
    /// only algorithm, is not even named.</summary>
    public string Challenge(string nonce, bool stale = false, DigestAlgorithm algorithm = DigestAlgorithm.Md5)
    {
        string text = $"Digest realm=\"{_realm}\", nonce=\"{nonce}\"";
        text += stale ? ", stale=TRUE" : string.Empty;
        return algorithm == DigestAlgorithm.Md5 ? text : $"{text}, algorithm={DigestHash.Name(algorithm)}";
    }

    /// <summary>True when the header proves that the sender knows the user's password for the nonce in force.</summary>
    public bool TryVerify(string? authorization, string method, string nonce, Func<string, string?> passwordOf, out string user) =>
        Verify(authorization, method, nonce, passwordOf, out user) == DigestOutcome.Accepted;

    /// <summary>Reads an Authorization header and judges it: <see cref="TryRead"/> and <see cref="Judge"/> in one.</summary>
    /// <param name="authorization">The header's value, null when there is none.</param>
    /// <param name="method">The request's method.</param>
    /// <param name="nonce">The nonce in force.</param>
    /// <param name="passwordOf">A user's password, null for an unknown user.</param>
    /// <param name="user">The name in the header, empty when there is none; not proven unless the outcome is Accepted.</param>
    public DigestOutcome Verify(string? authorization, string method, string nonce, Func<string, string?> passwordOf, out string user)
    {
        ArgumentNullException.ThrowIfNull(nonce);
        ArgumentNullException.ThrowIfNull(passwordOf);
        bool isUsable = TryRead(authorization, method, out DigestClaim claim, out DigestOutcome defect);
        user = claim.User;
        return isUsable ? Judge(claim, nonce, static _ => true, passwordOf) : defect;
    }

    /// <summary>
    /// Reads what an Authorization header claims, without a look at any password. Quirks: parameters in any order, quoted or not; the digest's uri is
    /// not compared with the request's, because players send the base URL (VLC, LIVE555), a relative form (Bosch BVMS) or another host (TP-Link), and
    /// the hash covers whatever they sent.
    /// </summary>
    /// <param name="authorization">The header's value, null when there is none.</param>
    /// <param name="method">The request's method.</param>
    /// <param name="claim">What it claims; the user's name also when the realm is not ours.</param>
    /// <param name="defect">Missing or Unusable where there is nothing to judge.</param>
    public bool TryRead(string? authorization, string method, out DigestClaim claim, out DigestOutcome defect)
    {
        ArgumentNullException.ThrowIfNull(method);
        claim = default;
        defect = string.IsNullOrWhiteSpace(authorization) ? DigestOutcome.Missing : DigestOutcome.Unusable;
        if (defect == DigestOutcome.Missing)
        {
            return false;
        }

        List<AuthParameters> all = AuthParameters.Parse(authorization!);
        if (all.Count == 0 || !all[0].IsDigest || !TryInput(all[0], method, out DigestInput input, out string response))
        {
            return false;
        }

        claim = new DigestClaim(input, response);
        return input.Realm == _realm;
    }

    /// <summary>Judges a claim. It is the one thing here that tells anything of a password.</summary>
    /// <param name="claim">What <see cref="TryRead"/> read.</param>
    /// <param name="nonce">The nonce in force; null: none is, and no answer is accepted.</param>
    /// <param name="isOurs">Says of another nonce whether we gave it out.</param>
    /// <param name="passwordOf">A user's password, null for an unknown user.</param>
    public static DigestOutcome Judge(in DigestClaim claim, string? nonce, Func<string, bool> isOurs, Func<string, string?> passwordOf)
    {
        ArgumentNullException.ThrowIfNull(passwordOf);
        return Judge(claim, nonce, isOurs, passwordOf(claim.User) is { } password ? UserSecret.OfPassword(password) : null);
    }

    /// <inheritdoc cref="Judge(in DigestClaim, string?, Func{string, bool}, Func{string, string?})"/>
    /// <param name="claim">What <see cref="TryRead"/> read.</param>
    /// <param name="nonce">The nonce in force; null: none is, and no answer is accepted.</param>
    /// <param name="isOurs">Says of another nonce whether we gave it out.</param>
    /// <param name="secret">The user's, null for an unknown user; one that is not known by the claim's algorithm accepts nothing.</param>
    public static DigestOutcome Judge(in DigestClaim claim, string? nonce, Func<string, bool> isOurs, UserSecret? secret)
    {
        ArgumentNullException.ThrowIfNull(isOurs);

        // An unknown user costs the same hashes as a known one.
        string? ha1 = secret?.Ha1(claim.Algorithm, claim.User, claim.Input.Realm);
        string expected = DigestHash.Response(claim.Input with { Ha1 = ha1 });
        bool isRight = CryptographicOperations.FixedTimeEquals(
            MemoryMarshal.AsBytes(expected.AsSpan()), MemoryMarshal.AsBytes(claim.Response.ToLowerInvariant().AsSpan()));
        if (!isRight || ha1 is null)
        {
            return DigestOutcome.Refused;
        }

        if (claim.Nonce == nonce)
        {
            return DigestOutcome.Accepted;
        }

        return isOurs(claim.Nonce) ? DigestOutcome.StaleNonce : DigestOutcome.ForeignNonce;
    }

    private static bool TryInput(AuthParameters header, string method, out DigestInput input, out string response)
    {
        input = default;
        response = header["response"] ?? string.Empty;
        string? qop = string.IsNullOrEmpty(header["qop"]) ? null : header["qop"];
        bool isComplete = header["username"] is not null && header["realm"] is not null && header["nonce"] is not null && header["uri"] is not null
            && response.Length > 0;
        if (!isComplete || !DigestHash.TryParseAlgorithm(header["algorithm"], out DigestAlgorithm algorithm, out bool isSession)
            || (qop is not null && (!qop.Equals("auth", StringComparison.OrdinalIgnoreCase) || header["nc"] is null || header["cnonce"] is null)))
        {
            return false;
        }

        input = new DigestInput(
            algorithm, isSession, header["username"]!, header["realm"]!, string.Empty, method, header["uri"]!,
            header["nonce"]!, qop, header["nc"], header["cnonce"]);
        return true;
    }
}
