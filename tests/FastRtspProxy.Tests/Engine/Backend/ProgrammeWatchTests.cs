using FastRtspProxy.Engine.Backend;

namespace FastRtspProxy.Tests.Engine.Backend;

public sealed class ProgrammeWatchTests
{
    private const long Second = 1_000_000;

    [Theory]
    [InlineData(12.3, 11.06, 0, false)]
    [InlineData(12.3, 11.08, 0, true)]
    [InlineData(12.3, 0.5, 11.0, false)] // sent faster than in real time
    [InlineData(12.3, 0.5, 11.1, true)]
    [InlineData(1, 0.95, 0, true)]
    [InlineData(60, 500, 62, true)] // a slow server
    [InlineData(60, 500, 20, false)] // its timestamps mean nothing, and by the clock it went on and on
    [InlineData(60, 75, 20, true)]
    [InlineData(0.04, 0.04, 0.04, false)] // cameras that write the length of a picture
    [InlineData(0.9, 0.9, 0.9, false)]
    [InlineData(2, 3, 4.1, true)]
    [InlineData(2, 5, 5, false)] // for a short one "beyond" is not ten seconds
    [InlineData(60, 75, 75, true)]
    [InlineData(60, 77, 77, false)] // it goes on: a camera whose range means nothing
    public void IsPlayedOut_NineTenthsByTheClockOrByTheTimestamps_IsTheEnd(double length, double wall, double media, bool expected)
    {
        ProgrammeWatch watch = new(TimeSpan.FromSeconds(length));
        watch.OnPlay(100 * Second);

        Assert.Equal(expected, watch.IsPlayedOut((100 * Second) + (long)(wall * Second), TimeSpan.FromSeconds(media)));
    }

    [Theory]
    [InlineData(60, 75, false)]
    [InlineData(60, 77, true)]
    [InlineData(2, 4.1, false)]
    [InlineData(2, 4.3, true)]
    [InlineData(0.04, 9, false)] // is no length to begin with
    public void OverrunBy_MediaThatWentOn_IsTheLength(double length, double media, bool expected) =>
        Assert.Equal(expected ? TimeSpan.FromSeconds(length) : null, new ProgrammeWatch(TimeSpan.FromSeconds(length)).OverrunBy(TimeSpan.FromSeconds(media)));

    [Fact]
    public void Overrun_Length_MeansNothingForAnHourAndNoOtherDoes()
    {
        OverrunLength overrun = new();
        TimeSpan length = TimeSpan.FromSeconds(60);
        Assert.False(overrun.Has(null, 0));
        Assert.False(overrun.Has(length, 0));
        overrun.Note(length, 5 * Second);

        Assert.True(overrun.Has(length, 3604 * Second));
        Assert.False(overrun.Has(length, 3605 * Second));
        Assert.False(overrun.Has(TimeSpan.FromSeconds(61), 6 * Second));
    }

    [Fact]
    public void IsPlayedOut_WithoutALength_IsNever()
    {
        ProgrammeWatch watch = new(null);
        watch.OnPlay(0);

        Assert.False(watch.IsPlayedOut(1_000_000 * Second, TimeSpan.FromDays(9)));
    }

    [Fact]
    public void IsPlayedOut_Pauses_DoNotCount()
    {
        ProgrammeWatch watch = new(TimeSpan.FromSeconds(10));
        Assert.False(watch.IsPlayedOut(50 * Second, TimeSpan.Zero));
        watch.OnPlay(100 * Second);
        watch.OnPause(104 * Second);
        watch.OnPause(150 * Second);
        Assert.False(watch.IsPlayedOut(200 * Second, TimeSpan.Zero));
        watch.OnPlay(200 * Second);
        Assert.False(watch.IsPlayedOut(204 * Second, TimeSpan.Zero));
        Assert.True(watch.IsPlayedOut(205 * Second, TimeSpan.Zero));
    }

    [Fact]
    public void IsPlayedOut_LastPacketBeforeThePresentPlay_CountsThePlaysBefore()
    {
        ProgrammeWatch watch = new(TimeSpan.FromSeconds(10));
        watch.OnPlay(100 * Second);
        watch.OnPause(104 * Second);
        watch.OnPlay(200 * Second);

        Assert.False(watch.IsPlayedOut(103 * Second, TimeSpan.Zero));
    }
}
