using FastRtspProxy.Net;

namespace FastRtspProxy.Engine.Frontend;

/// <summary>
/// Who may guess when. An address (<see cref="AddressGroup"/>) that has answered wrongly three times in a row has its answers judged in turn, one
/// every 200 ms; 64 wait, the rest is refused without a look. It knows no sockets and no clock. Whoever asks judges at once when told to, and says
/// what came of it before the next question: so no two answers of an address are under way at a time. Those that somebody else judges may be several
/// (<see cref="AskedLine"/>); of these a wrong one too many costs a turn afterwards, so that it is five a second over any longer time. A right
/// answer does not end the row, or a guesser behind the address of a good viewer had three free guesses with each log-in of that one, and one with an
/// account of its own as many as it likes.
/// </summary>
internal sealed class GuessLimiter
{
    /// <summary>Wrong answers in a row that an address has before its answers wait.</summary>
    public const int FreeGuesses = 3;

    /// <summary>Answers of one address that wait: with five a second the last of them has its turn after 13 s, which players bear just so.</summary>
    public const int MaxWaiting = 64;

    /// <summary>Five a second.</summary>
    public const long TurnMicros = 200_000;

    private readonly GuesserTable _table = new();
    private readonly PriorityQueue<GuesserRow, long> _due = new();

    /// <summary>Of each address that has answers under way; so many as connections at the most.</summary>
    private readonly Dictionary<AddressGroup, AskedLine> _asked = [];

    /// <summary>Addresses that are known.</summary>
    public int Rows => _table.Count;

    /// <summary>When <see cref="TryNext"/> is to be asked again; <see cref="long.MaxValue"/>: not before somebody waits.</summary>
    public long NextDueMicros => _due.TryPeek(out _, out long due) ? due : long.MaxValue;

    /// <summary>An answer has come.</summary>
    public GuessAdmission Ask(GuessTicket ticket, long nowMicros)
    {
        GuesserRow? row = _table.Find(ticket.Key, nowMicros);
        if (row is not { IsRestricted: true })
        {
            return ticket.IsJudgedElsewhere ? AskElsewhere(ticket, row?.Wrong ?? 0) : GuessAdmission.Judge;
        }

        if (row.Waiting == 0 && nowMicros >= row.NextTurnMicros)
        {
            row.NextTurnMicros = nowMicros + TurnMicros;
            ticket.HadPacedTurn = true;
            return GuessAdmission.Judge;
        }

        if (row.Waiting >= MaxWaiting)
        {
            if (!ticket.IsFirst || row.PushOut() is not { } pushed)
            {
                return GuessAdmission.Refuse;
            }

            pushed.OnPushedOut();
        }

        row.Enqueue(ticket);
        Await(row);
        return GuessAdmission.Wait;
    }

    /// <summary>The next answer whose turn has come, of any address.</summary>
    public bool TryNext(long nowMicros, out GuessTicket? ticket)
    {
        while (_due.TryPeek(out GuesserRow? row, out long due) && due <= nowMicros)
        {
            _due.Dequeue();
            row.IsDue = false;
            if (row.NextTurnMicros > nowMicros)
            {
                Await(row); // it waited for an earlier turn, which one that came when nobody stood there has had
            }
            else if (row.Dequeue() is { } next)
            {
                row.NextTurnMicros = nowMicros + TurnMicros;
                Await(row);
                next.HadPacedTurn = true;
                ticket = next;
                return true;
            }
        }

        ticket = null;
        return false;
    }

    /// <summary>
    /// The next answer of an address that waited for one of those under way, and what becomes of it now; false: the rest waits on. To be asked until
    /// then whenever one was answered.
    /// </summary>
    public bool TryNextAsked(AddressGroup key, long nowMicros, out GuessTicket? ticket, out GuessAdmission admission)
    {
        ticket = null;
        admission = GuessAdmission.Wait;
        if (!_asked.TryGetValue(key, out AskedLine? line))
        {
            return false;
        }

        GuesserRow? row = _table.Find(key, nowMicros);
        if (line.Waiting > 0 && (row is { IsRestricted: true } || line.HasRoom(row?.Wrong ?? 0)))
        {
            ticket = line.Dequeue();
            admission = Ask(ticket, nowMicros);
            return true;
        }

        if (line.UnderWay == 0)
        {
            _asked.Remove(key);
        }

        return false;
    }

    /// <summary>A waiter has gone: those behind it move up.</summary>
    public static void Leave(GuessTicket ticket)
    {
        ticket.Row?.Leave(ticket);
        ticket.Line?.Leave(ticket);
    }

    /// <summary>An answer was wrong. Gives the row of its address, never null.</summary>
    /// <param name="key">Whose.</param>
    /// <param name="nowMicros">The time.</param>
    /// <param name="costsATurn">It had none of the turns, and was under way beside others: beyond the free guesses it has one afterwards.</param>
    public GuesserRow OnWrong(AddressGroup key, long nowMicros, bool costsATurn = false)
    {
        GuesserRow row = _table.NoteWrong(key, nowMicros);
        if (costsATurn && row.Wrong > FreeGuesses)
        {
            row.DueUntilMicros = Math.Max(row.NextTurnMicros, nowMicros) + TurnMicros;
        }

        row.NextTurnMicros = Math.Max(Math.Max(row.NextTurnMicros, row.DueUntilMicros), nowMicros + TurnMicros);
        _asked.GetValueOrDefault(key)?.OnWrong();
        return row;
    }

    /// <summary>
    /// What somebody else judged is not under way any more, whatever came of it, which is said before. Nothing happens for one that had a turn, nor
    /// the second time.
    /// </summary>
    public static void OnAnswered(GuessTicket ticket, bool isUnanswered)
    {
        if (ticket.Line is { } line && line.End(ticket) && isUnanswered)
        {
            line.OnUnanswered();
        }
    }

    /// <summary>An answer was accepted.</summary>
    public void OnAccepted(AddressGroup key, long nowMicros)
    {
        if (_table.Find(key, nowMicros) is { } row)
        {
            row.WasRightSince = true;
        }

        _asked.GetValueOrDefault(key)?.OnRight();
    }

    /// <inheritdoc cref="GuesserTable.Find"/>
    public GuesserRow? Find(AddressGroup key, long nowMicros) => _table.Find(key, nowMicros);

    private GuessAdmission AskElsewhere(GuessTicket ticket, int wrong)
    {
        if (!_asked.TryGetValue(ticket.Key, out AskedLine? line))
        {
            line = new AskedLine();
            _asked.Add(ticket.Key, line);
        }

        if (line.HasRoom(wrong))
        {
            line.Begin(ticket);
            return GuessAdmission.Judge;
        }

        line.Enqueue(ticket);
        return GuessAdmission.Wait;
    }

    private void Await(GuesserRow row)
    {
        if (!row.IsDue && row.Waiting > 0)
        {
            row.IsDue = true;
            _due.Enqueue(row, row.NextTurnMicros);
        }
    }
}
