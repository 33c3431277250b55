namespace FastRtspProxy.Operations.Configuration.Table;

/// <summary>A long option of the command line.</summary>
/// <param name="Name">With its dashes.</param>
internal sealed record OptionSpec(string Name)
{
    /// <summary>What its value is called; null: as the key's type; empty: it takes none.</summary>
    public string? ValueName { get; init; }

    /// <summary>What it does, where the key's text does not say it; null: that text.</summary>
    public string? Text { get; init; }

    /// <summary>What holds without it, where that is not the key's default; null: that default.</summary>
    public string? DefaultText { get; init; }

    /// <summary>A second one adds to the first.</summary>
    public bool Repeats { get; init; }

    /// <summary>For one without a value: what the key becomes by it.</summary>
    public IReadOnlyList<string> Sets { get; init; } = ["true"];

    /// <summary>For the option of a section: its keys, in the order in which a comma separates their values. Later ones may be left out.</summary>
    public IReadOnlyList<string> Parts { get; init; } = [];
}
