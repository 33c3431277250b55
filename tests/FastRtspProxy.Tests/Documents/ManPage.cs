using System.Text;
using FastRtspProxy.CommandLine;
using FastRtspProxy.Operations.Configuration.Table;

namespace FastRtspProxy.Tests.Documents;

/// <summary>docs/fastrtspproxy.1 (man(7)).</summary>
internal static class ManPage
{
    public static string Made()
    {
        StringBuilder text = new();
        text.Append(".\\\" Made from the program's table of options and keys: MadeFileTests.\n");
        text.Append($".TH FASTRTSPPROXY 1 \"\" \"FastRtspProxy {ProgramVersion.Text}\" \"User Commands\"\n");
        text.Append(".SH NAME\nfastrtspproxy \\- read each RTSP stream once and serve it to many viewers\n");
        text.Append(
            ".SH SYNOPSIS\n.B fastrtspproxy\n[options] \\fIrtsp-url\\fR ...\n.br\n.B fastrtspproxy \\-\\-config \\fIFILE\\fR\n[options] "
                + "[\\fIrtsp-url\\fR ...]\n.br\n.B fastrtspproxy \\-\\-config \\fIFILE\\fR \\-\\-check\n");
        text.Append(".SH DESCRIPTION\nFor each camera one session is held, and what it sends goes to every viewer. ");
        text.Append("Options stand before the URLs. One URL is served as /proxyStream, several as /proxyStream\\-1, /proxyStream\\-2, and so on.\n");
        text.Append(".SH OPTIONS OF THE LIVE555 PROXY SERVER\n");
        foreach ((string head, string meaning) in HelpText.OptionsOfLive555)
        {
            AppendEntry(text, head, meaning);
        }

        text.Append(".SH OTHER OPTIONS\nA DURATION is 10 or 10s, 500ms, 2m, 1h; a SIZE is 512K, 64M, 2G.\n");
        foreach (OptionRow row in LongOptions.Rows)
        {
            AppendEntry(text, row.Head, row.Default is null ? row.Text : $"{row.Text} ({row.Default})");
        }

        foreach ((string head, string meaning) in HelpText.OptionsThatPrint)
        {
            AppendEntry(text, head, meaning);
        }

        text.Append(
            ".SH CONFIGURATION\nThe file is YAML or JSON. In any of its values ${env:NAME}, ${file:PATH} and ${credential:NAME} stand for a "
                + "variable, the text of a file, and a credential of systemd; $$ is one $.\n");
        foreach (
            (string path, ConfigKey key) in RootKeys.Rows.Where(
                static row => row.Key.Children.Count == 0 && row.Key.Form != KeyForm.Later && !IsDefault(row.Path)))
        {
            string byDefault = key.Type is { IsSecret: false } && key.DefaultText is { Length: > 0 } words && !key.IsRequired
                ? $" (default: {words})"
                : "";
            string restart = key.Effect == ConfigEffect.Restart ? "; a change needs a restart" : "";
            AppendEntry(text, path, key.Text + byDefault + restart);
        }

        text.Append(".P\nA stream (streams.NAME) has all keys of defaults as well.\n");
        text.Append(
            ".SH EXIT STATUS\n0 after SIGINT or SIGTERM, and for a configuration without errors (\\-\\-check); 1 for wrong arguments, a "
                + "configuration with errors, and a start that fails; 71 when memory is out.\n");
        return text.ToString();
    }

    /// <summary>A key of a stream that stands under defaults already.</summary>
    private static bool IsDefault(string path) =>
        path.StartsWith("streams.NAME.", StringComparison.Ordinal)
            && StreamKeys.Defaults.Keys.Any(key => path["streams.NAME.".Length..].Split('.')[0] == key.Name);

    private static void AppendEntry(StringBuilder text, string head, string meaning) =>
        text.Append(".TP\n.B ").Append(Escape(head)).Append('\n').Append(Escape(meaning)).Append('\n');

    /// <summary>Hyphens are minus signs, so that options can be copied; no line begins with a request.</summary>
    private static string Escape(string text)
    {
        string escaped = text.Replace("\\", "\\e", StringComparison.Ordinal).Replace("-", "\\-", StringComparison.Ordinal).Replace(
            "\"", "\\(dq", StringComparison.Ordinal);
        return escaped.StartsWith('.') || escaped.StartsWith('\'') ? "\\&" + escaped : escaped;
    }
}
