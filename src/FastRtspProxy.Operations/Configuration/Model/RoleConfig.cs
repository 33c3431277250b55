using System.Net;

namespace FastRtspProxy.Operations.Configuration.Model;

/// <summary>What a role may do, where, and from where.</summary>
internal sealed record RoleConfig
{
    public string Name { get; init; } = "";

    public ValueList<AccessRight> May { get; init; } = [];

    /// <summary>Patterns of names; <c>*</c> stays within a slash, <c>**</c> does not. Empty: every stream.</summary>
    public ValueList<string> Streams { get; init; } = [];

    /// <summary>Empty: from anywhere.</summary>
    public ValueList<IPNetwork> From { get; init; } = [];
}
