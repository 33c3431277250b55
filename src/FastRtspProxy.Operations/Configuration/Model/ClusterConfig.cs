namespace FastRtspProxy.Operations.Configuration.Model;

/// <summary>Several boxes that read each camera once between them. One that says nothing is none: <see cref="IsOn"/>.</summary>
internal sealed record ClusterConfig
{
    /// <summary>The same on all boxes; empty: there is no cluster.</summary>
    public string Name { get; init; } = "";

    /// <summary>This box; another one on each.</summary>
    public string Node { get; init; } = "";

    /// <summary>Where the other boxes find this one.</summary>
    public string Advertise { get; init; } = "";

    /// <summary>Streams that this box takes beside the others, as a weight.</summary>
    public int Capacity { get; init; } = 100;

    public ClusterEngineConfig Engine { get; init; } = new();

    /// <summary>PEM: the authorities of the certificates that the other boxes have for rtsps; null: those of this machine.</summary>
    public string? Ca { get; init; }

    /// <summary>The same on all boxes: who has it is one of them. Null where it is missing, which is refused.</summary>
    public Secret? Secret { get; init; }

    public RedirectMode Redirect { get; init; }

    /// <summary>
    /// Of streams that do not say otherwise; null: <see cref="WhenAlone.Stop"/> for cameras that allow one session, keep for the others.
    /// </summary>
    public WhenAlone? WhenAlone { get; init; }

    /// <summary>With the paths that are relative beginning in this folder.</summary>
    public ClusterConfig Beside(string folder) => this with
    {
        Ca = Ca is { } ca ? Path.Combine(folder, ca) : null,
        Engine = Engine.Beside(folder),
    };

    /// <summary>There is a cluster.</summary>
    public bool IsOn => Name.Length > 0;
}
