using FastRtspProxy.Net;

namespace FastRtspProxy.Engine.Frontend;

/// <summary>
/// Who may guess when. An address (<see cref="AddressGroup"/>) that has answered wrongly three times in a row has its answers judged in turn, one
/// every 200 ms; 64 wait, the rest is refused without a look. It knows no sockets and no clock. Whoever asks judges at once when told to, and says
/// what came of it before the next question: so no two answers of an address are under way at a time, but for those that somebody else judges. A
/// right answer does not end the row, or a guesser behind the address of a good viewer had three free guesses with each log-in of that one, and one
/// with an account of its own as many as it likes.
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
            return GuessAdmission.Judge;
        }

        if (row.Waiting == 0 && nowMicros >= row.NextTurnMicros)
        {
            row.NextTurnMicros = nowMicros + TurnMicros;
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
                ticket = next;
                return true;
            }
        }

        ticket = null;
        return false;
    }

    /// <summary>A waiter has gone: those behind it move up.</summary>
    public static void Leave(GuessTicket ticket) => ticket.Row?.Leave(ticket);

    /// <summary>An answer was wrong. Gives the row of its address, never null.</summary>
    public GuesserRow OnWrong(AddressGroup key, long nowMicros)
    {
        GuesserRow row = _table.NoteWrong(key, nowMicros);
        row.NextTurnMicros = Math.Max(row.NextTurnMicros, nowMicros + TurnMicros);
        return row;
    }

    /// <summary>An answer was accepted.</summary>
    public void OnAccepted(AddressGroup key, long nowMicros)
    {
        if (_table.Find(key, nowMicros) is { } row)
        {
            row.WasRightSince = true;
        }
    }

    /// <inheritdoc cref="GuesserTable.Find"/>
    public GuesserRow? Find(AddressGroup key, long nowMicros) => _table.Find(key, nowMicros);

    private void Await(GuesserRow row)
    {
        if (!row.IsDue && row.Waiting > 0)
        {
            row.IsDue = true;
            _due.Enqueue(row, row.NextTurnMicros);
        }
    }
}
