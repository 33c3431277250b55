
namespace FastRtspProxy.Operations.Configuration.Comparison;

/// <summary>One thing that a reload does, or refuses to do.</summary>
/// <param name="Kind">What is to be done.</param>
/// <param name="Text">A line for log and API: which key, what it was and is, and what that means for whom. Without secrets.</param>
/// <param name="Stream">The stream that it is about; null: none, or all.</param>
internal sealed record ConfigChange(ConfigChangeKind Kind, string Text, string? Stream = null);
