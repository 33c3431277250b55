using System.Diagnostics.CodeAnalysis;

namespace FastRtspProxy.Engine.Access;

/// <summary>
/// Names of streams: `gate/1` is that one, `gate/*` one piece between slashes, whatever it is (`lobby-*`: however it goes on), `hall/**` everything
/// below hall. Case counts, as in the names themselves.
/// </summary>
public sealed record StreamPattern
{
    private const string AnyDepth = "**";

    private readonly string[] _parts;

    private StreamPattern(string text, string[] parts)
    {
        Text = text;
        _parts = parts;
    }

    /// <summary>As it was written.</summary>
    public string Text { get; }

    /// <summary>It names exactly one stream.</summary>
    public bool IsExact => !Text.Contains('*', StringComparison.Ordinal);

    /// <summary>
    /// The pattern of one stream, by its name: of a wildcard's, whatever it makes. Any name that a stream can have, also one with an empty piece.
    /// </summary>
    public static StreamPattern OfStream(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return new StreamPattern(name, name.Split('/'));
    }

    /// <summary>Reads a pattern; the defect is the end of a sentence that begins with it.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out StreamPattern? pattern, out string defect)
    {
        ArgumentNullException.ThrowIfNull(text);
        pattern = null;
        defect = string.Empty;
        string[] parts = text.Split('/');
        for (int i = 0; i < parts.Length; i++)
        {
            if (parts[i].Length == 0)
            {
                defect = "has an empty piece; names of streams stand without a slash in front and at the end (gate/1, gate/*, hall/**)";
                return false;
            }

            if (parts[i].Contains(AnyDepth, StringComparison.Ordinal) && (parts[i] != AnyDepth || i != parts.Length - 1))
            {
                defect = "has ** where it is not the whole of the last piece; hall/** is everything below hall, * is one piece or a part of it";
                return false;
            }
        }

        pattern = new StreamPattern(text, parts);
        return true;
    }

    /// <summary>True when the name is one of these.</summary>
    public bool Matches(string stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        string[] names = stream.Split('/');
        for (int i = 0; i < _parts.Length; i++)
        {
            if (i >= names.Length)
            {
                return false;
            }

            if (_parts[i] == AnyDepth)
            {
                return names[i].Length > 0;
            }

            if (!MatchesPiece(_parts[i], names[i]))
            {
                return false;
            }
        }

        return names.Length == _parts.Length;
    }

    /// <inheritdoc/>
    public bool Equals(StreamPattern? other) => other is not null && Text == other.Text;

    /// <inheritdoc/>
    public override int GetHashCode() => Text.GetHashCode(StringComparison.Ordinal);

    /// <inheritdoc/>
    public override string ToString() => Text;

    /// <summary>
    /// One piece against another in which any `*` stands for any run; in time of the product of both lengths at most, whatever a stranger asks for.
    /// </summary>
    private static bool MatchesPiece(string pattern, string name)
    {
        int p = 0;
        int n = 0;
        int star = -1;
        int resume = 0;
        while (n < name.Length)
        {
            if (p < pattern.Length && pattern[p] == '*')
            {
                star = p++;
                resume = n;
            }
            else if (p < pattern.Length && pattern[p] == name[n])
            {
                p++;
                n++;
            }
            else if (star >= 0)
            {
                p = star + 1;
                n = ++resume;
            }
            else
            {
                return false;
            }
        }

        while (p < pattern.Length && pattern[p] == '*')
        {
            p++;
        }

        return p == pattern.Length && (name.Length > 0 || pattern.Length == 0);
    }
}
