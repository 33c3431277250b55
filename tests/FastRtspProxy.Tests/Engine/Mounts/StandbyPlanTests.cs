using FastRtspProxy.Engine.Backend;
using FastRtspProxy.Engine.Mounts;
using FastRtspProxy.Protocol.Rtsp;

namespace FastRtspProxy.Tests.Engine.Mounts;

/// <summary>Which better source is looked at, and when.</summary>
public sealed class StandbyPlanTests
{
    [Fact]
    public void Next_AfterTheLoss_WaitsAndLooksAtTheBestFirst()
    {
        StandbyPlan plan = new(new Random(1));
        IReadOnlyList<MountSource> sources = Sources("yyy");

        Assert.Null(plan.Next(sources, 2));
        Assert.Equal(TimeSpan.FromSeconds(1), plan.Wait());
        Assert.Equal(0, plan.Next(sources, 2));
        plan.OnFailed(0);
        Assert.Equal(1, plan.Next(sources, 2));
        plan.OnFailed(1);
        Assert.Null(plan.Next(sources, 2)); // the one in use is no better one
    }

    [Fact]
    public void Wait_RoundAfterRound_GrowsToHalfAMinute()
    {
        StandbyPlan plan = new(new Random(1));

        double[] waits = [.. Enumerable.Range(0, 8).Select(_ => plan.Wait().TotalSeconds)];

        Assert.Equal(1, waits[0]);
        Assert.InRange(waits[7], 7.5, 30);
        Assert.InRange(waits.Max(), 16, 30);
        plan.OnDelivers();
        Assert.Equal(1, plan.Wait().TotalSeconds);
    }

    [Theory]
    [InlineData("nyy", 2, 1)]
    [InlineData("ynn", 2, 0)]
    [InlineData("nny", 2, null)]
    [InlineData("yyy", 0, null)]
    public void Next_SourcesThatMustNotBeProbed_AreLeftAlone(string may, int inUse, int? expected)
    {
        StandbyPlan plan = new(new Random(1));
        _ = plan.Wait();

        Assert.Equal(expected, plan.Next(Sources(may), inUse));
        Assert.Equal(expected is not null, StandbyPlan.HasAny(Sources(may), inUse));
    }

    private static IReadOnlyList<MountSource> Sources(string may)
    {
        Assert.True(RtspUrl.TryParse("rtsp://h/a", out RtspUrl? url, out _));
        BackendOptions backend = new() { StreamName = "cam", Url = url, Credentials = new CameraCredentials(null, "h") };
        return [.. may.Select(one => new MountSource(backend, one == 'y'))];
    }
}
