using FastRtspProxy.Engine.Ingest;
using FastRtspProxy.Engine.Mounts;

namespace FastRtspProxy.Tests.Engine.Ingest;

public sealed class WindowedMinimumTests
{
    private const long Second = 1_000_000;

    [Fact]
    public void Value_Nothing_IsNull()
    {
        WindowedMinimum minimum = default;
        Assert.Null(minimum.Value);
        minimum.Note(7, Second);
        Assert.Equal(7, minimum.Value);
        minimum.Clear();
        Assert.Null(minimum.Value);
    }

    [Fact]
    public void Value_ValuesThatGrow_ForgetsAfterTenToTwentySeconds()
    {
        WindowedMinimum minimum = default;
        for (int second = 0; second < 1000; second++)
        {
            minimum.Note(second, second * Second);
            Assert.InRange(minimum.Value!.Value, second - 21, Math.Max(0, second - 10));
        }
    }

    [Fact]
    public void Value_ValuesThatShrink_IsTheNewest()
    {
        WindowedMinimum minimum = default;
        for (int second = 0; second < 100; second++)
        {
            minimum.Note(-second, second * Second);
            Assert.Equal(-second, minimum.Value);
        }
    }

    [Fact]
    public void Value_AfterALongSilence_TheValuesBeforeItCountForTenSecondsMore()
    {
        WindowedMinimum minimum = default;
        minimum.Note(1, 0);
        minimum.Note(500, 300 * Second);
        Assert.Equal(1, minimum.Value);
        minimum.Note(500, 311 * Second);
        Assert.Equal(500, minimum.Value);
    }

    [Fact]
    public void Shift_MovesWhatIsThereAndNothingElse()
    {
        WindowedMinimum minimum = default;
        minimum.Note(5, 0);
        minimum.Shift(100);
        Assert.Equal(105, minimum.Value);
        minimum.Note(103, Second);
        Assert.Equal(103, minimum.Value);
    }
}
