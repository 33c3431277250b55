using FastRtspProxy.Operations.Configuration;

namespace FastRtspProxy.Operations.Api;

/// <summary>What the API tells of the program, and how it has its file looked at.</summary>
/// <param name="Version">As <c>--version</c> says it.</param>
/// <param name="Started">When it was started, by the clock of then.</param>
/// <param name="Began">The same as a time stamp: the clock may have been set since, as on boxes that have none of their own.</param>
/// <param name="File">Of the configuration, as it was named; null: there is none, and nothing to read again.</param>
/// <param name="Check">What is said of a text, as though it stood in the file. It reads nothing else, and nothing is done.</param>
internal sealed record ProgramFacts(string Version, DateTimeOffset Started, long Began, string? File, Func<byte[], LoadedConfig> Check);
