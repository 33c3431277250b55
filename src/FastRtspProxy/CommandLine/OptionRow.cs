namespace FastRtspProxy.CommandLine;

/// <summary>A long option as help and parser see it.</summary>
/// <param name="Name">With its dashes.</param>
/// <param name="ValueName">Empty: it takes none.</param>
/// <param name="Text">What it does.</param>
/// <param name="Default">What holds without it; null for one without a value.</param>
/// <param name="Repeats">A second one adds to the first instead of replacing it.</param>
internal sealed record OptionRow(string Name, string ValueName, string Text, string? Default, bool Repeats)
{
    /// <summary>All values that there are; empty: it is no choice of words.</summary>
    public IReadOnlyList<string> Words { get; init; } = [];

    /// <summary>Name and value's name.</summary>
    public string Head => ValueName.Length == 0 ? Name : $"{Name} {ValueName}";
}
