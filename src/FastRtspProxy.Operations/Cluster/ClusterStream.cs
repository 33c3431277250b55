using FastRtspProxy.Engine.Mounts;

namespace FastRtspProxy.Operations.Cluster;

/// <summary>What the cluster's turn knows of one stream. Touched by that turn only.</summary>
internal sealed class ClusterStream(string name)
{
    public string Name { get; } = name;

    /// <summary>The mounts that follow it: one, and for a moment two where a stream is made anew.</summary>
    public List<StreamFollower> Followers { get; } = [];

    /// <summary>As the engine has it; null: nobody owns it, or that is not known.</summary>
    public OwnerRecord? Owner { get; set; }

    /// <summary>The newest change that was heard of: what is older is ignored.</summary>
    public long Revision { get; set; }

    /// <summary>The box that had it last, while it has no owner; null: none is known.</summary>
    public string? Previous { get; set; }

    /// <summary>Since when it has no owner, as a time stamp; of no meaning while it has one.</summary>
    public long VacantSince { get; set; }

    /// <summary>Somebody here needs it: it is to be claimed when nobody owns it.</summary>
    public bool IsWanted { get; set; }

    /// <summary>Whoever needs it here gets it still, from the box that has let it go; of no meaning while it has an owner.</summary>
    public bool IsServed { get; set; }

    /// <summary>Another box may not read it at the same time, not even for a while.</summary>
    public bool StopsWhenAlone { get; set; }

    /// <summary>True while a claim is under way.</summary>
    public bool IsClaiming { get; set; }

    /// <summary>Until when a claim waits for its turn; null: none waits.</summary>
    public ITimer? Turn { get; set; }

    /// <summary>What the mounts were told.</summary>
    public CameraOwnership Told { get; set; } = CameraOwnership.Unknown;
}
