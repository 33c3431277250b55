using FastRtspProxy.Engine.Backend;
using FastRtspProxy.Engine.Delivery;
using FastRtspProxy.Engine.Frontend;

namespace FastRtspProxy.Engine.Mounts;

/// <summary>What a mount needs to know.</summary>
internal sealed record MountOptions
{
    /// <summary>The path, without a leading slash.</summary>
    public required string Name { get; init; }

    /// <summary>How the camera is reached, the best one where there are several.</summary>
    public required BackendOptions Backend { get; init; }

    /// <inheritdoc cref="StreamOptions.IsReplay"/>
    public bool IsReplay { get; init; }

    /// <summary>It is looked at by a session of its own while another one is in use.</summary>
    public bool MayBeProbed { get; init; } = true;

    /// <summary>What is used when that one is lost, the best first.</summary>
    public IReadOnlyList<MountSource> Alternatives { get; init; } = [];

    /// <summary>All of these.</summary>
    public IReadOnlyList<MountSource> Sources => [new MountSource(Backend, MayBeProbed), .. Alternatives];

    /// <inheritdoc cref="StreamOptions.AcrossSizes"/>
    public bool AcrossSizes { get; init; }

    /// <inheritdoc cref="MountTimings"/>
    public MountTimings Timings { get; init; } = new();

    /// <summary>Pull from the start and never stop.</summary>
    public bool AlwaysOn { get; init; }

    /// <summary>What a joining client gets first, unless it says so itself.</summary>
    public StartMode Start { get; init; } = StartMode.Auto;

    /// <inheritdoc cref="StreamSettings.RecordersGetPast"/>
    public bool RecordersGetPast { get; init; }

    /// <summary>How far back the ring reaches at the most.</summary>
    public TimeSpan GopCacheDuration { get; init; } = TimeSpan.FromSeconds(12);

    /// <inheritdoc cref="StreamSettings.PastDuration"/>
    public TimeSpan PastDuration { get; init; }

    /// <inheritdoc cref="StreamSettings.Multicast"/>
    public MulticastOptions? Multicast { get; init; }

    /// <summary>The process's budget of instant starts; null: no limit.</summary>
    public CatchUpBudget? CatchUpBudget { get; init; }

    /// <summary>
    /// For a mount that was made for whoever asked for it: what is done once when nobody has needed it for a while, on its shard; null: it stays.
    /// </summary>
    public Action? OnIdle { get; init; }

    /// <summary>What may go out to all viewers of the process; null: no limit.</summary>
    public EgressBudget? Egress { get; init; }

    /// <summary>Who owns the streams, where several boxes share the cameras; null: this box reads all of its own.</summary>
    public ICameraOwners? Owners { get; init; }

    /// <inheritdoc cref="StreamOptions.StopsWhenAlone"/>
    public bool StopsWhenAlone { get; init; }

    /// <summary>Clients at most.</summary>
    public int ClientsMax { get; init; } = 20_000;
}
