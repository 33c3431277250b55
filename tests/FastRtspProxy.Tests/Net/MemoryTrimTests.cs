using FastRtspProxy.Net;

namespace FastRtspProxy.Tests.Net;

public sealed class MemoryTrimTests
{
    [Fact]
    public void OnSecond_ACrowdHasGone_CollectsAWhileLaterAndOnceMoreAfterAMinute()
    {
        List<int> collected = [];
        int second = 0;
        MemoryTrim trim = new(() => collected.Add(second));
        for (; second < 300; second++)
        {
            trim.OnSecond(second < 10 ? 2000 : 3);
        }

        Assert.Equal([25, 72], collected);
    }

    /// <summary>Each collection stops the process for a moment: whoever connects and leaves without end must not have one each time.</summary>
    [Fact]
    public void OnSecond_CrowdsWithoutEnd_CollectionsAreSpaced()
    {
        int collected = 0;
        MemoryTrim trim = new(() => collected++);
        for (int second = 0; second < 3600; second++)
        {
            trim.OnSecond(second % 20 < 2 ? 300 : 3);
        }

        Assert.InRange(collected, 5, 4 + 12);
    }

    [Fact]
    public void OnSecond_ClientsComeAndGo_NothingIsCollected()
    {
        MemoryTrim trim = new(() => Assert.Fail("collected"));
        for (int second = 0; second < 3000; second++)
        {
            trim.OnSecond(1000 + (second % 200));
        }
    }
}
