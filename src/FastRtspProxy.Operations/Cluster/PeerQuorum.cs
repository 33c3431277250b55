namespace FastRtspProxy.Operations.Cluster;

/// <summary>
/// Whether the engine is lost for this box alone, or for the cluster: where a majority of the boxes has lost it, and no box that answers still has
/// it,
/// nobody can claim, and each goes on with what it has. Pure.
/// </summary>
internal static class PeerQuorum
{
    /// <param name="boxes">All that there are, this one included.</param>
    /// <param name="answers">Of the others that answered: true where the engine does not answer them either.</param>
    public static bool AllHaveLost(int boxes, IReadOnlyCollection<bool> answers) =>
        answers.All(static isLost => isLost) && (answers.Count + 1) * 2 > boxes && answers.Count > 0;
}
