using FastRtspProxy.Operations.Cluster;

namespace FastRtspProxy.Tests.Operations.Cluster;

/// <summary>How long a box may go on, by its own clock; and that all times of a cluster fit into each other.</summary>
public sealed class FenceTests
{
    [Fact]
    public void Left_AfterARenewal_CountsFromItsSendingAndNotFromItsAnswer()
    {
        FakeTimeProvider time = new();
        Fence fence = new(time);
        ClusterTimings timings = new(TimeSpan.FromSeconds(2));
        long sent = time.GetTimestamp();
        time.Advance(TimeSpan.FromMilliseconds(400));

        fence.Extend(sent, timings.Fence);

        Assert.Equal(TimeSpan.FromMilliseconds(1000), fence.Left);
        time.Advance(TimeSpan.FromMilliseconds(1001));
        Assert.True(fence.Left < TimeSpan.Zero);
    }

    [Fact]
    public void Extend_AnOlderAnswerThatComesLate_TakesNothingAway()
    {
        FakeTimeProvider time = new();
        Fence fence = new(time);
        long first = time.GetTimestamp();
        time.Advance(TimeSpan.FromMilliseconds(400));
        fence.Extend(time.GetTimestamp(), TimeSpan.FromSeconds(1.4));

        fence.Extend(first, TimeSpan.FromSeconds(1.4));

        Assert.Equal(TimeSpan.FromSeconds(1.4), fence.Left);
    }

    [Fact]
    public void Extend_AfterTheEnd_SaysThatItIsBack()
    {
        FakeTimeProvider time = new();
        Fence fence = new(time);
        Assert.True(fence.Extend(time.GetTimestamp(), TimeSpan.FromSeconds(1)));
        Assert.False(fence.Extend(time.GetTimestamp(), TimeSpan.FromSeconds(1)));
        time.Advance(TimeSpan.FromSeconds(5));

        Assert.False(fence.Extend(time.GetTimestamp() - (2 * time.TimestampFrequency), TimeSpan.FromSeconds(1)));
        Assert.True(fence.Extend(time.GetTimestamp(), TimeSpan.FromSeconds(1)));
    }

    /// <summary>A box that was stopped for 5 s, and goes on.</summary>
    [Fact]
    public void Left_ClockGoesOnWhileTheProcessIsStopped_IsOver()
    {
        FakeTimeProvider time = new();
        Fence fence = new(time);
        fence.Extend(time.GetTimestamp(), TimeSpan.FromSeconds(1.4));

        time.Advance(TimeSpan.FromSeconds(5));

        Assert.Equal(TimeSpan.FromSeconds(-3.6), fence.Left);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(10)]
    [InlineData(60)]
    public void Timings_AnyTtl_TheOthersAreAskedAndAnswerBeforeTheFenceAndThatIsBeforeTheEnd(int seconds)
    {
        ClusterTimings timings = new(TimeSpan.FromSeconds(seconds));

        // A renewal that should have been answered says that the engine is lost; the question goes out behind that, and its answer is there in time.
        Assert.True(timings.Renewal < timings.LostAfter);
        Assert.True(timings.LostAfter < timings.AskAfter);
        Assert.True(timings.AskAfter + timings.PeerAnswer < timings.Fence);
        Assert.True(timings.Fence + TimeSpan.FromMilliseconds(300) <= timings.Ttl);
    }

    [Theory]
    [InlineData(3, "", false)] // nobody answers: cut off
    [InlineData(3, "lost", true)] // two of three
    [InlineData(3, "lost lost", true)]
    [InlineData(3, "lost up", false)] // one still has the engine, and may claim by it
    [InlineData(3, "up up", false)]
    [InlineData(2, "lost", true)]
    [InlineData(2, "up", false)]
    [InlineData(5, "lost", false)]
    [InlineData(5, "lost lost", true)]
    [InlineData(1, "", false)] // it may be that the others are not known yet
    public void AllHaveLost_AnswersOfTheOthers_SaysWhetherOwnershipIsFrozen(int boxes, string answers, bool expected) =>
        Assert.Equal(expected, PeerQuorum.AllHaveLost(boxes, [.. answers.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(static word => word == "lost")]));
}
