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
            Assert.InRange(schedule.Next(false).TotalSeconds, most * 0.25, most);
        }
    }

    /// <summary>A switch has taken its cameras in one moment: however long it is away, one of them tries within five seconds of its return.</summary>
    [Theory]
    [InlineData(500)]
    [InlineData(48)]
    public void Next_ManyLostAtOnce_OneOfThemTriesSoonAtAnyTime(int cameras)
    {
        Random random = new(1);
        List<double> attempts = [];
        for (int i = 0; i < cameras; i++)
        {
            RetrySchedule schedule = new(random);
            for (double at = schedule.Next(false).TotalSeconds; at < 300; at += schedule.Next(false).TotalSeconds)
            {
                attempts.Add(at);
            }
        }

        attempts.Sort();
        Assert.InRange(attempts.Zip(attempts.Skip(1), static (one, next) => next - one).Max(), 0, 5);
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
