using FastRtspProxy.Engine.Frontend;

namespace FastRtspProxy.Tests.Engine.Frontend;

public sealed class StuckWatchTests
{
    private const long Second = 1_000_000;
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(20);

    [Fact]
    public void IsStuck_NothingIsTaken_IsSoAfterTheLimit()
    {
        StuckWatch watch = default;

        Assert.Equal(22, FirstStuckSecond(ref watch, from: 1, static _ => 100));
    }

    [Fact]
    public void IsStuck_SomethingIsTakenNowAndThen_IsNever()
    {
        StuckWatch watch = default;

        Assert.Equal(-1, FirstStuckSecond(ref watch, from: 1, static second => second / 19));
    }

    /// <summary>The line was down for 24 s and is back; what was lost is being sent again, and nothing new was taken yet.</summary>
    [Fact]
    public void IsStuck_TheLineHasJustComeBack_TheClientHasTheWholeTime()
    {
        StuckWatch watch = default;
        Assert.Equal(22, FirstStuckSecond(ref watch, from: 1, static _ => 100));

        watch.OnLineDown(22 * Second);

        Assert.False(watch.IsStuck(25 * Second, waits: true, 100, s_limit));
        Assert.Equal(43, FirstStuckSecond(ref watch, from: 26, static _ => 100));
    }

    [Fact]
    public void IsInDoubt_FromTheSecondLookAtWhichNothingWasTaken()
    {
        StuckWatch watch = default;

        Assert.Equal((false, false), (watch.IsStuck(Second, waits: true, 100, s_limit), watch.IsInDoubt(Second)));
        Assert.Equal((false, true), (watch.IsStuck(2 * Second, waits: true, 100, s_limit), watch.IsInDoubt(2 * Second)));
        Assert.Equal((false, false), (watch.IsStuck(3 * Second, waits: true, 200, s_limit), watch.IsInDoubt(3 * Second)));
        Assert.Equal((false, false), (watch.IsStuck(4 * Second, waits: false, 200, s_limit), watch.IsInDoubt(4 * Second)));
    }

    private static int FirstStuckSecond(ref StuckWatch watch, int from, Func<int, long> takenBytes)
    {
        for (int second = from; second < 100; second++)
        {
            if (watch.IsStuck(second * Second, waits: true, takenBytes(second), s_limit))
            {
                return second;
            }
        }

        return -1;
    }
}
