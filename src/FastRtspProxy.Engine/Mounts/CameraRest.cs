using FastRtspProxy.Engine.Backend;
using FastRtspProxy.Net;

namespace FastRtspProxy.Engine.Mounts;

/// <summary>
/// The waits between two attempts to open a camera, and what cuts each of them short. All end at once when the mount stops, or when the next session
/// is to be another one. On the mount's shard.
/// </summary>
/// <param name="settings">The mount's.</param>
/// <param name="shard">The mount's.</param>
/// <param name="status">Tells of the stop.</param>
/// <param name="clients">Who needs the camera.</param>
/// <param name="plan">Tells whether the next session is another one.</param>
/// <param name="signal">Set when any of that may have changed.</param>
internal sealed class CameraRest(MountSettings settings, Shard shard, MountStatus status, MountClients clients, SessionPlan plan, ShardSignal signal)
{
    /// <summary>A client's wish cuts the wait short, but a camera is not asked more often than this.</summary>
    private static readonly TimeSpan s_attemptDistance = TimeSpan.FromSeconds(1);

    /// <summary>A camera that closes idle connections is asked again only now and then.</summary>
    private static readonly TimeSpan s_idleReopen = TimeSpan.FromSeconds(30);

    /// <summary>Told when nobody needs the camera, which was let go; null: nobody wants to know.</summary>
    public Action? Began { get; init; }

    /// <summary>True while the camera is let go and nothing is asked of it; there is no session then.</summary>
    public bool IsResting { get; private set; }

    /// <summary>False where a wait is to end: the mount stops, or its next session is to be another one.</summary>
    public bool GoesOn => !status.IsStopping && !plan.IsOutOfDate;

    /// <summary>The camera was let go in order: it is left alone until somebody needs it.</summary>
    public async Task UntilNeededAsync()
    {
        IsResting = true;
        if (GoesOn && !clients.NeedCamera)
        {
            Began?.Invoke();
        }

        while (GoesOn && !clients.NeedCamera)
        {
            await signal.WaitAsync(null);
        }

        IsResting = false;
    }

    /// <summary>The camera closed a connection on which it held no session.</summary>
    public async Task AfterIdleCloseAsync()
    {
        long until = After(s_idleReopen);
        while (GoesOn && !clients.WantCamera && TimeUntil(until) is { } left && left > TimeSpan.Zero)
        {
            await signal.WaitAsync(left);
        }
    }

    /// <summary>The programme is over. The next client starts it again; a stream that is always on starts by itself, after a wait.</summary>
    public async Task AfterProgrammeAsync(AttemptWaits waits)
    {
        if (settings.AlwaysOn && !clients.Any)
        {
            long due = After(waits.AfterProgramme());
            while (GoesOn && settings.AlwaysOn && !clients.Any && TimeUntil(due) is { } left && left > TimeSpan.Zero)
            {
                await signal.WaitAsync(left);
            }
        }

        await UntilNeededAsync(); // which is over at once where the stream is always on
    }

    /// <summary>
    /// An attempt failed; a client's wish, or the return of another camera, cuts the wait short, unless the camera itself asked for it.
    /// </summary>
    public async Task AfterFailureAsync(TimeSpan wait, long failedMicros, bool mayHurry, ReturnNews returns)
    {
        long due = After(wait);
        while (GoesOn && TimeUntil(due) is { } left && left > TimeSpan.Zero)
        {
            if ((clients.AreInHurry || returns.IsHeard) && mayHurry)
            {
                TimeSpan distance = clients.AreInHurry ? s_attemptDistance : returns.Distance;
                due = Math.Min(due, failedMicros + (long)distance.TotalMicroseconds);
                left = TimeUntil(due);
                if (left <= TimeSpan.Zero)
                {
                    break;
                }
            }

            await signal.WaitAsync(left);
        }

        clients.AreInHurry = false;
    }

    private long After(TimeSpan wait) => shard.NowMicros + (long)wait.TotalMicroseconds;

    private TimeSpan TimeUntil(long micros) => TimeSpan.FromMicroseconds(micros - shard.NowMicros);
}
