using FastRtspProxy.Engine.Mounts;

namespace FastRtspProxy.Tests.Engine.Mounts;

public sealed class RateMeterTests
{
    private const long Second = 1_000_000;

    [Fact]
    public void Note_SteadyGrowth_IsTheRate()
    {
        RateMeter meter = default;
        for (int i = 0; i <= 100; i++)
        {
            meter.Note(i * 50_000L, i * (Second / 10)); // 500,000 bytes a second
            Assert.Equal(i < 10 ? 0 : 4_000_000, meter.BitsPerSecond);
        }
    }

    [Fact]
    public void Note_RateChanges_IsThereWithinTwoWindows()
    {
        RateMeter meter = default;
        long bytes = 0;
        for (int i = 0; i < 30; i++)
        {
            meter.Note(bytes += i < 15 ? 1_000_000 : 100_000, i * Second);
        }

        Assert.InRange(meter.BitsPerSecond, 800_000, 900_000);
    }

    [Fact]
    public void Begin_CameraComesBack_TheSilenceIsNotCounted()
    {
        RateMeter meter = default;
        meter.Note(0, 0);
        meter.Note(500_000, Second);
        meter.Begin(500_000, 100 * Second);
        Assert.Equal(4_000_000, meter.BitsPerSecond); // what is known until there is more

        meter.Note(600_000, 101 * Second);

        Assert.Equal(800_000, meter.BitsPerSecond);
        meter.Forget();
        Assert.Equal(0, meter.BitsPerSecond);
    }
}
