namespace FastRtspProxy.Tests.Documents;

/// <summary>A row of docs/conformance.md.</summary>
/// <param name="Key">S24.</param>
/// <param name="Anchor">What a link names, s24.</param>
/// <param name="Source">The RFC and its sections.</param>
/// <param name="Sentence">The rule.</param>
/// <param name="Tests">Those that show it; none in a row that says why the rule does not apply.</param>
internal sealed record RuleRow(string Key, string Anchor, string Source, string Sentence, string[] Tests);
