using FastRtspProxy.Simulator.Receive;

namespace FastRtspProxy.Tests.Simulator.Receive;

public class SequenceTrackerTests
{
    [Fact]
    public void Take_AcrossTheWrap_IsInOrder()
    {
        SequenceTracker tracker = default;
        for (int i = 0; i < 70_000; i++)
        {
            Assert.Equal(SequenceVerdict.InOrder, tracker.Take((ushort)(65_530 + i), out int missing));
            Assert.Equal(0, missing);
        }

        Assert.Equal(70_000, tracker.Expected);
    }

    [Theory]
    [InlineData(2, 1)]
    [InlineData(5, 4)]
    [InlineData(3000, 2999)]
    public void Take_AfterAStep_SaysHowManyAreMissing(int step, int expected)
    {
        SequenceTracker tracker = default;
        tracker.Take(65_000, out _);

        Assert.Equal(SequenceVerdict.AfterGap, tracker.Take((ushort)(65_000 + step), out int missing));
        Assert.Equal(expected, missing);
    }

    [Fact]
    public void Take_TheSameTwice_IsADuplicate()
    {
        SequenceTracker tracker = default;
        tracker.Take(10, out _);
        tracker.Take(11, out _);

        Assert.Equal(SequenceVerdict.Duplicate, tracker.Take(11, out _));
        Assert.Equal(SequenceVerdict.Duplicate, tracker.Take(10, out _));
        Assert.Equal(SequenceVerdict.InOrder, tracker.Take(12, out _));
    }

    [Fact]
    public void Take_AMissingOneLater_IsLateOnceAndThenADuplicate()
    {
        SequenceTracker tracker = default;
        tracker.Take(10, out _);
        tracker.Take(12, out _);

        Assert.Equal(SequenceVerdict.Late, tracker.Take(11, out _));
        Assert.Equal(SequenceVerdict.Duplicate, tracker.Take(11, out _));
        Assert.Equal(SequenceVerdict.InOrder, tracker.Take(13, out _));
    }

    [Fact]
    public void Take_BeforeTheFirst_IsADuplicateAndNoGain()
    {
        SequenceTracker tracker = default;
        tracker.Take(10, out _);

        Assert.Equal(SequenceVerdict.Duplicate, tracker.Take(9, out _));
        Assert.Equal(1, tracker.Expected);
    }

    [Fact]
    public void Take_FarAway_IsARestartAndNoLoss()
    {
        SequenceTracker tracker = default;
        tracker.Take(10, out _);

        Assert.Equal(SequenceVerdict.Restart, tracker.Take(20_000, out int missing));
        Assert.Equal(0, missing);
        Assert.Equal(SequenceVerdict.InOrder, tracker.Take(20_001, out _));
        Assert.Equal(2, tracker.Expected);
    }
}
