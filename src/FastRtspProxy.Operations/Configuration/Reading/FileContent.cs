namespace FastRtspProxy.Operations.Configuration.Reading;

/// <summary>What a file holds, or why it cannot be read.</summary>
/// <param name="Bytes">Empty where there is an error.</param>
/// <param name="IsOpenToOthers">Users that are neither the owner nor of its group may read it.</param>
/// <param name="Error">The rest of a sentence that begins with the file's name; null: it was read.</param>
internal sealed record FileContent(byte[] Bytes, bool IsOpenToOthers, string? Error);
