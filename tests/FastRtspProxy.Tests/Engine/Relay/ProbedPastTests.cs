using FastRtspProxy.Engine.Relay;

namespace FastRtspProxy.Tests.Engine.Relay;

/// <summary>How much of the past suits who looks at 28 pictures, as a table.</summary>
public sealed class ProbedPastTests
{
    [Theory]
    [InlineData(1120, 1000, 1570)]
    [InlineData(1120, 2000, 2020)]
    [InlineData(1120, 4000, 2020)]
    [InlineData(1120, 40, 1138)] // each picture stands alone
    [InlineData(1120, 0, 2020)] // one key frame was seen so far
    [InlineData(1867, 2000, 2767)] // 15 pictures a second
    [InlineData(5000, 10_000, 5900)]
    public void MicrosMax_AnyGroups_LessThanHalfOfTheJoinsGetALongerOne(int probedMillis, int groupMillis, int expectedMillis) =>
        Assert.Equal(expectedMillis * 1000L, ProbedPast.MicrosMax(probedMillis * 1000L, groupMillis * 1000L));
}
