using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace FastRtspProxy.Operations.Configuration.Reading;

/// <summary>
/// YAML, and with it JSON, by the events of YamlDotNet: its tokens have lines and columns, and nothing needs reflection. Read are sections, lists,
/// texts, anchors and aliases; refused are what surprises in a configuration: duplicate keys, merge keys, tags, several documents, and aliases that
/// multiply.
/// </summary>
internal sealed class YamlParser
{
    /// <summary>The root section, or null; then at least one error says why. Errors beside a root are possible too.</summary>
    public ConfigMap? Parse(string text, ConfigRemarks remarks)
    {
        Scanner scanner = new(new StringReader(text), skipComments: true);
        Mark last = Mark.Empty;
        try
        {
            Parser parser = new(scanner);
            YamlTree tree = new(remarks);
            while (parser.MoveNext())
            {
                ParsingEvent next = parser.Current!;
                last = next.End;
                if (!tree.Take(next))
                {
                    return null;
                }
            }

            return tree.Finish();
        }
        catch (YamlException e)
        {
            Refuse(remarks, YamlTree.PlaceOf(e.Start), Explain(e, text), text);
            return null;
        }
        catch (Exception e) when (e is InvalidOperationException or ArgumentException or FormatException or OverflowException)
        {
            // What the scanner throws when its own states do not fit together, as for a brace that is never closed.
            Refuse(remarks, YamlTree.PlaceOf(last), "this is no YAML from here on: is a bracket, a brace or a quotation mark not closed?", text);
            return null;
        }
    }

    /// <summary>The parser's own words describe its state; these say what the writer of the file did.</summary>
    private static string Explain(YamlException e, string text)
    {
        bool isAtEnd = e.End.Index >= text.TrimEnd().Length;
        return e.Message switch
        {
            var words when words.Contains("invalid mapping", StringComparison.Ordinal) => "\": \" within a value: put the value in quotation marks",
            var words when words.Contains("cannot start any token", StringComparison.Ordinal) =>
                "a value cannot begin with this character: put the value in quotation marks",
            var words when words.Contains("unknown escape", StringComparison.Ordinal) =>
                "a backslash within double quotation marks has to be doubled, or use single ones",
            var words when words.Contains("quoted scalar", StringComparison.Ordinal) => "the quotation mark that begins here is never closed",
            _ when isAtEnd =>
                "the file ends in the middle of something: a bracket or a brace is not closed, or somebody is writing the file just now",
            var words when words.Contains("flow", StringComparison.Ordinal) =>
                "within brackets and braces a comma or the closing one is missing here",
            var words when words.Contains("block mapping", StringComparison.Ordinal) =>
                "this is no \"key: value\" of the section that it stands in: look at its indentation and at quotation marks",
            var words when words.Contains("block collection", StringComparison.Ordinal) =>
                "within a list each line begins with \"- \": look at the indentation",
            _ => "this is no YAML: look at indentation, brackets and quotation marks here",
        };
    }

    /// <summary>Where a line is indented with a tab, that is the reason, wherever the parser noticed: editors show it as blanks.</summary>
    private static void Refuse(ConfigRemarks remarks, ConfigPlace place, string why, string text)
    {
        string[] lines = text.Split('\n');
        int line = Array.FindIndex(lines, static line => line.TrimStart(' ').StartsWith('\t') && !string.IsNullOrWhiteSpace(line));
        if (line >= 0)
        {
            place = new ConfigPlace(null, line + 1, lines[line].IndexOf('\t', StringComparison.Ordinal) + 1);
            why = "a tab cannot indent YAML: use blanks";
        }

        else if (IsBraceOfReference(lines, place))
        {
            why = "within brackets and braces ${...} stands in quotation marks";
        }

        remarks.Error(place, why);
    }

    /// <summary>The parser takes the brace of <c>${</c> for one of its own.</summary>
    private static bool IsBraceOfReference(string[] lines, ConfigPlace place)
    {
        string line = place.Line >= 1 && place.Line <= lines.Length ? lines[place.Line - 1] : "";
        return place.Column >= 2 && place.Column <= line.Length && line.AsSpan(place.Column - 2).StartsWith("${");
    }
}
