using System.Diagnostics;

namespace FastRtspProxy.Net;

/// <summary>
/// Who may work when. Everything but the descriptors themselves comes in slices: of the inbox, of the sources that have something new, of those that have spent their budget
/// before, and of the timers. However many of them there are and whatever they bring, timers fire and the fan-out passes run every few milliseconds.
/// </summary>
internal sealed partial class Shard
{
    /// <summary>How long one kind of work may keep the others waiting. Four of them and a pass are a turn, far below a picture's interval (40 ms).</summary>
    private const int SliceMicros = 2_000;

    private static readonly long s_sliceTicks = Stopwatch.Frequency * SliceMicros / 1_000_000;

    // Sources with something new, which were silent before: a good client is always one of them.
    private TurnQueue _fresh; // mutable struct: not readonly

    // Sources that had more to do than one turn allows.
    private TurnQueue _again; // mutable struct: not readonly

    // The last of those when the turn began: whoever queues behind it spends its budget in this turn. Null once they have been served.
    private TurnWork? _lastAgain;

    /// <summary>Where connections read: what a turn leaves over moves out of it.</summary>
    public byte[] InputScratch { get; } = GC.AllocateUninitializedArray<byte>(PeerInput.ReadBytes, pinned: true);

    /// <inheritdoc cref="Net.InputBuffers"/>
    public InputBuffers InputBuffers { get; } = new();

    private bool HasTurns => !_fresh.IsEmpty || !_again.IsEmpty;

    /// <summary>A source has something new to do. On the shard.</summary>
    public void QueueTurn(TurnWork work) => _fresh.Add(work);

    /// <summary>A source has spent its budget and has more to do: its next turn comes after everybody else's. On the shard.</summary>
    public void QueueAgain(TurnWork work) => _again.Add(work);

    private void RunTurns()
    {
        RunRound(ref _fresh, _fresh.Last);
        RunRound(ref _again, _lastAgain);
        _lastAgain = null;
    }

    /// <summary>Gives each source one turn up to the last of the round, as far as a slice reaches; those that queue meanwhile wait for the next round.</summary>
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
                NetLog.ShardWorkFailed(Log, Index, e);
            }

            if (ReferenceEquals(work, last) || Stopwatch.GetTimestamp() - began > s_sliceTicks)
            {
                return;
            }
        }
    }
}
