namespace FastRtspProxy.Operations.Configuration.Model;

/// <inheritdoc cref="ClusterEngineKind"/>
internal sealed record ClusterEngineConfig
{
    public ClusterEngineKind Kind { get; init; }

    /// <summary>Of etcd: its members, the nearest first.</summary>
    public ValueList<string> Endpoints { get; init; } = [];

    /// <summary>Of etcd: a box that is not heard of for so long has lost its streams.</summary>
    public TimeSpan Ttl { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>Of etcd; null: no log-in.</summary>
    public string? UserName { get; init; }

    /// <inheritdoc cref="UserName"/>
    public Secret? Password { get; init; }

    /// <summary>Of etcd at https: the authorities that its certificate may be of, a PEM file; null: those of this machine.</summary>
    public string? Ca { get; init; }

    /// <summary>Of etcd at https: what we show to it, a PEM file; null: nothing.</summary>
    public string? Certificate { get; init; }

    /// <summary>The private key of <see cref="Certificate"/>; null: it is in the same file.</summary>
    public string? Key { get; init; }

    /// <summary>Of the list: all boxes, this one included.</summary>
    public ValueList<ClusterNodeConfig> Nodes { get; init; } = [];

    /// <summary>With the paths that are relative beginning in this folder.</summary>
    public ClusterEngineConfig Beside(string folder) => this with
    {
        Ca = Ca is { } ca ? Path.Combine(folder, ca) : null,
        Certificate = Certificate is { } certificate ? Path.Combine(folder, certificate) : null,
        Key = Key is { } key ? Path.Combine(folder, key) : null,
    };
}
