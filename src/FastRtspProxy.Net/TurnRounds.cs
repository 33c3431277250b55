using System.Diagnostics;
using Microsoft.Extensions.Logging;

namespace FastRtspProxy.Net;

/// <summary>
/// Which sources may work in a shard's turn. There are two queues: of sources that have something new, and of those that have spent their budget and
/// have more to do. Each gets a round a turn, and a round ends with its slice: however many sources there are and whatever they bring, timers fire
/// and the fan-out passes run every few milliseconds. On the shard.
/// </summary>
internal sealed class TurnRounds(ILogger log, int shard)
{
    /// <summary>Sources with something new, which were silent before: a good client is always one of them.</summary>
    private TurnQueue _fresh; // mutable struct: not readonly

    /// <summary>Sources that had more to do than one turn allows.</summary>
    private TurnQueue _again; // mutable struct: not readonly

    /// <summary>
    /// The last of <see cref="_again"/> when the turn began: whoever queues behind it has spent its budget in this turn. Null once its round is over,
    /// and while nobody waited.
    /// </summary>
    private TurnWork? _lastAgain;

    /// <summary>True while somebody waits for a turn: no time to sleep.</summary>
    public bool HasWaiting => !_fresh.IsEmpty || !_again.IsEmpty;

    /// <inheritdoc cref="Shard.QueueTurn"/>
    public void AddFresh(TurnWork work) => _fresh.Add(work);

    /// <inheritdoc cref="Shard.QueueAgain"/>
    public void AddAgain(TurnWork work) => _again.Add(work);

    /// <summary>A turn begins: budgets are new for all that wait now.</summary>
    public void BeginTurn() => _lastAgain = _again.Last;

    /// <summary>One round of each queue; for a second time in a turn only those with something new.</summary>
    public void Run()
    {
        RunRound(ref _fresh, _fresh.Last);
        RunRound(ref _again, _lastAgain);
        _lastAgain = null;
    }

    /// <summary>
    /// Gives each source one turn up to the last of the round, as far as a slice reaches; those that queue meanwhile wait for the next round.
    /// </summary>
    private void RunRound(ref TurnQueue queue, TurnWork? last)
    {
        if (last is null)
        {
            return;
        }

        long began = Stopwatch.GetTimestamp();
        while (queue.Take() is { } work)
        {
            try
            {
                work.RunTurn();
            }
            catch (Exception e)
            {
                NetLog.ShardWorkFailed(log, shard, e);
            }

            if (ReferenceEquals(work, last) || Stopwatch.GetTimestamp() - began > Shard.SliceTicks)
            {
                return;
            }
        }
    }
}
