using FastRtspProxy.Engine.Backend;

namespace FastRtspProxy.Engine.Mounts;

/// <summary>
/// Decides when the next attempt is made after a camera was lost: at once where another way promises to work, else by <see cref="RetrySchedule"/>, or
/// as the camera asks.
/// </summary>
internal sealed class AttemptWaits(Random random)
{
    /// <summary>Attempts that another way promises to work, in a row; then the usual waits apply.</summary>
    private const int AtOnceMax = 5;

    /// <summary>A stream that played for so long has begun anew: a camera that redirects after each PLAY never gets there.</summary>
    private const long PlayedMicros = 10_000_000;

    private readonly RetrySchedule _schedule = new(random);

    /// <summary>Attempts in a row that were made at once, since a stream played for <see cref="PlayedMicros"/>.</summary>
    private int _atOnce;

    /// <summary>The wait after one more failure; null: none.</summary>
    /// <param name="failure">What became of the attempt.</param>
    /// <param name="clientsWait">Somebody is held, or waits to play.</param>
    /// <param name="playedMicros">How long the session played.</param>
    public TimeSpan? After(BackendFailure failure, bool clientsWait, long playedMicros) =>
        IsAtOnce(failure, playedMicros) ? null : Next(failure, clientsWait);

    /// <summary>True where the same camera is tried again at once; called once for each failure.</summary>
    public bool IsAtOnce(BackendFailure failure, long playedMicros)
    {
        if (playedMicros >= PlayedMicros)
        {
            _atOnce = 0;
        }

        // A round of ways ends by itself (TransportChoice); redirects may go on for ever.
        return failure.RetryAtOnce && (failure.NextWay is not null || _atOnce++ < AtOnceMax);
    }

    /// <summary>The wait where it is not tried at once.</summary>
    public TimeSpan Next(BackendFailure failure, bool clientsWait)
    {
        TimeSpan wait = failure.FirstWait ?? _schedule.Next(clientsWait);
        return failure.RetryAfter is { } wish && wish > wait ? wish : wait;
    }

    /// <summary>The wait before a programme that is always on begins again.</summary>
    public TimeSpan AfterProgramme() => _schedule.Next(clientsAreHeld: false);

    /// <summary>The camera is another one, or reached in another way: nothing that happened counts.</summary>
    public void Forget()
    {
        _atOnce = 0;
        _schedule.Reset();
    }

    /// <summary>Media came: the next failure starts at one second.</summary>
    public void OnMedia() => _schedule.Reset();
}
