using System.Text.Json.Nodes;

namespace FastRtspProxy.Operations.Hooks;

/// <summary>Something that hooks are told.</summary>
/// <param name="Event">The event's name: <c>stream.up</c>.</param>
/// <param name="Stream">The stream whose events keep their order; null: those of no stream.</param>
/// <param name="Body">What is said, without addresses.</param>
/// <param name="Address">The viewer's, for hooks that want it; null: there is none.</param>
internal sealed record HookMessage(string Event, string? Stream, JsonObject Body, string? Address);
