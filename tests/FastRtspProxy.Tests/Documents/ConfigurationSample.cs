using System.Text;
using FastRtspProxy.Operations.Configuration.Table;

namespace FastRtspProxy.Tests.Documents;

/// <summary>docs/fastrtspproxy.sample.yaml: every key of the table with its text and a value.</summary>
internal static class ConfigurationSample
{
    public const string Path = "docs/fastrtspproxy.sample.yaml";

    private const int WidthColumns = 120;

    /// <summary>In place of a value: the keys of a section that has a short form, too.</summary>
    private const string Sectioned = "-";

    /// <summary>The files that the sample names, beside itself.</summary>
    public static IReadOnlyList<string> Secrets { get; } = ["api-token", "hook-secret", "viewer", "auth-secret", "register", "cluster", "cameras"];

    /// <summary>Streams that show what the keys are for, by name: null is the sample's value.</summary>
    private static readonly (string Name, string Text, Dictionary<string, string?>? Keys)[] s_streams =
    [
        ("gate/1", "A stream with every key; most need its source alone.", null),
        ("hall/2", "A camera that is pulled day and night.", new() { ["sources"] = null, ["alwaysOn"] = "true" }),
        (
            "hall/3", "A camera, and what is shown when it is lost; it allows one session, so it is not looked at beside the other one.",
            new() { ["sources"] = Sectioned, ["probe"] = null, ["acrossSizes"] = "true" }),
        (
            "yard/3", "A camera that is reached by HTTP only.",
            new() { ["source"] = "rtsp://192.0.2.13/main", ["transport"] = "http", ["tunnelPort"] = "8080" }),
        (
            "\"lobby-*\"", "A wildcard: lobby-7 is channel 7 of the recorder, made when somebody asks for it.",
            new() { ["source"] = "rtsp://192.0.2.20/ch/${1}", ["maxInstances"] = null }),
    ];

    /// <summary>What a complete stream has not: it stands beside another key, or for another kind of stream.</summary>
    private static readonly string[] s_notInFirst = ["sources", "acrossSizes", "probe", "tunnelPort", "maxInstances"];

    public static string Made()
    {
        StringBuilder text = new();
        text.Append("# A configuration of fastrtspproxy with every key, made from the program's own table. Nothing but streams is needed.\n");
        text.Append("#   check it:  fastrtspproxy --config FILE --check\n#   start it:  fastrtspproxy --config FILE\n");
        text.Append(
            "# Durations: 500ms 10s 2m 1h. Sizes: 512K 64M 2G. An unknown key is an error. ${env:NAME}, ${file:PATH} and ${credential:NAME} "
                + "stand in\n");
        text.Append(
            "# any value for a variable, the text of a file (a path without a slash begins beside this file), or a credential of systemd; $$ "
                + "is one $.\n");
        AppendKeys(text, RootKeys.Shape.Keys, 0);
        return text.ToString();
    }

    private static void AppendKeys(StringBuilder text, IEnumerable<ConfigKey> keys, int depth)
    {
        foreach (ConfigKey key in keys)
        {
            if (depth == 0)
            {
                text.Append('\n');
            }

            AppendComment(text, Comment(key), depth);
            AppendKey(text, key, key.Sample, depth);
        }
    }

    private static void AppendKey(StringBuilder text, ConfigKey key, string? value, int depth)
    {
        string indent = new(' ', depth * 2);
        switch (key.Form)
        {
            case KeyForm.Section:
                text.Append($"{indent}{key.Name}:\n");
                AppendKeys(text, key.Children, depth + 1);
                break;
            case KeyForm.Sections when key.ShortFor is not null && value != Sectioned:
                text.Append($"{indent}{key.Name}: {value}\n");
                break;
            case KeyForm.Sections:
                text.Append($"{indent}{key.Name}:\n{indent}  -\n");
                AppendKeys(text, key.Children, depth + 2);
                text.Append(value == Sectioned ? $"{indent}  - rtsp://192.0.2.99/backup\n" : "");
                break;
            case KeyForm.NamedSections when key.Name == RootKeys.StreamsKey:
                text.Append($"{indent}{key.Name}:\n");
                AppendStreams(text, key.Children);
                break;
            case KeyForm.NamedSections:
                text.Append($"{indent}{key.Name}:\n{indent}  view:\n");
                AppendKeys(text, key.Children, depth + 2);
                break;
            default:
                text.Append($"{indent}{key.Name}: {value ?? key.DefaultText}\n");
                break;
        }
    }

    private static void AppendStreams(StringBuilder text, IReadOnlyList<ConfigKey> keys)
    {
        foreach ((string name, string what, Dictionary<string, string?>? chosen) in s_streams)
        {
            text.Append($"\n  # {what}\n  {name}:\n");
            if (chosen is null)
            {
                AppendKeys(text, keys.Where(static key => !s_notInFirst.Contains(key.Name)), 2);
                continue;
            }

            foreach ((string keyName, string? value) in chosen)
            {
                ConfigKey key = keys.Single(key => key.Name == keyName);
                AppendComment(text, Comment(key), 2);
                AppendKey(text, key, value ?? key.Sample, 2);
            }
        }
    }

    private static string Comment(ConfigKey key)
    {
        List<string> notes = [];
        if (key.Type is { } type)
        {
            string form = type.Words.Count > 0 ? string.Join(", ", type.Words) : type.Remark.Length > 0 ? $"{type.Name}: {type.Remark}" : "";
            notes.AddRange(form.Length > 0 ? [form] : []);
            notes.AddRange(key.IsRequired ? ["required"] : key.DefaultText is { Length: > 0 } words && !type.IsSecret ? [$"default: {words}"] : []);
        }

        notes.AddRange(key.Effect == ConfigEffect.Restart ? ["a change needs a restart"] : []);
        return key.Text + (notes.Count > 0 ? $" ({string.Join("; ", notes)})" : "");
    }

    private static void AppendComment(StringBuilder text, string comment, int depth)
    {
        string indent = new string(' ', depth * 2) + "#";
        int column = indent.Length;
        text.Append(indent);
        foreach (string word in comment.Split(' '))
        {
            if (column + 1 + word.Length > WidthColumns)
            {
                text.Append('\n').Append(indent);
                column = indent.Length;
            }

            text.Append(' ').Append(word);
            column += 1 + word.Length;
        }

        text.Append('\n');
    }
}
