using System.Collections.Concurrent;
using FastRtspProxy.Engine.Mounts;
using Microsoft.Extensions.Logging;

namespace FastRtspProxy.Operations.Cluster;

/// <summary>
/// Claims of streams that are needed and that nobody owns: each waits for this box's turn, so that boxes do not all try at once. In the turn of the
/// node, but for promises.
/// </summary>
internal sealed class ClusterClaims(ClusterNode node, IOwnership engine, TimeProvider time, ILogger log)
{
    /// <summary>Boxes that were told that we have lost the engine as well: until then nothing of theirs is claimed. Any thread.</summary>
    private readonly ConcurrentDictionary<string, long> _promises = new(StringComparer.Ordinal);

    /// <summary>For a TTL nothing is claimed that this box had. Any thread.</summary>
    public void Promise(string box) => _promises[box] = time.GetTimestamp() + (long)(node.Timings.Ttl.TotalSeconds * time.TimestampFrequency);

    /// <summary>It is claimed in its turn, unless that is under way.</summary>
    public void Begin(ClusterStream stream)
    {
        if (stream.IsClaiming || stream.Turn is not null || node.Moves.Gives(stream))
        {
            return;
        }

        int place = stream.Told.Kind == OwnershipKind.Own || !node.IsKnown ? 0
            : node.Moves.IsOn ? node.Members.All.Count // behind all that do not drain
            : node.Members.PlaceOf(stream.Name);
        WaitForTurn(stream, place * ClusterTimings.ClaimStep);
    }

    private void WaitForTurn(ClusterStream stream, TimeSpan wait)
    {
        if (stream.Previous is { } previous && _promises.TryGetValue(previous, out long until) && until - time.GetTimestamp() is > 0 and var left)
        {
            TimeSpan promised = TimeSpan.FromSeconds((double)left / time.TimestampFrequency);
            wait = wait > promised ? wait : promised;
        }

        if (wait <= TimeSpan.Zero)
        {
            Claim(stream);
            return;
        }

        stream.Turn?.Dispose();
        stream.Turn = time.CreateTimer(_ => node.Post(() => OnTurn(stream)), null, wait, Timeout.InfiniteTimeSpan);
    }

    private void OnTurn(ClusterStream stream)
    {
        if (stream.Turn is null)
        {
            return;
        }

        stream.Turn.Dispose();
        stream.Turn = null;
        if (stream.Owner is null && (stream.IsWanted || stream.Told.Kind == OwnershipKind.Own) && !stream.IsClaiming && !node.Moves.Gives(stream))
        {
            if (IsLeftWhereItIs(stream))
            {
                WaitForTurn(stream, ClusterTimings.ClaimRetry);
            }
            else
            {
                Claim(stream);
            }
        }
    }

    /// <summary>
    /// Both boxes drain: the one that has let it go reads it on, and what this one took it would give away again at once, so that the camera had
    /// another reader twice a second.
    /// </summary>
    private bool IsLeftWhereItIs(ClusterStream stream) =>
        node.Moves.IsOn && stream is { IsServed: true, Previous: { } previous } && previous != node.Name && node.Members.Drains(previous);

    private void Claim(ClusterStream stream)
    {
        stream.IsClaiming = true;
        _ = ClaimAsync(stream);
    }

    private async Task ClaimAsync(ClusterStream stream)
    {
        OwnerRecord? owner = null;
        try
        {
            owner = await engine.ClaimAsync(stream.Name, stream.Previous);
        }
        catch (Exception e)
        {
            ClusterLog.Broken(log, e);
        }

        node.Post(() => OnClaimed(stream, owner));
    }

    private void OnClaimed(ClusterStream stream, OwnerRecord? owner)
    {
        stream.IsClaiming = false;
        if (owner is { } known)
        {
            if (node.Find(stream.Name) is { } followed)
            {
                node.Take(followed, known, known.Epoch); // perhaps by another mount than the one that began it
                if (followed is { Owner: null, IsClaiming: false } && (followed.IsWanted || followed.Told.Kind == OwnershipKind.Own))
                {
                    WaitForTurn(followed, ClusterTimings.ClaimRetry); // it is older than what is known: a key that is to go
                }
            }
            else if (known.IsOurs)
            {
                node.Releases.Begin(stream.Name, known.Epoch); // its mount has gone meanwhile
            }

            return;
        }

        if (stream.Owner is not null || node.Find(stream.Name) != stream)
        {
            return;
        }

        if (!stream.StopsWhenAlone && stream.IsWanted && stream.Told.Kind != OwnershipKind.Own && node.SinceRenewal > node.Timings.AloneAfter
            && time.GetElapsedTime(stream.VacantSince) > node.Timings.AloneAfter)
        {
            ClusterLog.Alone(log, stream.Name);
            node.Tell(stream, new CameraOwnership(OwnershipKind.Own, node.Name, 0));
        }

        WaitForTurn(stream, ClusterTimings.ClaimRetry);
    }
}
