using FastRtspProxy.Net;

namespace FastRtspProxy.Engine.Frontend;

/// <summary>What is known of one address that has answered wrongly, and the line of its answers.</summary>
internal sealed class GuesserRow(AddressGroup key)
{
    private LinkedList<GuessTicket>? _first;
    private LinkedList<GuessTicket>? _rest;

    public AddressGroup Key { get; } = key;

    /// <summary>Wrong answers in a row.</summary>
    public int Wrong { get; set; }

    public long LastWrongMicros { get; set; }

    /// <summary>A right answer came after the last wrong one.</summary>
    public bool WasRightSince { get; set; }

    /// <summary>The next answer is judged then, or later.</summary>
    public long NextTurnMicros { get; set; }

    /// <summary>Wrong answers that were under way before the address was restricted have used up all turns until then.</summary>
    public long DueUntilMicros { get; set; }

    /// <summary>True while the row stands among those that wait for a turn; it stands there once.</summary>
    public bool IsDue { get; set; }

    /// <summary>Its place in the table.</summary>
    public LinkedListNode<GuesserRow>? Place { get; set; }

    /// <summary>What was said of it in the log, and what was not.</summary>
    public SaidLogIns Said; // mutable struct: not a property

    public bool IsRestricted => Wrong >= GuessLimiter.FreeGuesses;

    public int Waiting => (_first?.Count ?? 0) + (_rest?.Count ?? 0);

    public void Enqueue(GuessTicket ticket)
    {
        ticket.Row = this;
        (ticket.IsFirst ? _first ??= [] : _rest ??= []).AddLast(ticket);
    }

    /// <summary>Takes out whose turn it is; null: nobody waits.</summary>
    public GuessTicket? Dequeue() => TakeOut(_first?.First) ?? TakeOut(_rest?.First);

    /// <summary>Makes room for one that goes before the others: takes out whoever came last; null: all are such.</summary>
    public GuessTicket? PushOut() => TakeOut(_rest?.Last);

    /// <summary>A waiter has gone.</summary>
    public void Leave(GuessTicket ticket) => TakeOut((ticket.IsFirst ? _first : _rest)?.Find(ticket));

    private static GuessTicket? TakeOut(LinkedListNode<GuessTicket>? node)
    {
        if (node is null)
        {
            return null;
        }

        node.List!.Remove(node);
        node.Value.Row = null;
        return node.Value;
    }
}
