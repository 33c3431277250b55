using FastRtspProxy.Operations.Cluster;

namespace FastRtspProxy.Tests.Operations.Cluster;

public sealed class RendezvousTests
{
    private static readonly ClusterMember s_a = new("a", "rtsp://192.0.2.1:8554", 100);
    private static readonly ClusterMember s_b = new("b", "rtsp://192.0.2.2:8554", 100);
    private static readonly ClusterMember s_c = new("c", "rtsp://192.0.2.3:8554", 100);

    private static readonly string[] s_streams = [.. Enumerable.Range(0, 3000).Select(static n => $"gate/{n}")];

    [Fact]
    public void Order_MembersInAnotherOrder_IsTheSame() =>
        Assert.All(s_streams.Take(100), static stream => Assert.Equal(Rendezvous.Order(stream, [s_a, s_b, s_c]), Rendezvous.Order(stream, [s_c, s_a, s_b])));

    [Fact]
    public void Order_OneGoes_MovesItsStreamsAloneAndToBothOthers()
    {
        ILookup<string, string> next = s_streams.Where(static stream => Rendezvous.Order(stream, [s_a, s_b, s_c])[0] == "a")
            .ToLookup(static stream => Rendezvous.Order(stream, [s_b, s_c])[0]);

        Assert.All(
            s_streams.Where(static stream => Rendezvous.Order(stream, [s_a, s_b, s_c])[0] != "a"),
            static stream => Assert.Equal(Rendezvous.Order(stream, [s_a, s_b, s_c])[0], Rendezvous.Order(stream, [s_b, s_c])[0]));
        Assert.InRange(next["b"].Count(), 400, 600);
        Assert.InRange(next["c"].Count(), 400, 600);
    }

    [Fact]
    public void Order_TwiceTheCapacity_TakesTwiceAsMany()
    {
        int ofB = s_streams.Count(static stream => Rendezvous.Order(stream, [s_a, s_b with { Capacity = 200 }])[0] == "b");

        Assert.InRange(ofB, 1900, 2100);
    }

    [Fact]
    public void PlaceOf_EachMember_IsItsPlaceInTheOrder()
    {
        ClusterMember[] members = [s_a, s_b, s_c];

        Assert.All(
            s_streams.Take(200), stream => Assert.Equal([0, 1, 2], Rendezvous.Order(stream, members).Select(node => Rendezvous.PlaceOf(node, stream, members))));
        Assert.Equal(3, Rendezvous.PlaceOf("d", "gate/1", members));
    }
}
