using System.Text.Json.Nodes;

namespace FastRtspProxy.Operations.Streams;

/// <summary>A stream that a request made.</summary>
/// <param name="Name">The path under which viewers find it.</param>
/// <param name="Document">Its keys, with secrets. Nobody changes it.</param>
/// <param name="IsPersisted">It is there again after a restart, as it is now.</param>
internal sealed record StoredStream(string Name, JsonObject Document, bool IsPersisted);
