using FastRtspProxy.Engine.Net;

namespace FastRtspProxy.Tests.Engine.Net;

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
