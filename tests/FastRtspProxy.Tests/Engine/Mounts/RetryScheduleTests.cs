using FastRtspProxy.Engine.Mounts;

namespace FastRtspProxy.Tests.Engine.Mounts;

public sealed class RetryScheduleTests
{
    [Theory]
    [InlineData(true, new double[] { 2, 4, 5, 5, 5, 5 })]
    [InlineData(false, new double[] { 2, 4, 8, 16, 30, 30, 30 })]
    public void Next_FailureAfterFailure_ASecondThenLongerAndLongerWithJitter(bool clientsAreHeld, double[] upper)
    {
        RetrySchedule schedule = new(new Random(1));
        Assert.Equal(1, schedule.Next(clientsAreHeld).TotalSeconds);
        List<double> waits = [];
        foreach (double most in upper)
        {
            waits.Add(schedule.Next(clientsAreHeld).TotalSeconds);
            Assert.InRange(waits[^1], most * 0.25, most);
        }

        Assert.Equal(upper.Length, waits.Distinct().Count());
    }

    /// <summary>A switch has taken its cameras in one moment: however long it is away, one of them tries within five seconds of its return.</summary>
    [Theory]
    [InlineData(500, false, 5)]
    [InlineData(48, false, 5)]
    [InlineData(48, true, 1.5)] // half a minute of hold leaves less time
    public void Next_ManyLostAtOnce_OneOfThemTriesSoonAtAnyTime(int cameras, bool clientsAreHeld, double longest)
    {
        Random random = new(1);
        List<double> attempts = [];
        for (int i = 0; i < cameras; i++)
        {
            RetrySchedule schedule = new(random);
            for (double at = schedule.Next(clientsAreHeld).TotalSeconds; at < 300; at += schedule.Next(clientsAreHeld).TotalSeconds)
            {
                attempts.Add(at);
            }
        }

        attempts.Sort();
        Assert.InRange(attempts.Zip(attempts.Skip(1), static (one, next) => next - one).Max(), 0, longest);
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
