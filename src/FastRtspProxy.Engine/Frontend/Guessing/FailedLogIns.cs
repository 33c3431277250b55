using Microsoft.Extensions.Logging;

namespace FastRtspProxy.Engine.Frontend;

/// <summary>
/// Says failed log-ins, so that neither a guesser nor many of them fill the log: of an address the first three, then a line every ten seconds with
/// the number of those between; of all together a hundred at once and ten a second, 100 MB a day at the very most. What is not said is counted, and
/// said when its time comes.
/// </summary>
/// <param name="say">Writes a line: address, user, stream, and what stands behind them.</param>
internal sealed class FailedLogIns(Action<string, string, string, string> say)
{
    /// <summary>Says failed log-ins.</summary>
    public FailedLogIns(ILogger log)
        : this((client, user, stream, more) => FrontendLog.LogInFailed(log, client, user, stream, more))
    {
    }

    /// <summary>Lines that an address has before they are spaced: as many as it has free guesses.</summary>
    public const int FirstLines = GuessLimiter.FreeGuesses;

    public const long LineMicros = 10_000_000;

    /// <summary>Lines for all addresses together, at once.</summary>
    public const int MaxBurst = 100;

    /// <summary>Ten a second.</summary>
    public const long AnyLineMicros = 100_000;

    /// <summary>Addresses of which something is still to be said; of more the number waits for their next failure.</summary>
    private const int MaxPending = 1024;

    private readonly PriorityQueue<GuesserRow, long> _pending = new();
    private long _burstMicros = -MaxBurst * AnyLineMicros;

    /// <summary>When <see cref="SayDue"/> is to be asked again.</summary>
    public long NextDueMicros => _pending.TryPeek(out _, out long due) ? due : long.MaxValue;

    /// <summary>A log-in of that address has failed, or was refused without a look.</summary>
    public void Note(GuesserRow row, in FailedLogIn failed, long nowMicros)
    {
        if (IsTime(row, nowMicros) && MaySay(nowMicros))
        {
            Say(row, failed, nowMicros);
            return;
        }

        row.Said.Unsaid++;
        row.Said.Last = failed;
        Await(row, nowMicros);
    }

    /// <summary>Says what is due.</summary>
    public void SayDue(long nowMicros)
    {
        while (_pending.TryPeek(out GuesserRow? row, out long due) && due <= nowMicros)
        {
            _pending.Dequeue();
            row.Said.IsPending = false;
            if (row.Said.Last is not { } last)
            {
                continue; // said with the next failure meanwhile
            }

            if (IsTime(row, nowMicros) && MaySay(nowMicros))
            {
                row.Said.Unsaid--;
                Say(row, last, nowMicros);
            }
            else
            {
                Await(row, nowMicros);
            }
        }
    }

    private void Say(GuesserRow row, in FailedLogIn failed, long nowMicros)
    {
        string more = row.Said.Unsaid > 0 ? $" ({row.Said.Unsaid} more since the last such line)" : string.Empty;
        row.Said = new SaidLogIns { Lines = row.Said.Lines + 1, SaidMicros = nowMicros, IsPending = row.Said.IsPending };
        say(failed.Client, failed.User, failed.Stream, failed.Reason + more);
    }

    private void Await(GuesserRow row, long nowMicros)
    {
        if (!row.Said.IsPending && _pending.Count < MaxPending)
        {
            row.Said.IsPending = true;
            _pending.Enqueue(row, IsTime(row, nowMicros) ? nowMicros + AnyLineMicros : row.Said.SaidMicros + LineMicros);
        }
    }

    private static bool IsTime(GuesserRow row, long nowMicros) => row.Said.Lines < FirstLines || nowMicros >= row.Said.SaidMicros + LineMicros;

    private bool MaySay(long nowMicros)
    {
        long next = Math.Max(_burstMicros, nowMicros - (MaxBurst * AnyLineMicros)) + AnyLineMicros;
        if (next > nowMicros)
        {
            return false;
        }

        _burstMicros = next;
        return true;
    }
}
