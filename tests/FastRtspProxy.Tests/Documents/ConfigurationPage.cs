using System.Text;
using FastRtspProxy.Operations.Configuration.Reading;
using FastRtspProxy.Operations.Configuration.Table;

namespace FastRtspProxy.Tests.Documents;

/// <summary>docs/configuration.md as far as it is made from the table of keys; what follows its last line is written by hand.</summary>
internal static class ConfigurationPage
{
    public const string Path = "docs/configuration.md";

    public const string LastLine = "<!-- Up to here the page is made from the program's table: MadeFileTests. -->\n";

    public static string Made()
    {
        StringBuilder text = new();
        text.Append("# Configuration\n\n");
        text.Append(
            "`fastrtspproxy --config FILE` reads its configuration from a file, YAML or JSON; `fastrtspproxy --config FILE --check` says "
                + "everything that is wrong with it, and ends with 0 or 1. ");
        text.Append("Arguments beside the file win, and URLs add streams.\n");
        text.Append(
            "[fastrtspproxy.sample.yaml](fastrtspproxy.sample.yaml) has every key; editors take [config.schema.json](config.schema.json).\n\n");
        text.Append(
            "A DURATION is `10` or `10s`, `500ms`, `2m`, `1h`; a SIZE is `512K`, `64M`, `2G`. Where a list is asked for, a single value is a "
                + "list of one.\n\n");
        text.Append(
            "A change while the program runs is *live* (who watches goes on watching), makes the *session* with that camera anew (its viewers "
                + "are held meanwhile), or needs a *restart* (it is refused until then).\n\n");
        text.Append("## Top level\n\n");
        AppendTable(text, RootKeys.Shape.Keys);
        foreach ((string path, ConfigKey key) in RootKeys.Rows.Where(static row => row.Key.Children.Count > 0))
        {
            bool isStream = path == RootKeys.StreamsKey;
            if (path.StartsWith(RootKeys.StreamsKey, StringComparison.Ordinal) && !isStream && IsDefault(path))
            {
                continue; // as under defaults
            }

            string title = key.Form switch
            {
                KeyForm.NamedSections => path + ".NAME",
                KeyForm.Sections => path + "[]",
                _ => path,
            };
            text.Append($"\n## `{title}`\n\n{Capital(key.Text)}.\n\n");
            if (isStream)
            {
                text.Append("Each has all keys of `defaults`, and these:\n\n");
            }

            HashSet<string> common = [.. StreamKeys.Defaults.Keys.Select(static inner => inner.Name)];
            AppendTable(text, isStream ? [.. key.Children.Where(inner => !common.Contains(inner.Name))] : key.Children);
        }

        return text.Append('\n').Append(LastLine).ToString().Replace("|  |", "| |", StringComparison.Ordinal);
    }

    /// <summary>A key of a stream that stands under defaults already.</summary>
    private static bool IsDefault(string path) => StreamKeys.Defaults.Keys.Any(key => path["streams.NAME.".Length..].Split('.')[0] == key.Name);

    public static string TypeText(ConfigKey key)
    {
        string type = key.Type is { } of
            ? of.Words.Count > 0
                ? string.Join(", ", of.Words.Select(static word => $"`{word}`")) : of.Remark.Length > 0 ? $"{of.Name} ({of.Remark})"
                : of.Name
            : "";
        return key.Form switch
        {
            KeyForm.Value => type + (key.Type!.TakesNull ? " or null" : ""),
            KeyForm.Values => "list of " + type,
            KeyForm.Section => key.ShortFor is { } only ? $"section, or its `{only.Name}`" : "section",
            KeyForm.Sections => key.ShortFor is { } only ? $"list of {TypeText(only)}, or of sections" : "list of sections",
            KeyForm.NamedSections => "sections by name",
            KeyForm.NamedValues => "values by name: " + type,
            _ => "",
        };
    }

    private static void AppendTable(StringBuilder text, IReadOnlyList<ConfigKey> keys)
    {
        text.Append("| key | value | default | change | meaning |\n| --- | --- | --- | --- | --- |\n");
        foreach (ConfigKey key in keys)
        {
            string option = key.Option is { } of ? $" (`{of.Name}`)" : "";
            string byDefault = key.Type is null || key.Type.IsSecret ? "" : key.IsRequired ? "*required*" : key.DefaultText ?? "";
            string change = key.Children.Count > 0 ? "" : key.Effect switch
            {
                ConfigEffect.Session => "session",
                ConfigEffect.Restart => "restart",
                _ => "live",
            };
            text.Append(
                $"| `{key.Name}` | {TypeText(key)} | {byDefault} | {change} | {key.Text}{option} |\n".Replace(
                    "**", "\\*\\*", StringComparison.Ordinal));
        }
    }

    private static string Capital(string text) => char.ToUpperInvariant(text[0]) + text[1..];
}
