using Microsoft.Extensions.Time.Testing;

namespace FastRtspProxy.TestPeers;

/// <summary>
/// A clock that tests move, of which the wall clock can be set by itself, as a user or NTP does: the monotonic one goes on as it was. That of the base type is one number for both.
/// </summary>
internal sealed class SteppedClock : FakeTimeProvider
{
    /// <summary>From the base type's wall clock to this one's, in ticks; any thread, by Interlocked.</summary>
    private long _stepTicks;

    public override DateTimeOffset GetUtcNow() => base.GetUtcNow().AddTicks(Interlocked.Read(ref _stepTicks));

    /// <summary>Of the base type's clock: it takes its timestamps from the wall clock, which is this type's.</summary>
    public override long GetTimestamp() => base.GetUtcNow().Ticks;

    /// <summary>Sets the wall clock; timers and timestamps do not notice.</summary>
    public void SetWallClock(DateTimeOffset to) => Interlocked.Exchange(ref _stepTicks, (to - base.GetUtcNow()).Ticks);
}
