using System.Text;
using FastRtspProxy.Protocol.Auth;

namespace FastRtspProxy.Captures.Privacy;

/// <summary>
/// Log-ins: names, realms, nonces and passwords are others, and each digest is computed anew from those, so that it is right exactly where the
/// original was, as far as that can be known.
/// </summary>
internal sealed class AuthFakes(Fakes fakes, TextFakes texts, UrlFakes urls)
{
    /// <summary>What the newest Digest was made of, with the fakes: a server's proof is made of the same.</summary>
    private DigestInput? _last;

    /// <summary>The real password of a user; null: not known, and every digest is taken for right.</summary>
    public Func<string, string?> PasswordOf { get; set; } = static _ => null;

    /// <summary>WWW-Authenticate, Authorization, Authentication-Info and those of proxies.</summary>
    /// <param name="value">The header's.</param>
    /// <param name="method">The request's; empty where there is none.</param>
    public string Of(string value, string method)
    {
        ReadOnlySpan<char> text = value.AsSpan().Trim();
        if (text.StartsWith("Basic ", StringComparison.OrdinalIgnoreCase) && !text.Contains('"')
            && !text[6..].Contains("realm", StringComparison.OrdinalIgnoreCase))
        {
            return "Basic " + Basic(text[6..].Trim().ToString());
        }

        List<AuthPiece> pieces = AuthPiece.Split(value);
        Func<string, string?> named = name => pieces.Find(piece => piece.Name.Equals(name, StringComparison.OrdinalIgnoreCase))?.Value;
        bool isAnswer = named("response") is not null && named("username") is not null;
        string response = isAnswer ? Response(named, method) : string.Empty;
        StringBuilder output = new(value.Length);
        foreach (AuthPiece piece in pieces)
        {
            string fake = piece.Name.ToLowerInvariant() switch
            {
                "" => Bare(piece.Value),
                "response" => isAnswer ? response : fakes.Shaped(FakeKind.Nonce, piece.Value),
                "rspauth" => Proof(piece.Value),
                "nc" or "stale" or "algorithm" or "qop" or "charset" or "userhash" => texts.Of(piece.Value, Digits.All),
                _ => Value(piece.Name, piece.Value),
            };
            output.Append(piece.Before).Append(piece.Name.Length == 0 ? string.Empty : texts.Of(piece.Name)).Append(piece.Between)
                .Append(piece.IsQuoted ? $"\"{fake}\"" : fake);
        }

        return output.ToString();
    }

    private string Value(string name, string value) => name.ToLowerInvariant() switch
    {
        "username" => fakes.User(value),
        "realm" => fakes.Realm(value),
        "uri" or "domain" => urls.Of(value),
        _ => fakes.Shaped(FakeKind.Nonce, value),
    };

    /// <summary>A scheme; or a token of one that we do not know.</summary>
    private string Bare(string word) => Vocabulary.Has(word) ? word : fakes.Shaped(FakeKind.Nonce, word);

    private string Basic(string token)
    {
        byte[] bytes = new byte[token.Length];
        if (!Convert.TryFromBase64String(token, bytes, out int count))
        {
            return fakes.Shaped(FakeKind.Nonce, token);
        }

        string text = Encoding.UTF8.GetString(bytes, 0, count);
        int colon = text.IndexOf(':', StringComparison.Ordinal);
        string user = colon < 0 ? text : text[..colon];
        if (colon >= 0)
        {
            fakes.LearnPassword(user, text[(colon + 1)..]);
        }

        return Convert.ToBase64String(Encoding.UTF8.GetBytes($"{fakes.User(user)}:{fakes.PasswordOf(user)}"));
    }

    private string Response(Func<string, string?> named, string method)
    {
        string response = named("response")!;
        string user = named("username")!;
        if (!DigestHash.TryParseAlgorithm(named("algorithm"), out DigestAlgorithm algorithm, out bool isSession))
        {
            return fakes.Shaped(FakeKind.Nonce, response);
        }

        string? qop = string.IsNullOrEmpty(named("qop")) ? null : named("qop");
        DigestInput real = new(
            algorithm, isSession, user, named("realm") ?? "", PasswordOf(user) ?? "", method, named("uri") ?? "", named("nonce") ?? "", qop,
            named("nc"), named("cnonce"));
        DigestInput fake = real with
        {
            User = fakes.User(user),
            Realm = fakes.Realm(real.Realm),
            Password = fakes.PasswordOf(user),
            Uri = urls.Of(real.Uri),
            Nonce = Value("nonce", real.Nonce),
            Cnonce = real.Cnonce is { } cnonce ? Value("cnonce", cnonce) : null,
        };
        _last = fake;
        bool isWrong = PasswordOf(user) is not null && !DigestHash.Response(real).Equals(response, StringComparison.OrdinalIgnoreCase);
        string computed = DigestHash.Response(fake);
        return isWrong ? FakeShape.Of(computed, 1) : char.IsAsciiLetterUpper(FirstLetter(response)) ? computed.ToUpperInvariant() : computed;
    }

    private string Proof(string value) => _last is { } last
        ? DigestHash.Response(last with { Method = string.Empty })
        : fakes.Shaped(FakeKind.Nonce, value);

    private static char FirstLetter(string text)
    {
        int at = text.AsSpan().IndexOfAnyExceptInRange('0', '9');
        return at < 0 ? '0' : text[at];
    }
}
