using System.Text;
using System.Text.RegularExpressions;

namespace FastRtspProxy.Tests.Documents;

/// <summary>
/// What the program can say, by its sources: the templates of its log, and the pieces of all its texts. A line is the program's when it fits a template, and
/// what fills the template's holes is the program's too, or a few words of somebody else's; or when it is put together of the program's pieces.
/// </summary>
internal static partial class SaidLines
{
    /// <summary>A template with less text of its own says nothing about what fills it.</summary>
    private const int TemplateCharsMin = 12;

    private const int PieceCharsMin = 7;

    /// <summary>Names, addresses, numbers: so many words in a row may be somebody else's.</summary>
    private const int ForeignWordsMax = 5;

    private const char Taken = '\0';

    private static readonly string[] s_sources =
        [.. Directory.GetFiles(Path.Combine(Repository.Root, "src"), "*.cs", SearchOption.AllDirectories)
            .Where(static file => !file.Contains("/obj/", StringComparison.Ordinal) && !file.Contains("/bin/", StringComparison.Ordinal)).Select(File.ReadAllText)];

    private static readonly string[] s_pieces =
        [.. s_sources.SelectMany(source => Literal().Matches(source)).SelectMany(match => Hole().Split(Plain(match.Groups["text"].Value)))
            .SelectMany(static piece => piece.Split('\n')).Where(static piece => piece.Length >= PieceCharsMin).Distinct().OrderByDescending(static piece => piece.Length)];

    private static readonly Regex[] s_templates =
        [.. s_sources.SelectMany(source => Attribute().Matches(source)).Select(static match => string.Concat(Literal().Matches(match.Value).Select(static text => Plain(text.Groups["text"].Value))))
            .Where(static template => Hole().Replace(template, "").Length >= TemplateCharsMin).Select(ToRegex)];

    public static int Templates => s_templates.Length;

    public static bool Has(string line) =>
        s_templates.Any(template => template.Match(line) is { Success: true } match && match.Groups.Values.Skip(1).All(static hole => IsPutTogether(hole.Value)))
            || IsPutTogether(line);

    /// <summary>One small word that stands by itself in the sources, as the values of labels do.</summary>
    public static bool HasWord(string word) => s_sources.Any(source => Regex.IsMatch(source, $"\"{word}\\\\?\""));

    private static bool IsPutTogether(string text)
    {
        string rest = text;
        foreach (string piece in s_pieces)
        {
            rest = rest.Replace(piece, Taken.ToString(), StringComparison.Ordinal);
        }

        return rest.Split(Taken).All(static foreign => foreign.Split(' ', StringSplitOptions.RemoveEmptyEntries).Length <= ForeignWordsMax);
    }

    private static Regex ToRegex(string template)
    {
        StringBuilder pattern = new("^");
        string[] texts = Hole().Split(template);
        for (int i = 0; i < texts.Length; i++)
        {
            pattern.Append(i == 0 ? "" : "(.*?)").Append(Regex.Escape(texts[i]));
        }

        return new Regex(pattern.Append('$').ToString(), RegexOptions.CultureInvariant);
    }

    private static string Plain(string literal) => literal.Replace("\\\"", "\"", StringComparison.Ordinal).Replace("\\n", "\n", StringComparison.Ordinal)
        .Replace("\\t", "\t", StringComparison.Ordinal).Replace("\\\\", "\\", StringComparison.Ordinal);

    [GeneratedRegex("""\[LoggerMessage\(.*?\)\]""", RegexOptions.Singleline)]
    private static partial Regex Attribute();

    [GeneratedRegex("""(?<!')"(?<text>(?:[^"\\\n]|\\.)*)"(?!')""")]
    private static partial Regex Literal();

    [GeneratedRegex("""\{[^{}]*\}""")]
    private static partial Regex Hole();
}
