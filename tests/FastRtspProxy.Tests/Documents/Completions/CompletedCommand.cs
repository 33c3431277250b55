namespace FastRtspProxy.Tests.Documents.Completions;

/// <summary>A command of a program that has several.</summary>
/// <param name="Name">The word.</param>
/// <param name="Text">What it does.</param>
/// <param name="Options">In the order of the help text.</param>
internal sealed record CompletedCommand(string Name, string Text, IReadOnlyList<CompletedOption> Options)
{
    /// <summary>What its argument is called; empty: it takes none.</summary>
    public string Argument { get; init; } = "";

    /// <summary>What that is.</summary>
    public string ArgumentText { get; init; } = "";
}
