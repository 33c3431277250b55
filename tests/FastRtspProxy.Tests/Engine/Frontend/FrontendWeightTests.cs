using FastRtspProxy.Net;
using FastRtspProxy.TestPeers;
using static FastRtspProxy.Tests.Engine.Frontend.PlayDialogue;

namespace FastRtspProxy.Tests.Engine.Frontend;

/// <summary>What connections weigh on shards: what their sessions do, as long as those live.</summary>
public sealed class FrontendWeightTests
{
    private const long BitsPerSecond = 2_000_000;

    private static long WeightOf(FrontendHost host) => host.Shards.Sum(static shard => shard.Weight);

    [Fact]
    public async Task Connection_ItsSessionsLeaveAndItStays_ItWeighsWhatIsLeft()
    {
        await using FrontendHost host = await FrontendHost.StartAsync();
        host.Mount.BitsPerSecond = BitsPerSecond;
        long one = ShardPlacement.WeightOf(BitsPerSecond);
        using RtspTestClient client = await host.ConnectAsync();
        string first = await SetUpTcpAsync(host, client, tracks: 1);
        string second = await SetUpTcpAsync(host, client, tracks: 1, firstChannel: 4);
        Assert.Equal(200, (await client.RequestAsync("PLAY", host.Url, "Session: " + first)).Status);
        Assert.Equal(2 * one, WeightOf(host));

        Assert.Equal(200, (await client.RequestAsync("TEARDOWN", host.Url, "Session: " + first)).Status);
        Assert.Equal(one, WeightOf(host));
        Assert.Equal(200, (await client.RequestAsync("TEARDOWN", host.Url, "Session: " + second)).Status);

        Assert.Equal(0, WeightOf(host));
    }

    [Fact]
    public async Task Connection_IsClosed_WeighsNothing()
    {
        await using FrontendHost host = await FrontendHost.StartAsync();
        RtspTestClient client = await host.ConnectAsync();
        await SetUpTcpAsync(host, client);
        Assert.True(WeightOf(host) > 0);

        client.Dispose();

        await Until.TrueAsync(() => WeightOf(host) == 0);
    }
}
