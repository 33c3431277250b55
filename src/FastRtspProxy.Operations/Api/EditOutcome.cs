using FastRtspProxy.Operations.Configuration.Model;
using FastRtspProxy.Operations.Http;
using FastRtspProxy.Operations.Reload;
using FastRtspProxy.Operations.Streams;

namespace FastRtspProxy.Operations.Api;

/// <summary>What came of a change of a stream.</summary>
internal sealed record EditOutcome
{
    /// <summary>Why it was not made; null: it was, or would be.</summary>
    public HttpProblem? Problem { get; init; }

    /// <summary>There was none of that name.</summary>
    public bool IsNew { get; init; }

    /// <summary>What it is kept as; null: it is gone.</summary>
    public StoredStream? Stored { get; init; }

    /// <summary>What it is; null: it is gone.</summary>
    public StreamConfig? Config { get; init; }

    /// <inheritdoc cref="StreamEdit.Cleared"/>
    public IReadOnlyList<string> Cleared { get; init; } = [];

    /// <summary>What is as it was said, and may not be as it was meant.</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];

    /// <summary>What it did, or would do; null: it was refused before.</summary>
    public ReloadResult? Result { get; init; }
}
