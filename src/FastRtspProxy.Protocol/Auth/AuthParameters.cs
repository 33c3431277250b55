using CommunityToolkit.HighPerformance.Buffers;
using FastRtspProxy.Protocol.Rtsp;

namespace FastRtspProxy.Protocol.Auth;

/// <summary>Scheme and parameters of one challenge or one Authorization value: `Digest realm="…", nonce="…", algorithm=MD5`.</summary>
internal sealed class AuthParameters
{
    /// <summary>Challenges on one header line that are looked at.</summary>
    private const int ChallengesMax = 8;

    private const int ParametersMax = 32;

    private readonly List<(string Name, string Value)> _parameters = [];

    private AuthParameters(string scheme) => Scheme = scheme;

    public string Scheme { get; }

    /// <summary>What follows `Basic` in an Authorization header.</summary>
    public string Token { get; private set; } = string.Empty;

    public bool IsDigest => Scheme.Equals("Digest", StringComparison.OrdinalIgnoreCase);

    public bool IsBasic => Scheme.Equals("Basic", StringComparison.OrdinalIgnoreCase);

    public string? this[string name]
    {
        get
        {
            foreach ((string known, string value) in _parameters)
            {
                if (known.Equals(name, StringComparison.OrdinalIgnoreCase))
                {
                    return value;
                }
            }

            return null;
        }
    }

    /// <summary>All challenges of a value, in any order of parameters, quoted or not. A word followed by a blank and more starts the next challenge
    /// (RFC 7235 section 4.1 lets one line hold several).</summary>
    public static List<AuthParameters> Parse(string value)
    {
        List<AuthParameters> all = [];
        ReadOnlySpan<char> rest = value;
        while (!rest.IsEmpty)
        {
            ReadOnlySpan<char> piece = HeaderText.Next(ref rest, ',').Trim();
            if (piece.IsEmpty)
            {
                continue;
            }

            int equals = piece.IndexOf('=');
            int blank = piece.IndexOfAny(' ', '\t');
            bool startsScheme = equals < 0 || (blank >= 0 && blank < equals && piece[blank..equals].Trim().Length > 0);
            if (startsScheme)
            {
                if (all.Count == ChallengesMax)
                {
                    break;
                }

                AuthParameters next = new(SchemeOf(blank < 0 ? piece : piece[..blank]));
                all.Add(next);
                piece = blank < 0 ? default : piece[blank..].Trim();
                next.Token = next.IsBasic ? piece.ToString() : string.Empty;
            }

            if (all.Count > 0)
            {
                all[^1].Add(piece);
            }
        }

        return all;
    }

    /// <summary>Where the scheme is missing, what stands in its place is the token.</summary>
    private static string SchemeOf(ReadOnlySpan<char> word) => word switch
    {
        "Basic" or "Digest" => RepeatedText.Of(word),
        _ => word.ToString(),
    };

    private void Add(ReadOnlySpan<char> piece)
    {
        int equals = piece.IndexOf('=');
        if (equals > 0 && _parameters.Count < ParametersMax)
        {
            // Only Digest has names for certain. A token with the padding of base64 looks like one, and is the user and the password.
            ReadOnlySpan<char> name = piece[..equals].TrimEnd();
            _parameters.Add((IsDigest ? RepeatedText.Of(name) : name.ToString(), Unescape(piece[(equals + 1)..].Trim())));
        }
    }

    private static string Unescape(ReadOnlySpan<char> value)
    {
        if (value.Length < 2 || value[0] != '"' || value[^1] != '"')
        {
            return value.Trim('"').ToString();
        }

        ReadOnlySpan<char> inner = value[1..^1];
        if (!inner.Contains('\\'))
        {
            return inner.ToString();
        }

        using SpanOwner<char> text = SpanOwner<char>.Allocate(inner.Length);
        int length = 0;
        for (int i = 0; i < inner.Length; i++)
        {
            if (inner[i] == '\\' && i + 1 < inner.Length)
            {
                i++;
            }

            text.Span[length++] = inner[i];
        }

        return text.Span[..length].ToString();
    }
}
