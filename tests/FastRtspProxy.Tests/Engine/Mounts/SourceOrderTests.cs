using FastRtspProxy.Engine.Mounts;

namespace FastRtspProxy.Tests.Engine.Mounts;

/// <summary>Which source comes next, by hours that nobody waits for.</summary>
public sealed class SourceOrderTests
{
    private const long Second = 1_000_000;

    [Fact]
    public void OnLost_One_IsTriedAgainAfterAWait()
    {
        SourceOrder order = new(1);

        Assert.False(order.OnLost(0, playedMicros: 60 * Second));
        Assert.Equal(0, order.Current);
    }

    [Fact]
    public void OnLost_EachInTurn_OnceBeforeThereIsAWait()
    {
        SourceOrder order = new(3);

        Assert.Equal([(true, 1), (true, 2), (false, 0), (true, 1), (true, 2), (false, 0)], Lose(order, 6, 0, 1));
    }

    [Fact]
    public void OnLost_LeftEarly_IsTriedOnceMoreBehindTheOthersInTheSameRound()
    {
        SourceOrder order = new(4);

        // The first is refused, the second and third are left early, the fourth is refused.
        Assert.True(order.MayLeaveEarly);
        Assert.Equal((true, 1), (order.OnLost(0, 0), order.Current));
        Assert.True(order.MayLeaveEarly);
        Assert.Equal((true, 2), (order.OnLost(1, 0, isEarly: true), order.Current));
        Assert.True(order.MayLeaveEarly);
        Assert.Equal((true, 3), (order.OnLost(2, 0, isEarly: true), order.Current));
        Assert.True(order.MayLeaveEarly); // two that were left early are left
        Assert.Equal((true, 1), (order.OnLost(3, 0), order.Current));

        // Now each has its time; then the round is over, and the next one is as the first.
        Assert.False(order.MayLeaveEarly);
        Assert.Equal((true, 2), (order.OnLost(4, 0), order.Current));
        Assert.False(order.MayLeaveEarly);
        Assert.Equal((false, 0), (order.OnLost(5, 0), order.Current));
        Assert.True(order.MayLeaveEarly);
    }

    [Fact]
    public void OnLost_EachIsLeftEarly_TheBestIsTriedAgainAtOnce()
    {
        SourceOrder order = new(2);

        Assert.Equal((true, 1), (order.OnLost(0, 0, isEarly: true), order.Current));
        Assert.True(order.MayLeaveEarly);
        Assert.Equal((true, 0), (order.OnLost(0, 0, isEarly: true), order.Current));
        Assert.False(order.MayLeaveEarly);
    }

    [Fact]
    public void OnLost_AfterOneThatPlayed_EachMayBeLeftEarlyAgain()
    {
        SourceOrder order = new(3);
        _ = order.OnLost(0, 0, isEarly: true);

        Assert.Equal((true, 2), (order.OnLost(30 * Second, 11 * Second), order.Current));
        Assert.True(order.MayLeaveEarly);
        Assert.Equal((true, 0), (order.OnLost(30 * Second, 0), order.Current));
        Assert.False(order.MayLeaveEarly); // it is the last one of the round
    }

    [Fact]
    public void MayLeaveEarly_One_Never()
    {
        SourceOrder order = new(1);

        Assert.False(order.MayLeaveEarly);
        _ = order.OnLost(0, 0);
        Assert.False(order.MayLeaveEarly);
    }

    [Fact]
    public void OnLost_TheSecondWhileTheFirstHasJustFailed_TheThirdComesBeforeTheFirst()
    {
        SourceOrder order = new(3);
        _ = order.OnLost(0, 3600 * Second);
        order.OnDelivers(1);

        Assert.Equal([(true, 2)], Lose(order, 1, 30, 30));
    }

    [Theory]
    [InlineData(10, 1)] // the camera has just failed: the file again
    [InlineData(90, 0)]
    public void OnProgrammeEnd_OfTheSecond_TheFirstIsTriedUnlessItHasJustFailed(int secondsLater, int next)
    {
        SourceOrder order = new(2);
        _ = order.OnLost(0, 3600 * Second);
        order.OnDelivers(1);

        order.OnProgrammeEnd(secondsLater * Second);

        Assert.Equal(next, order.Current);
    }

    [Fact]
    public void OnLost_TheSecondLongAfterTheFirst_TheBestComesFirst()
    {
        SourceOrder order = new(3);
        _ = order.OnLost(0, 3600 * Second);
        order.OnDelivers(1);

        Assert.Equal([(true, 0)], Lose(order, 1, 70, 70));
    }

    [Fact]
    public void OnLost_AfterTheFirstWasProbedInVain_TheFirstComesLast()
    {
        SourceOrder order = new(3);
        _ = order.OnLost(0, 3600 * Second);
        order.OnDelivers(1);
        order.OnProbeFailed(0, 3000 * Second);

        Assert.Equal([(true, 2)], Lose(order, 1, 3001, 3000));
    }

    [Fact]
    public void OnLost_SourcesThatPlayForAMoment_AreNoEndlessRound()
    {
        SourceOrder order = new(2);

        bool[] atOnce = [.. Lose(order, 6, 0, played: 1).Select(static step => step.AtOnce)];

        Assert.Equal([true, false, true, false, true, false], atOnce);
    }

    [Fact]
    public void OnLost_SourcesThatPlayedForAWhile_AreTriedAtOnce()
    {
        SourceOrder order = new(2);

        Assert.All(Lose(order, 6, 0, played: 11), static step => Assert.True(step.AtOnce));
    }

    [Fact]
    public void OnLetGo_LaterOn_BeginsWithTheBest()
    {
        SourceOrder order = new(2);
        _ = order.OnLost(0, 0);
        order.OnLetGo(30 * Second);
        Assert.Equal(1, order.Current); // the best one failed just now: whoever comes does not wait for it

        order.OnLetGo(61 * Second);
        Assert.Equal(0, order.Current);
    }

    [Fact]
    public void Take_ABetterOne_IsTheOneInUse()
    {
        SourceOrder order = new(2);
        _ = order.OnLost(0, 0);

        order.Take(0);

        Assert.Equal(0, order.Current);
        Assert.Equal([(true, 1)], Lose(order, 1, 1, 0));
    }

    [Theory]
    [InlineData(new[] { 1, 0 }, true, 0)] // another order
    [InlineData(new[] { 0, -1, 1 }, true, 2)] // one between
    [InlineData(new[] { 0 }, false, 0)] // it was taken out
    [InlineData(new[] { -1, -1 }, false, 0)]
    public void Change_OfTheList_KnowsTheOneInUse(int[] before, bool isThere, int current)
    {
        SourceOrder order = new(2);
        _ = order.OnLost(0, 0);

        Assert.Equal(isThere, order.Change(before));
        Assert.Equal((before.Length, current), (order.Count, order.Current));
    }

    private static (bool AtOnce, int Next)[] Lose(SourceOrder order, int times, long seconds, long played) =>
        [.. Enumerable.Range(0, times).Select(i => (order.OnLost((seconds + i) * Second, played * Second), order.Current))];
}
