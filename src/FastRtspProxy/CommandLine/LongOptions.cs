using FastRtspProxy.Operations.Configuration.Reading;
using FastRtspProxy.Operations.Configuration.Table;

namespace FastRtspProxy.CommandLine;

/// <summary>
/// Our own options, all long. Those that say what a key of the configuration says come from its table, with type, range, default and text; a few are
/// the command line's own. <see cref="CommandLineParser"/> finds them between the short ones, whose grammar is LIVE555's.
/// </summary>
internal static class LongOptions
{
    public const string Config = "--config";

    public const string Check = "--check";

    public const string HealthCheck = "--healthcheck";

    public const string Demo = "--demo";

    private static readonly OptionRow[] s_own =
    [
        new(Config, "FILE", "read a configuration (YAML or JSON) from this file; arguments beside it win, URLs add streams", "none", Repeats: false),
        new(Check, "", "with --config: say what is wrong with the file, and end with 0 if nothing is, else with 1", null, Repeats: false),
        new(
            HealthCheck, "",
            "ask a running proxy by HTTP whether it lives (at --http, or at the address that --config has), say so, and end with 0 or 1", null,
            Repeats: false),
        new(
            Demo, "",
            "serve a built-in camera (H.264 and AAC, a clip with a running clock) and proxy it as the first stream, with a page that shows it; no "
                + "URL needed",
            null, Repeats: false),
        .. CaptureOptions.Rows,
    ];

    /// <summary>In the order of the help text.</summary>
    public static IReadOnlyList<OptionRow> Rows { get; } = [.. s_own, .. RootKeys.WithOptions.Select(static row => RowOf(row.Key))];

    public static OptionRow? Find(string name) => Rows.FirstOrDefault(row => row.Name == name);

    /// <summary>What options say of keys, as a section like the file's.</summary>
    public static ConfigMap SettingsOf(IReadOnlyList<(string Name, string Value)> given)
    {
        SettingsBuilder settings = new();
        foreach ((string path, ConfigKey key) in RootKeys.WithOptions)
        {
            string[] values = [.. given.Where(option => option.Name == key.Option!.Name).Select(static option => option.Value)];
            if (values.Length > 0)
            {
                settings.Put(path, NodeOf(key.Option!, values));
            }
        }

        return settings.Build();
    }

    private static ConfigNode NodeOf(OptionSpec option, string[] values)
    {
        ConfigPlace place = ConfigPlace.OfOption(option.Name);
        if (option.ValueName is "")
        {
            return option.Sets.Count == 1
                ? new ConfigScalar(place, option.Sets[0])
                : new ConfigList(place, [.. option.Sets.Select(word => new ConfigScalar(place, word))]);
        }

        if (option.Parts.Count > 0)
        {
            string[] parts = values[^1].Split(',', option.Parts.Count);
            return new ConfigMap(
                place,
                [.. parts.Select((part, index) => new ConfigEntry(option.Parts[index], place, new ConfigScalar(place, part, shown: values[^1])))]);
        }

        return option.Repeats
            ? new ConfigList(place, [.. values.Select(value => new ConfigScalar(place, value))])
            : new ConfigScalar(place, values[^1]);
    }

    private static OptionRow RowOf(ConfigKey key)
    {
        OptionSpec option = key.Option!;
        string valueName = option.ValueName ?? key.Type!.Name;
        return new OptionRow(
            option.Name, valueName, option.Text ?? key.Text, valueName.Length == 0 ? null : option.DefaultText ?? key.DefaultText, option.Repeats)
        {
            Words = option.ValueName is null ? key.Type!.Words : [],
        };
    }
}
