using FastRtspProxy.Engine.Frontend;

namespace FastRtspProxy.Engine.Mounts;

/// <summary>In the place of what tells clients where they begin.</summary>
internal sealed class JoinStarts
{
    public bool Has(PlayWish wish) => throw new InvalidOperationException($"Nobody wants what lies in the past ({wish}).");

    public PlayGrant GrantNow(PlayWish wish) => new(PlayOutcome.Playing, (long)wish.TrackMask, []);

    public PlayGrant GrantFrom(JoinSnapshot start, PlayWish wish) => throw new InvalidOperationException($"The camera plays: nobody waits for it ({start}, {wish}).");

    public PlayGrant GrantHeld(PlayWish wish) => throw new InvalidOperationException($"The camera plays: nobody waits for it ({wish}).");

    public JoinSnapshot Take(bool withReports, bool hasClients) => throw new InvalidOperationException($"The camera plays: nobody waits for it ({withReports}, {hasClients}).");
}
