using System.Net;

namespace FastRtspProxy.Operations.Configuration.Model;

/// <summary>Who may watch a stream, beside what his roles let him: both must agree. Empty: no further condition.</summary>
internal sealed record StreamAllowConfig
{
    public ValueList<string> Roles { get; init; } = [];

    public ValueList<IPNetwork> From { get; init; } = [];
}
