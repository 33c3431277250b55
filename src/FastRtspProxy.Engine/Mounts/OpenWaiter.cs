namespace FastRtspProxy.Engine.Mounts;

/// <summary>
/// Who waits for a place of <see cref="OpenPacer"/>: for which host, and how far in front. All but <see cref="Place"/> under the pacer's lock.
/// </summary>
internal sealed class OpenWaiter
{
    /// <summary>
    /// Of those that nobody waits for, and of those that failed so often in a row, which is more than in a hold of half a minute: they stand in one
    /// line, so that channels that are dead for good keep no other out.
    /// </summary>
    public const int RankMax = 8;

    private readonly int _failures;

    /// <param name="host">The host that is asked; null: one that takes as many as come, a box of the cluster.</param>
    /// <param name="isWanted">Somebody waits for the camera.</param>
    /// <param name="failures">Attempts and sessions that failed in a row.</param>
    public OpenWaiter(string? host, bool isWanted, int failures)
    {
        Host = host;
        IsWanted = isWanted;
        _failures = failures;
        Node = new LinkedListNode<OpenWaiter>(this);
    }

    public string? Host { get; }

    /// <summary>Somebody waits for the camera: no place among all is needed.</summary>
    public bool IsWanted { get; set; }

    /// <summary>Lower ones stand before higher ones; 0: somebody waits for a camera that is not known to be away.</summary>
    public int Rank => IsWanted ? Math.Min(_failures, RankMax) : RankMax;

    /// <summary>In the pacer's list while the place is waited for.</summary>
    public LinkedListNode<OpenWaiter> Node { get; }

    /// <summary>The place, which is the caller's until <see cref="OpenPlace.Leave"/>; null: it was given up. Any thread.</summary>
    public Task<OpenPlace?> Place => Given.Task;

    /// <summary>Set once, by who takes it out of the list.</summary>
    public TaskCompletionSource<OpenPlace?> Given { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
}
