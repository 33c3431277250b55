using FastRtspProxy.Operations.Configuration.Reading;

namespace FastRtspProxy.Operations.Configuration.Table;

/// <summary>What to say of a key that is none.</summary>
internal static class UnknownKey
{
    /// <summary>What is said where the key itself is not shown.</summary>
    public const string Cut = "there is no such key; a value that holds a comma, or a colon without a blank behind it, stands in quotation marks";

    /// <summary>The key that was meant: a near one of the same section, else the same one where it does belong.</summary>
    public static string Explain(string name, IReadOnlyList<ConfigKey> siblings)
    {
        if (Spelling.Nearest(name, siblings.Select(static key => key.Name)) is { } near)
        {
            return $"there is no such key; did you mean \"{near}\"?";
        }

        string[] elsewhere = [.. RootKeys.Paths.Where(path => path.EndsWith("." + name, StringComparison.Ordinal) || path == name)];
        return elsewhere.Length > 0
            ? $"there is no such key here; did you mean \"{elsewhere[0]}\"?"
            : $"there is no such key; here are "
                + string.Join(", ", siblings.Select(static key => key.Name));
    }
}
