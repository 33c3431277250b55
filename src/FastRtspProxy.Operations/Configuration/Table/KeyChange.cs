namespace FastRtspProxy.Operations.Configuration.Table;

/// <summary>A key that two configurations say something else of.</summary>
/// <param name="Path">Its place in the table's tree.</param>
/// <param name="Effect">What the change of it does.</param>
/// <param name="Text">What changed, as the rest of a line; without secrets.</param>
internal sealed record KeyChange(string Path, ConfigEffect Effect, string Text);
