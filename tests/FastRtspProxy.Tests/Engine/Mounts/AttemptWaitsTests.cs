using FastRtspProxy.Engine.Backend;
using FastRtspProxy.Engine.Mounts;

namespace FastRtspProxy.Tests.Engine.Mounts;

public sealed class AttemptWaitsTests
{
    private const long Briefly = 1_000_000;
    private const long Long = 10_000_000;
    private static readonly BackendFailure s_redirect = new(BackendFailureKind.Redirected, "it sends us elsewhere");
    private static readonly BackendFailure s_lost = new(BackendFailureKind.ConnectionLost, "it is lost");

    private readonly AttemptWaits _waits = new(new Random(1));

    [Fact]
    public void After_AnotherWayPromisesToWork_AtOnceFiveTimesInARow()
    {
        for (int i = 0; i < 5; i++)
        {
            Assert.Null(_waits.After(s_redirect, clientsWait: true, Briefly));
        }

        Assert.Equal(TimeSpan.FromSeconds(1), _waits.After(s_redirect, clientsWait: true, Briefly));
        Assert.Null(_waits.After(s_redirect, clientsWait: true, Long)); // it played: a new row
    }

    [Fact]
    public void After_RoundOfWays_AtOnceAsLongAsThereIsAnother()
    {
        BackendFailure next = new(BackendFailureKind.WayFailed, "no datagram came") { NextWay = MediaWay.Tcp };

        Assert.All(Enumerable.Range(0, 20), _ => Assert.Null(_waits.After(next, clientsWait: true, 0)));
    }

    [Fact]
    public void After_Losses_LongerAndLongerUntilMediaComes()
    {
        double[] seconds = [.. Enumerable.Range(0, 4).Select(_ => _waits.After(s_lost, clientsWait: true, 0)!.Value.TotalSeconds)];
        _waits.OnMedia();

        Assert.Equal(1, seconds[0]);
        Assert.All(seconds[1..].Zip(new double[] { 2, 4, 5 }), static wait => Assert.InRange(wait.First, wait.Second * 0.25, wait.Second));
        Assert.Equal(TimeSpan.FromSeconds(1), _waits.After(s_lost, clientsWait: true, 0));
    }

    [Theory]
    [InlineData(7, null, 7)]
    [InlineData(7, 20, 20)]
    [InlineData(7, 3, 7)]
    [InlineData(null, 20, 20)]
    [InlineData(null, null, 1)]
    public void After_FailureWithAWaitOfItsOwnAndTheCamerasWish_TheLongerOne(int? first, int? wish, int expected)
    {
        BackendFailure failure = s_lost with
        {
            FirstWait = first is { } f ? TimeSpan.FromSeconds(f) : null,
            RetryAfter = wish is { } w ? TimeSpan.FromSeconds(w) : null,
        };

        Assert.Equal(TimeSpan.FromSeconds(expected), _waits.After(failure, clientsWait: true, 0));
    }
}
