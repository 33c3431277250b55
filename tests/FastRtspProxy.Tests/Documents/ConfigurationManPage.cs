using System.Text;
using FastRtspProxy.Operations.Configuration.Table;

namespace FastRtspProxy.Tests.Documents;

/// <summary>docs/fastrtspproxy.yaml.5: every key.</summary>
internal static class ConfigurationManPage
{
    public static string Made()
    {
        StringBuilder page = Roff.Begin("fastrtspproxy.yaml", 5, "File Formats");
        page.Section("NAME").Append("fastrtspproxy.yaml \\- configuration of fastrtspproxy\n");
        page.Section("SYNOPSIS").Text("/etc/fastrtspproxy/config.yaml").Append(".br\n.B fastrtspproxy \\-\\-config \\fIFILE\\fR\n");
        page.Section("DESCRIPTION").Text(
            "The file is YAML or JSON; streams are all that it needs. An unknown key is an error. In any of its values ${env:NAME}, ${file:PATH} and "
                + "${credential:NAME} stand for a variable, the text of a file (a path without a slash begins beside this file), and a credential "
                + "of systemd; $$ is one $.");
        page.Paragraph("A DURATION is 10 or 10s, 500ms, 2m, 1h; a SIZE is 512K, 64M, 2G. Where a list is asked for, a single value is a list of one.");
        page.Paragraph(
            "fastrtspproxy --config FILE --check says everything that is wrong with the file. SIGHUP and a change of the file have it read again: what "
                + "changed is changed, and with an error nothing is. What says below that it needs a restart is refused until then.");
        page.Section("KEYS").Text("A dot stands between a key and those below it, [] behind a list of sections, and NAME for a name of yours.");
        foreach (
            (string path, ConfigKey key) in RootKeys.Rows.Where(
                static row => row.Key.Children.Count == 0 && !IsDefault(row.Path)))
        {
            page.Entry($"{path}: {ConfigurationPage.TypeText(key).Replace("`", "", StringComparison.Ordinal)}", Meaning(key));
        }

        page.Paragraph("A stream (streams.NAME) has all keys of defaults as well.");
        page.Section("EXAMPLES").Text("Two cameras; the second is pulled day and night:").Example(
            "streams:\n  gate/1:\n    source: rtsp://192.0.2.11/main\n  hall/2:\n    source: rtsp://192.0.2.12/main\n    alwaysOn: true");
        return page.SeeAlso("fastrtspproxy(1)", "rtspsim(1)").ToString();
    }

    private static string Meaning(ConfigKey key)
    {
        string byDefault = key.IsRequired ? " (required)"
            : key.Type is { IsSecret: false } && key.DefaultText is { Length: > 0 } words ? $" (default: {words})"
            : "";
        string option = key.Option is { } of ? $"; the option {of.Name} says the same" : "";
        return key.Text + byDefault + option + (key.Effect == ConfigEffect.Restart ? "; a change needs a restart" : "");
    }

    /// <summary>A key of a stream that stands under defaults already.</summary>
    private static bool IsDefault(string path) =>
        path.StartsWith("streams.NAME.", StringComparison.Ordinal)
            && StreamKeys.Defaults.Keys.Any(key => path["streams.NAME.".Length..].Split('.')[0] == key.Name);
}
