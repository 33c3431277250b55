using FastRtspProxy.Tests.Weaknesses;

namespace FastRtspProxy.Tests.Engine;

/// <summary>Newcomers that are turned away by a request: the log says since when, and until when.</summary>
public sealed class ProxyEngineDrainTests
{
    [Fact]
    public async Task Drain_EachChange_IsSaidOnce()
    {
        await using ProxyHost host = await ProxyHost.StartAsync([]);

        host.Engine.Drain(true);
        host.Engine.Drain(true);
        host.Engine.Drain(false);
        host.Engine.Drain(false);

        Assert.Equal(
            ["Nobody new is let in, by a request; 0 viewers watch on", "Viewers are let in again, by a request"],
            host.Log.Texts.Where(static line => line.Contains("by a request", StringComparison.Ordinal)));
    }

    /// <summary>The end says of itself that it begins, and no request takes it back.</summary>
    [Fact]
    public async Task Drain_WhenTheEndHasBegun_SaysAndChangesNothing()
    {
        await using ProxyHost host = await ProxyHost.StartAsync([]);
        host.Engine.BeginDrain();

        host.Engine.Drain(false);

        Assert.True(host.Engine.IsDraining);
        Assert.DoesNotContain(host.Log.Texts, static line => line.Contains("by a request", StringComparison.Ordinal));
    }
}
