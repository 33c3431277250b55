using System.Net;

namespace FastRtspProxy.Engine.Access;

/// <summary>Rights that go together, where they hold and from where.</summary>
/// <param name="Name">What users and streams call it.</param>
/// <param name="May">The rights.</param>
public sealed record AccessRole(string Name, AccessRights May)
{
    /// <summary>For these streams; empty: for all.</summary>
    public IReadOnlyList<StreamPattern> Streams { get; init; } = [];

    /// <summary>From these networks; empty: from anywhere.</summary>
    public IReadOnlyList<IPNetwork> From { get; init; } = [];
}
