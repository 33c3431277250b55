namespace FastRtspProxy.Net;

/// <summary>
/// A source of work that takes turns with the others of its shard. It stands in the shard's queue at most once; what it does in <see cref="RunTurn"/>
/// is bounded by a <see cref="TurnBudget"/>, and what is left then waits for its next turn. On the shard only.
/// </summary>
internal abstract class TurnWork
{
    /// <summary>The one behind it; meaningful while <see cref="IsQueued"/>.</summary>
    internal TurnWork? Next;

    /// <summary>True while it stands in a queue: set by the queue, cleared just before its turn.</summary>
    internal bool IsQueued;

    /// <summary>The source's turn.</summary>
    protected internal abstract void RunTurn();
}

/// <summary>A first-in-first-out list of sources that want a turn, linked through themselves. Mutable; one owner.</summary>
internal struct TurnQueue
{
    private TurnWork? _first;
    private TurnWork? _last;

    /// <summary>True when nobody waits.</summary>
    public readonly bool IsEmpty => _first is null;

    /// <summary>The last in the queue now; a round is over when it has had its turn.</summary>
    public readonly TurnWork? Last => _last;

    /// <summary>Puts a source at the end; one that is queued somewhere keeps its place.</summary>
    public void Add(TurnWork work)
    {
        if (work.IsQueued)
        {
            return;
        }

        work.IsQueued = true;
        work.Next = null;
        if (_last is null)
        {
            _first = work;
        }
        else
        {
            _last.Next = work;
        }

        _last = work;
    }

    /// <summary>Takes the first; null when nobody waits.</summary>
    public TurnWork? Take()
    {
        TurnWork? work = _first;
        if (work is not null)
        {
            _first = work.Next;
            _last = _first is null ? null : _last;
            work.Next = null;
            work.IsQueued = false;
        }

        return work;
    }
}
