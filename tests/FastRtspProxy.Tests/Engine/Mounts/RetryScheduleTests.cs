using FastRtspProxy.Engine.Mounts;

namespace FastRtspProxy.Tests.Engine.Mounts;

public sealed class RetryScheduleTests
{
    [Fact]
    public void Next_ClientsHeld_IsOneTwoFourFiveFive()
    {
        RetrySchedule schedule = new(new Random(1));
        Assert.Equal([1, 2, 4, 5, 5, 5], Enumerable.Range(0, 6).Select(_ => schedule.Next(true).TotalSeconds));
    }

    [Fact]
    public void Next_NobodyHeld_GrowsToThirtySecondsWithJitter()
    {
        RetrySchedule schedule = new(new Random(1));
        double[] upper = [1, 2, 4, 8, 16, 30, 30, 30];
        foreach (double most in upper)
        {
            Assert.InRange(schedule.Next(false).TotalSeconds, most * 0.8, most);
        }
    }

    [Fact]
    public void Reset_AfterFailures_BeginsAtOneSecond()
    {
        RetrySchedule schedule = new(new Random(1));
        schedule.Next(false);
        schedule.Next(false);
        schedule.Reset();
        Assert.Equal(1, schedule.Next(false).TotalSeconds);
    }
}
