namespace FastRtspProxy.Engine.Frontend;

/// <summary>
/// Of an address that may still guess: its answers that somebody else judges, who takes his time. One that is under way may be wrong, so it counts as
/// one of the free guesses until that is known, and the rest waits. Each right one lets two more be under way, so that a crowd behind one address is
/// in after a few rounds; a wrong one takes that back. It is there while one is under way; only then can one wait. On the gate's shard.
/// </summary>
internal sealed class AskedLine
{
    /// <summary>As many as the external decision asks at once for all.</summary>
    private const int PlacesMax = Access.ExternalDecision.MaxAsked;

    /// <summary>More that may be under way for one that was right.</summary>
    private const int PlacesForARight = 2;

    /// <summary>Each is the request in hand of a connection, so connections bound them.</summary>
    private readonly LinkedList<GuessTicket> _first = [];
    private readonly LinkedList<GuessTicket> _rest = [];

    private int _places = GuessLimiter.FreeGuesses;

    /// <summary>Asked and not answered.</summary>
    public int UnderWay { get; private set; }

    public int Waiting => _first.Count + _rest.Count;

    /// <summary>True when one more may be under way, after so many wrong ones in a row.</summary>
    public bool HasRoom(int wrong) => UnderWay < _places - wrong;

    public void Begin(GuessTicket ticket)
    {
        UnderWay++;
        ticket.Line = this;
    }

    /// <summary>It is answered. False: it is not under way here.</summary>
    public bool End(GuessTicket ticket)
    {
        if (ticket.Line != this || ticket.Place is not null)
        {
            return false;
        }

        UnderWay--;
        ticket.Line = null;
        return true;
    }

    public void Enqueue(GuessTicket ticket)
    {
        ticket.Line = this;
        ticket.Place = (ticket.IsFirst ? _first : _rest).AddLast(ticket);
    }

    /// <summary>Takes out whose turn it is; somebody waits.</summary>
    public GuessTicket Dequeue()
    {
        GuessTicket ticket = (_first.First ?? _rest.First)!.Value;
        Leave(ticket);
        return ticket;
    }

    /// <summary>A waiter goes; nothing happens where it waits no more.</summary>
    public void Leave(GuessTicket ticket)
    {
        if (ticket.Place is { } place)
        {
            place.List!.Remove(place);
            ticket.Place = null;
            ticket.Line = null;
        }
    }

    public void OnRight() => _places = _places > PlacesMax ? _places : Math.Min(_places + PlacesForARight, PlacesMax);

    public void OnWrong() => _places = GuessLimiter.FreeGuesses;

    /// <summary>There was no answer, which tells a guesser nothing: who waits need not wait behind a server that hangs.</summary>
    public void OnUnanswered() => _places = int.MaxValue;
}
