using System.Text;
using System.Text.Json;
using FastRtspProxy.Operations.Cluster;
using FastRtspProxy.Operations.Cluster.Etcd;

namespace FastRtspProxy.Tests.Operations.Cluster;

/// <summary>What stands in etcd may be anybody's: it is read, or it is none of ours, and nobody is kept from reading what stands beside it.</summary>
public sealed class EtcdKeysTests
{
    [Theory]
    [InlineData("{\"rtsp\":\"rtsp://b:8554/\",\"capacity\":3}", 3)]
    [InlineData("{\"rtsp\":\"rtsp://b:8554\"}", 1)]
    [InlineData("{\"rtsp\":\"rtsp://b:8554\",\"capacity\":-4}", 1)]
    [InlineData("{\"rtsp\":\"rtsp://b:8554\",\"capacity\":1.5}", 1)]
    [InlineData("{\"rtsp\":\"rtsp://b:8554\",\"capacity\":\"3\"}", 1)]
    [InlineData("{\"rtsp\":\"rtsp://b:8554\",\"capacit\\ud800y\":3}", 1)] // half of a surrogate pair
    public void Member_OfABox_IsWhereItIsAndItsWeight(string value, int capacity) =>
        Assert.Equal(new ClusterMember("b", "rtsp://b:8554", capacity), EtcdKeys.Member("b", Encoding.UTF8.GetBytes(value)));

    [Theory]
    [InlineData("")]
    [InlineData("7")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("{\"rtsp\":7,\"node\":7,\"life\":7}")]
    [InlineData("{\"rtsp\":\"\\ud800\",\"node\":\"\\ud800\",\"life\":\"\\ud800\"}")]
    [InlineData("{\"rts\\ud800p\":\"x\",\"nod\\ud800e\":\"x\",\"lif\\ud800e\":\"x\"}")]
    [InlineData("{\"rtsp\":\"rtsp://b:8554\",\"node\":\"b\",\"life\":\"x\"")]
    public void Read_ValueOfSomebodyElse_IsNoneOfOurs(string value)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(value);

        Assert.Null(EtcdKeys.Member("b", bytes));
        Assert.Null(EtcdKeys.Owner(new EtcdKeyValue("/frp/c/owners/a", bytes, 1, 1, 0), ourLease: 0));
        Assert.Equal("", EtcdKeys.LifeOf(bytes));
    }

    [Fact]
    public void Read_HalfOfASurrogatePairAnywhere_WhatStandsBesideItIsRead()
    {
        using JsonDocument json = JsonDocument.Parse("{\"key\":\"\\ud800\",\"valu\\ud800e\":\"AAAA\",\"lease\":\"\\ud800\",\"mod_revision\":\"7\"}");

        EtcdKeyValue pair = EtcdKeyValue.Read(json.RootElement);

        Assert.Equal(("", 0, 7L, 0L), (pair.Key, pair.Value.Length, pair.ModRevision, pair.Lease));
        Assert.Equal(new EtcdRefusal(0, "status 500"), EtcdRefusal.Read(500, "{\"erro\\ud800r\":\"x\"}"));
    }
}
