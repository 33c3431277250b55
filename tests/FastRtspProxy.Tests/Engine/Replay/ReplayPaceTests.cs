using FastRtspProxy.Engine.Frontend;

namespace FastRtspProxy.Tests.Engine.Replay;

public sealed class ReplayPaceTests
{
    private const long Second = 1_000_000;

    [Fact]
    public void Take_MoreThanTheBurst_WaitsForTheRest()
    {
        ReplayPace pace = default;
        long now = 1000 * Second;

        // 1 Mbit/s, 125,000 bytes in one go.
        Assert.Equal(0, pace.Take(125_000, 1_000_000, Second, now));
        Assert.Equal(100_000, pace.Take(12_500, 1_000_000, Second, now));
        Assert.Equal(0, pace.Take(12_500, 1_000_000, Second, now + 200_000));
        Assert.Equal(100_000, pace.Take(12_500, 1_000_000, Second, now + 200_000));
    }

    [Fact]
    public void Take_AfterASilence_NoMoreThanTheBurstIsMadeUpFor()
    {
        ReplayPace pace = default;
        Assert.Equal(0, pace.Take(125_000, 1_000_000, Second, 1000 * Second));

        Assert.Equal(0, pace.Take(125_000, 1_000_000, Second, 1010 * Second));
        Assert.Equal(8, pace.Take(1, 1_000_000, Second, 1010 * Second));
    }

    [Fact]
    public void Take_AtAnyPace_SomethingGoesEachSecond()
    {
        ReplayPace pace = default;

        Assert.Equal(Second, pace.Take(1400, 1, Second, 1000 * Second));
        Assert.Equal(Second, pace.Take(1400, 1, Second, 1001 * Second));
    }
}
