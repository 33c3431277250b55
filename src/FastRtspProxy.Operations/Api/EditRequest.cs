using System.Text.Json.Nodes;
using Microsoft.Extensions.Primitives;

namespace FastRtspProxy.Operations.Api;

/// <summary>A change of one stream as it was asked for.</summary>
/// <param name="Name">Of the stream.</param>
/// <param name="Body">Null: it is to go.</param>
internal sealed record EditRequest(string Name, JsonObject? Body)
{
    /// <summary>PATCH: what the body does not say stays.</summary>
    public bool IsMerge { get; init; }

    /// <summary>The body is all of it, the secrets too: what is there and not said by it goes.</summary>
    public bool IsWhole { get; init; }

    /// <summary>False: it goes with the program.</summary>
    public bool Persists { get; init; } = true;

    /// <summary>Only say what would be.</summary>
    public bool IsDryRun { get; init; }

    public StringValues IfMatch { get; init; }

    public StringValues IfNoneMatch { get; init; }
}
