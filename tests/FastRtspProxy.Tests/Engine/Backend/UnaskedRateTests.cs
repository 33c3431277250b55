using FastRtspProxy.Engine.Backend;

namespace FastRtspProxy.Tests.Engine.Backend;

public sealed class UnaskedRateTests
{
    [Fact]
    public void IsBearable_MoreThanTheMostInASecond_IsNot()
    {
        UnaskedRate rate = default;
        for (int i = 0; i < UnaskedRate.PerSecondMax; i++)
        {
            Assert.True(rate.IsBearable(5_000_000 + i));
        }

        Assert.False(rate.IsBearable(5_999_999));
    }

    [Fact]
    public void IsBearable_AsManyAsTheMostInEachSecond_IsForEver()
    {
        UnaskedRate rate = default;
        for (int i = 0; i < 10 * UnaskedRate.PerSecondMax; i++)
        {
            long second = i / UnaskedRate.PerSecondMax;
            Assert.True(rate.IsBearable((second * 1_000_001) + 5_000_000));
        }
    }
}
