using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace FastRtspProxy.Protocol.Auth;

/// <summary>
/// The client side of Basic and Digest (RFC 7617, RFC 7616) for one server: takes the challenges of a 401 and makes Authorization values. One owner.
/// </summary>
public sealed class AuthClient
{
    private readonly string _user;
    private readonly string _password;
    private readonly Func<string> _newCnonce;
    private AuthParameters? _challenge;
    private DigestAlgorithm _algorithm;
    private bool _isSession;
    private string? _qop;
    private string? _sessionCnonce;

    /// <summary>
    /// The nonce that the next request is signed with: the challenge's, until the server named the next one. Null before a challenge.
    /// </summary>
    private string? _nonce;
    private uint _nonceCount;
    private bool _wasSent;

    /// <summary>An answer by the algorithm in use was taken, so that a later refusal is not about the algorithm.</summary>
    private bool _isProven;

    /// <summary>Stronger challenges than of that rank are passed over: what was answered to one of them was refused.</summary>
    private int _rankMax = int.MaxValue;

    public AuthClient(string user, string password)
        : this(user, password, static () => RandomNumberGenerator.GetHexString(16, lowercase: true))
    {
    }

    /// <param name="user">The user's name.</param>
    /// <param name="password">The password.</param>
    /// <param name="newCnonce">The source of client nonces, for tests.</param>
    public AuthClient(string user, string password, Func<string> newCnonce)
    {
        ArgumentNullException.ThrowIfNull(user);
        ArgumentNullException.ThrowIfNull(password);
        ArgumentNullException.ThrowIfNull(newCnonce);
        _user = user;
        _password = password;
        _newCnonce = newCnonce;
    }

    /// <summary>
    /// False: the other side is not the host that the password was given for. A Basic challenge, which asks for the password itself, is then nothing
    /// that can be answered, wherever and however it is written.
    /// </summary>
    public bool AllowsBasic { get; init; } = true;

    /// <summary>A challenge was left unanswered because it was Basic and <see cref="AllowsBasic"/> is false.</summary>
    public bool HasWithheldPassword { get; private set; }

    /// <summary>
    /// The challenge in use said of the answer before it that only its nonce was too old: the password is right (RFC 7616 section 3.3).
    /// </summary>
    public bool IsStale { get; private set; }

    /// <summary>The scheme in use, null before a challenge.</summary>
    public string? Scheme => _challenge?.Scheme;

    /// <summary>
    /// Takes the challenges of a 401 (one string per WWW-Authenticate line) and chooses the strongest that we can answer: SHA-512-256, SHA-256, MD5,
    /// Basic. True: sending the request again is worth it. False: nothing to answer, or the same challenge again after we answered it, so the
    /// password is wrong (RFC 2326 appendix D.1.2). `stale=true` is always worth it; a new nonce without it is answered too, because cameras rotate
    /// nonces without saying so. A server that goes on refusing with new nonces must be stopped by the caller's count. Quirk: servers that offer
    /// SHA-256 and can verify MD5 alone; where the first answer of all is refused, the next weaker Digest has its turn, never Basic.
    /// </summary>
    public bool Accept(IReadOnlyList<string> wwwAuthenticateValues)
    {
        ArgumentNullException.ThrowIfNull(wwwAuthenticateValues);
        if (Strongest(wwwAuthenticateValues, _rankMax) is not { } best)
        {
            return false;
        }

        bool isStale = string.Equals(best["stale"], "true", StringComparison.OrdinalIgnoreCase);
        if (_challenge is { IsDigest: true } refused && _wasSent && !_isProven && !isStale
            && Strongest(wwwAuthenticateValues, Rank(refused) - 1) is { IsDigest: true } weaker)
        {
            _rankMax = Rank(refused) - 1;
            best = weaker;
        }

        bool isSame = _challenge is { } old && _wasSent && old.Scheme.Equals(best.Scheme, StringComparison.OrdinalIgnoreCase)
            && old["realm"] == best["realm"] && _nonce == best["nonce"] && old["algorithm"] == best["algorithm"];
        if (isSame && !isStale)
        {
            return false;
        }

        Use(best);
        IsStale = isStale && best.IsDigest;
        return true;
    }

    /// <summary>
    /// Takes the value of an Authentication-Info header: the requests from now on are signed with its `nextnonce`, if it has one (RFC 7616 section
    /// 3.5). A server that names the nonce in use has said nothing new, and its count goes on.
    /// </summary>
    public void TakeNextNonce(string authenticationInfo)
    {
        ArgumentNullException.ThrowIfNull(authenticationInfo);
        if (_challenge is not { IsDigest: true })
        {
            return;
        }

        foreach (AuthParameters info in AuthParameters.Parse("Digest " + authenticationInfo))
        {
            if (info["nextnonce"] is { Length: > 0 } next && next != _nonce)
            {
                _isProven |= _wasSent;
                _nonce = next;
                _nonceCount = 0;
                _wasSent = false;
            }
        }
    }

