using System.Numerics;

namespace FastRtspProxy.Engine.Mounts;

/// <summary>
/// Which of a mount's sources is used next. The best is the first one; one that failed within a minute stands behind those that have not. Each is
/// tried once before there is a wait; one that was left early, because it did not answer soon, once more at the end of that round. Pure: whoever
/// calls says the time. One owner.
/// </summary>
internal sealed class SourceOrder
{
    /// <summary>As many as a stream has at the most.</summary>
    public const int CountMax = 16;

    /// <summary>For so long a source that failed stands behind the others.</summary>
    private const long FailedMicros = 60_000_000;

    /// <summary>
    /// A source that played for so long was not tried in vain: sources that come for a moment each are no reason to go round and round.
    /// </summary>
    private const long PlayedMicros = 10_000_000;

    /// <summary>When each failed last; null: it has not since it last delivered.</summary>
    private long?[] _failed;

    /// <summary>A bit for each that was tried in vain since one last played.</summary>
    private uint _tried;

    /// <summary>A bit for each that was left early in this round; until it is tried again, it is none of <see cref="_tried"/>.</summary>
    private uint _leftEarly;

    /// <param name="count">1 to <see cref="CountMax"/>.</param>
    public SourceOrder(int count) => _failed = new long?[count];

    /// <summary>How many there are.</summary>
    public int Count => _failed.Length;

    /// <summary>The one in use, or to be opened next, from 0.</summary>
    public int Current { get; private set; }

    /// <summary>The one that is opened may be left early: another one is left in this round, and it was not left early in it before.</summary>
    public bool MayLeaveEarly
    {
        get
        {
            uint current = 1u << Current;
            return (_leftEarly & current) == 0 && BitOperations.PopCount(_tried | current) < Count;
        }
    }

    /// <summary>
    /// The one in use was lost, or could not be had: another one is <see cref="Current"/>. True: it is tried at once. False: each was tried in vain,
    /// and there is a wait before that one.
    /// </summary>
    /// <param name="nowMicros">The time.</param>
    /// <param name="playedMicros">How long it had played; 0: not at all.</param>
    /// <param name="isEarly">It was left early, where it might be (<see cref="MayLeaveEarly"/>).</param>
    public bool OnLost(long nowMicros, long playedMicros, bool isEarly = false)
    {
        if (playedMicros >= PlayedMicros)
        {
            BeginRound();
        }

        uint current = 1u << Current;
        _leftEarly |= isEarly ? current : 0;
        _tried |= isEarly ? 0 : current;
        _failed[Current] = nowMicros;
        bool isOver = BitOperations.PopCount(_tried) == Count;
        if (isOver)
        {
            BeginRound();
        }

        Current = Best(nowMicros);
        return !isOver;
    }

    /// <summary>
    /// The one in use was played to its end, which is no failure: the best one of the others that has not failed is next, and where there is none, it
    /// begins again.
    /// </summary>
    public void OnProgrammeEnd(long nowMicros)
    {
        BeginRound();
        Current = Enumerable.Range(0, Count).FirstOrDefault(i => i != Current && !HasFailed(i, nowMicros), Current);
    }

    /// <summary>One was looked at beside the one in use, and failed.</summary>
    public void OnProbeFailed(int source, long nowMicros) => _failed[source] = nowMicros;

    /// <summary>One delivers.</summary>
    public void OnDelivers(int source) => _failed[source] = null;

    /// <summary>That one is in use from now on.</summary>
    public void Take(int source)
    {
        Current = source;
        BeginRound();
        _failed[source] = null;
    }

    /// <summary>The one in use was let go: the next time begins with the best.</summary>
    public void OnLetGo(long nowMicros)
    {
        BeginRound();
        Current = Best(nowMicros);
    }

    /// <summary>An operator wants it to begin anew: the best is next, whatever became of it.</summary>
    public void Restart()
    {
        Array.Clear(_failed);
        Take(0);
    }

    /// <summary>There are others now.</summary>
    /// <param name="before">For each the place that it had, below 0: it is new.</param>
    /// <returns>True: the one in use is still there, wherever it stands now.</returns>
    public bool Change(IReadOnlyList<int> before)
    {
        _failed = [.. before.Select(place => place < 0 ? null : _failed[place])];
        int now = -1;
        for (int i = 0; i < before.Count; i++)
        {
            now = before[i] == Current ? i : now;
        }

        BeginRound();
        Current = Math.Max(0, now);
        return now >= 0;
    }

    private void BeginRound()
    {
        _tried = 0;
        _leftEarly = 0;
    }

    private int Best(long nowMicros)
    {
        int best = -1;
        for (int i = Count - 1; i >= 0; i--)
        {
            bool isTried = (_tried & (1u << i)) != 0;
            if (!isTried && (best < 0 || Rank(i, nowMicros) <= Rank(best, nowMicros)))
            {
                best = i;
            }
        }

        return Math.Max(0, best);
    }

    /// <summary>The lowest comes first, and of equal ones the best.</summary>
    private int Rank(int source, long nowMicros) => ((_leftEarly & (1u << source)) != 0 ? 2 : 0) + (HasFailed(source, nowMicros) ? 1 : 0);

    private bool HasFailed(int source, long nowMicros) => _failed[source] is { } at && nowMicros - at < FailedMicros;
}
