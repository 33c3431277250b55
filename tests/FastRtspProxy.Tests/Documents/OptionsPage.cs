using System.Text;
using System.Text.RegularExpressions;
using FastRtspProxy.CommandLine;

namespace FastRtspProxy.Tests.Documents;

/// <summary>docs/options.md as far as it is made from the program's table of options; what follows its last line is written by hand.</summary>
internal static partial class OptionsPage
{
    public const string Path = "docs/options.md";

    private const string LastLine = "<!-- Up to here the page is made from the program's table: OptionsPageTests. -->\n";

    public static string Made()
    {
        var text = new StringBuilder();
        text.Append("# Options\n\nOptions stand before the URLs; `fastrtspproxy --help` prints them too. A DURATION is `10` or `10s`, `500ms`, `2m`, `1h`; a SIZE is `512K`, `64M`, `2G`.\n\n");
        text.Append("## As in the LIVE555 Proxy Server\n\n| option | meaning |\n| --- | --- |\n");
        foreach ((string head, string meaning) in HelpText.OptionsOfLive555)
        {
            text.Append($"| `{head}` | {Escape(meaning)} |\n");
        }

        text.Append("\n## Our own\n\n`--name value` or `--name=value`.\n\n| option | meaning | default |\n| --- | --- | --- |\n");
        foreach (OptionRow row in LongOptions.Rows)
        {
            text.Append($"| `{row.Head}` | {Escape(row.Text)} | {Escape(row.Default ?? "")} |\n");
        }

        foreach ((string head, string meaning) in HelpText.OptionsThatPrint)
        {
            text.Append($"| `{head}` | {Escape(meaning)} | |\n");
        }

        return text.Append('\n').Append(LastLine).ToString().Replace("|  |", "| |", StringComparison.Ordinal);
    }

    /// <summary>Writes that part anew.</summary>
    public static void Write()
    {
        string file = System.IO.Path.Combine(Repository.Root, Path);
        string old = File.Exists(file) ? File.ReadAllText(file) : "";
        int rest = old.IndexOf(LastLine, StringComparison.Ordinal);
        File.WriteAllText(file, Made() + (rest < 0 ? "" : old[(rest + LastLine.Length)..]));
    }

    private static string Escape(string text) => OptionName().Replace(text.Replace("|", "\\|", StringComparison.Ordinal), "`$0`");

    [GeneratedRegex(@"(?<![\w-])--?[A-Za-z][\w-]*")]
    private static partial Regex OptionName();
}
