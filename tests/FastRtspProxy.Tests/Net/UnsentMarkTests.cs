using FastRtspProxy.Net;

namespace FastRtspProxy.Tests.Net;

public sealed class UnsentMarkTests
{
    [Theory]
    [InlineData(0, 131_072)] // not measured yet
    [InlineData(8_000, 65_536)] // sound alone
    [InlineData(131_072, 65_536)]
    [InlineData(250_000, 125_000)] // 2 Mbit/s
    [InlineData(2_500_000, 1_250_000)] // 20 Mbit/s
    [InlineData(long.MaxValue, 33_554_432)]
    public void For_ARate_IsHalfASecondOfItAndNeverUnder64KiB(long bytesPerSecond, int expectedBytes) =>
        Assert.Equal(expectedBytes, UnsentMark.For(bytesPerSecond));

    [Theory]
    [InlineData(0, 131_072)]
    [InlineData(1, 65_536)]
    [InlineData(2_000_000, 2_000_000)]
    [InlineData(100_000_000_000, 33_554_432)]
    public void ForConnection_TheSumOfItsViewers_StaysWithinTheLimits(long sumBytes, int expectedBytes) =>
        Assert.Equal(expectedBytes, UnsentMark.ForConnection(sumBytes));

    [Theory]
    [InlineData(UnsentMark.UnknownBytes, UnsentMark.UnknownBytes, false)]
    [InlineData(UnsentMark.UnknownBytes, 125_000, true)] // the first measurement counts, however near
    [InlineData(1_000_000, 1_250_000, false)]
    [InlineData(1_000_000, 1_250_001, true)]
    [InlineData(1_000_000, 750_000, false)]
    [InlineData(1_000_000, 749_999, true)]
    public void IsWorthSetting_ARateThatMoves_OnlyWhenByAQuarter(int presentBytes, int wantedBytes, bool expected) =>
        Assert.Equal(expected, UnsentMark.IsWorthSetting(presentBytes, wantedBytes));
}
