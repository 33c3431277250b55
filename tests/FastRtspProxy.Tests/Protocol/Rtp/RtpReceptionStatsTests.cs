using FastRtspProxy.Protocol.Rtp;

namespace FastRtspProxy.Tests.Protocol.Rtp;

public class RtpReceptionStatsTests
{
    [Fact]
    public void Update_InOrderOverTheWrap_LosesNothing()
    {
        RtpReceptionStats stats = Feed(65533, 65534, 65535, 0, 1, 2);

        Assert.Equal((6L, 6L, 0L), (stats.Expected, stats.Received, stats.Lost));
        Assert.Equal(0x10002u, stats.ExtendedHighest);
    }

    [Fact]
    public void Update_GapOverTheWrap_CountsTheLost()
    {
        RtpReceptionStats stats = Feed(65533, 65534, 1, 2);

        Assert.Equal((6L, 4L, 2L), (stats.Expected, stats.Received, stats.Lost));
        Assert.Equal((2 << 8) / 6, stats.FractionLostAndReset());
        Assert.Equal(0, stats.FractionLostAndReset());
    }

    [Fact]
    public void Update_LatePacketOverTheWrap_IsOutOfOrderAndNotLost()
    {
        RtpReceptionStats stats = Feed(65534, 0, 65535, 1);

        Assert.Equal((4L, 4L, 0L), (stats.Expected, stats.Received, stats.Lost));
        Assert.Equal((1L, 0L), (stats.OutOfOrder, stats.Duplicates));
        Assert.Equal(0x10001u, stats.ExtendedHighest);
    }

    [Fact]
    public void UpdateUnused_BetweenTheOthers_IsNotLostAndTellsNothingOfTheJitter()
    {
        RtpReceptionStats stats = Feed(10);
        stats.UpdateUnused(11);
        stats.Update(12, 0, 0);

        Assert.Equal((3L, 3L, 0L, 0u), (stats.Expected, stats.Received, stats.Lost, stats.Jitter));
    }

    [Fact]
    public void Update_Duplicates_AreCountedAndMakeLossNegative()
    {
        RtpReceptionStats stats = Feed(10, 11, 11, 12, 11);

        Assert.Equal((3L, 5L, -2L, 2L, 0L), (stats.Expected, stats.Received, stats.Lost, stats.Duplicates, stats.OutOfOrder));
        Assert.Equal(0, stats.FractionLostAndReset());
    }

    [Fact]
    public void Update_LateThenDuplicateOfTheLate_AreToldApart()
    {
        RtpReceptionStats stats = Feed(10, 12, 11, 11);

        Assert.Equal((1L, 1L, -1L), (stats.OutOfOrder, stats.Duplicates, stats.Lost));
    }

    [Fact]
    public void Update_OneStrayFarAway_IsIgnored()
    {
        RtpReceptionStats stats = Feed(100, 30000, 101, 102);

        Assert.Equal((3L, 3L, 0L, 0L), (stats.Expected, stats.Received, stats.Lost, stats.Restarts));
        Assert.Equal(102u, stats.ExtendedHighest);
    }

    [Fact]
    public void Update_TwoInARowFarAway_AreARestart()
    {
        RtpReceptionStats stats = Feed(100, 101, 30000, 30001, 30002);

        Assert.Equal((1L, 2L, 2L, 0L), (stats.Restarts, stats.Expected, stats.Received, stats.Lost));
        Assert.Equal(30002u, stats.ExtendedHighest);
    }

    [Fact]
    public void LostOfAll_AfterARestart_IsTheSum()
    {
        RtpReceptionStats stats = Feed(100, 103, 30000, 30001, 30003);

        Assert.Equal((1L, 3L), (stats.Lost, stats.LostOfAll));
    }

    [Theory]
    [InlineData(2999, 2998)]
    [InlineData(3000, 0)]
    public void Update_StepForward_IsLossBelowMaxDropout(int step, long lost)
    {
        RtpReceptionStats stats = Feed(1, (ushort)(1 + step));

        Assert.Equal(lost, stats.Lost);
    }

    [Fact]
    public void Update_StepBackOfMaxMisorder_IsLateNotARestart()
    {
        RtpReceptionStats stats = Feed(1000, 1001, 1100, 1000);

        Assert.Equal((0L, 1L), (stats.Restarts, stats.Duplicates));
    }

    [Fact]
    public void Update_ManyCycles_ExtendTheHighest()
    {
        RtpReceptionStats stats = new();
        for (int i = 0; i < 200_000; i++)
        {
            stats.Update((ushort)i, 0, 0);
        }

        Assert.Equal((199_999u, 200_000L, 0L), (stats.ExtendedHighest, stats.Expected, stats.Lost));
    }

    [Fact]
    public void Lost_AfterMoreThanTwoToThe32Packets_IsExact()
    {
        // A camera that loses 1,999 of 2,000: the numbers of 25 days in two million calls.
        const long last = (1L << 32) + 10_000;
        RtpReceptionStats stats = new();
        long received = 0;
        for (long i = 0; i <= last; i += 2000)
        {
            stats.Update((ushort)i, 0, 0);
            received++;
        }

        long expected = (last / 2000 * 2000) + 1;
        Assert.Equal((expected, expected - received), (stats.Expected, stats.Lost));
        Assert.Equal(unchecked((uint)(expected - 1)), stats.ExtendedHighest);
    }

    [Fact]
    public void FractionLost_OverTwoToThe32Numbers_IsOfThatIntervalOnly()
    {
        RtpReceptionStats stats = new();
        for (long i = 0; i < 1L << 32; i += 2048)
        {
            stats.Update((ushort)i, 0, 0);
        }

        _ = stats.FractionLostAndReset();
        stats.Update(0, 0, 0);
        stats.Update(1, 0, 0);
        stats.Update(2, 0, 0);
        stats.Update(4, 0, 0);

        // 2,047 of the gap at the wrap and one more, of 2,052.
        Assert.Equal(2048 * 256 / 2052, stats.FractionLostAndReset());
    }

    [Fact]
    public void FractionLost_PerInterval_IsOfThatIntervalOnly()
    {
        RtpReceptionStats stats = Feed(0, 1, 2, 3);
        Assert.Equal(0, stats.FractionLostAndReset());
        stats.Update(7, 0, 0);

        Assert.Equal(3 * 256 / 4, stats.FractionLostAndReset());
        stats.Update(8, 0, 0);
        Assert.Equal(0, stats.FractionLostAndReset());
        Assert.Equal(3, stats.Lost);
    }

    [Fact]
    public void Jitter_SteadyArrival_IsZero()
    {
        RtpReceptionStats stats = new();
        for (ushort i = 0; i < 100; i++)
        {
            stats.Update(i, i * 3600u, unchecked(0xFFFFFF00u + (i * 3600u)));
        }

        Assert.Equal(0u, stats.Jitter);
    }

    [Fact]
    public void Jitter_EachPacketHalfLate_ApproachesTheDifference()
    {
        RtpReceptionStats stats = new();
        for (ushort i = 0; i < 1000; i++)
        {
            stats.Update(i, i * 160u, (i * 160u) + ((i & 1) == 0 ? 0u : 80u));
        }

        Assert.InRange(stats.Jitter, 79u, 80u);
    }

    private static RtpReceptionStats Feed(params ushort[] sequenceNumbers)
    {
        RtpReceptionStats stats = new();
        foreach (ushort number in sequenceNumbers)
        {
            stats.Update(number, 0, 0);
        }

        return stats;
    }
}