    /// <summary>The value of the Authorization header for a request, null before a challenge. Each call counts as a use of the nonce.</summary>
    /// <param name="method">The request's method.</param>
    /// <param name="uri">The request URI exactly as it goes on the request line (RFC 7616 section 3.4: they must be the same).</param>
    public string? Authorization(string method, string uri)
    {
        ArgumentNullException.ThrowIfNull(method);
        ArgumentNullException.ThrowIfNull(uri);
        if (_challenge is not { } challenge)
        {
            return null;
        }

        _isProven |= _wasSent; // the answer before this one was not challenged
        _wasSent = true;
        if (challenge.IsBasic)
        {
            return "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes($"{_user}:{_password}"));
        }

        _nonceCount++;
        string nonceCount = _nonceCount.ToString("x8", CultureInfo.InvariantCulture);
        bool needsCnonce = _qop is not null || _isSession;

        // -sess: the key is made from the first cnonce of the nonce, so that one stays (section 3.4.2).
        string? cnonce = !needsCnonce ? null : _isSession ? _sessionCnonce ??= _newCnonce() : _newCnonce();
        string response = DigestHash.Response(new DigestInput(
            _algorithm, _isSession, _user, challenge["realm"] ?? string.Empty, _password, method, uri,
            _nonce ?? string.Empty, _qop, nonceCount, cnonce)
        {
            SessionNonce = challenge["nonce"],
        });
        return Text(challenge, uri, nonceCount, cnonce, response);
    }

    private string Text(AuthParameters challenge, string uri, string nonceCount, string? cnonce, string response)
    {
        // LIVE555's order and quoting; algorithm, qop and nc are tokens (RFC 7616 section 3.4).
        StringBuilder text = new(320);
        text.Append("Digest username=\"").Append(Escape(_user));
        text.Append("\", realm=\"").Append(Escape(challenge["realm"] ?? string.Empty));
        text.Append("\", nonce=\"").Append(Escape(_nonce ?? string.Empty));
        text.Append("\", uri=\"").Append(Escape(uri)).Append("\", response=\"").Append(response).Append('"');
        if (challenge["algorithm"] is { } algorithm)
        {
            text.Append(", algorithm=").Append(algorithm);
        }

        if (challenge["opaque"] is { } opaque)
        {
            text.Append(", opaque=\"").Append(Escape(opaque)).Append('"');
        }

        if (_qop is not null)
        {
            text.Append(", qop=").Append(_qop).Append(", nc=").Append(nonceCount);
        }

        if (cnonce is not null)
        {
            text.Append(", cnonce=\"").Append(cnonce).Append('"');
        }

        return text.ToString();
    }

    private void Use(AuthParameters challenge)
    {
        _challenge = challenge;
        _nonce = challenge["nonce"];
        _wasSent = false;
        _nonceCount = 0;
        _sessionCnonce = null;
        _qop = OffersAuth(challenge["qop"]) ? "auth" : null;
        DigestAlgorithm before = _algorithm;
        _ = DigestHash.TryParseAlgorithm(challenge["algorithm"], out _algorithm, out _isSession);
        _isProven &= _algorithm == before;
    }

    /// <summary>The strongest challenge up to that rank, of several the first; null: there is none that can be answered.</summary>
    private AuthParameters? Strongest(IReadOnlyList<string> values, int rankMax)
    {
        AuthParameters? best = null;
        int bestRank = 0;
        foreach (string value in values)
        {
            foreach (AuthParameters challenge in AuthParameters.Parse(value))
            {
                if (challenge.IsBasic && !AllowsBasic)
                {
                    HasWithheldPassword = true;
                    continue;
                }

                int rank = Rank(challenge);
                if (rank > bestRank && rank <= rankMax)
                {
                    best = challenge;
                    bestRank = rank;
                }
            }
        }

        return best;
    }

    private static int Rank(AuthParameters challenge)
    {
        if (challenge.IsBasic)
        {
            return 1;
        }

        if (!challenge.IsDigest || challenge["nonce"] is null
            || !DigestHash.TryParseAlgorithm(challenge["algorithm"], out DigestAlgorithm algorithm, out _)
            || (challenge["qop"] is { } qop && qop.Trim().Length > 0 && !OffersAuth(qop)))
        {
            return 0;
        }

        return 2 + (int)algorithm;
    }

    private static bool OffersAuth(string? qop)
    {
        foreach (string one in (qop ?? string.Empty).Split(',', StringSplitOptions.TrimEntries))
        {
            if (one.Equals("auth", StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }
        }

        return false;
    }

    private static string Escape(string text) =>
        text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal);
}
