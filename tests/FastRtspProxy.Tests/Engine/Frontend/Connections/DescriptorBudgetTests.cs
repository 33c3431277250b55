using FastRtspProxy.Engine;
using FastRtspProxy.Engine.Frontend;

namespace FastRtspProxy.Tests.Engine.Frontend;

/// <summary>How descriptors are divided between cameras and clients.</summary>
public sealed class DescriptorBudgetTests
{
    [Theory]
    [InlineData(1024, 60, 1, 38, 910)]
    [InlineData(1024, 60, 100, 632, 316)]
    [InlineData(1_048_576, 60, 64, 416, 1_048_084)]
    [InlineData(160, 50, 1, 38, 56)]
    public void Of_EnoughForTheReserve_ClientsGetTheRest(long limit, long open, long streams, int cameras, int connections)
    {
        DescriptorBudget budget = DescriptorBudget.Of(limit, open, streams);

        Assert.Equal((cameras, connections, false), (budget.ForCameras, budget.Connections, budget.IsShort));
    }

    [Fact]
    public void Of_GroupsAndBackChannels_HavePairsOfTheirOwn()
    {
        DescriptorBudget without = DescriptorBudget.Of(1024, 60, 10);

        DescriptorBudget with = DescriptorBudget.Of(1024, 60, 10, pairs: 10);

        Assert.Equal((without.ForCameras + 20, without.Connections - 20), (with.ForCameras, with.Connections));
    }

    [Fact]
    public void PairsOf_StreamsWithGroupsAndBackChannels_CountsOneForEach()
    {
        MulticastOptions group = new() { Groups = System.Net.IPNetwork.Parse("239.192.0.0/16") };
        StreamOptions plain = new() { Name = "a", Url = "rtsp://10.0.0.1/a" };
        StreamSettings settings = new ProxyOptions().CommonSettings;
        ProxyOptions options = new()
        {
            Streams =
            [
                plain,
                plain with { Name = "b", Settings = settings with { Multicast = group } },
                plain with { Name = "c", BackChannel = true, Settings = settings with { Multicast = group } },
                plain with { Name = "d", Alternatives = [new SourceOptions { Url = "rtsp://10.0.0.2/d", BackChannel = true }] },
                plain with { Name = "lobby-*", MaxInstances = 5, Settings = settings with { Multicast = group } },
            ],
        };

        Assert.Equal(9, DescriptorBudget.PairsOf(options));
        Assert.Equal(6, DescriptorBudget.PairsOf(options with { Streams = [plain with { BackChannel = true }], Multicast = group, AcceptRegister = true, MaxRegistered = 4 }));
    }

    [Fact]
    public void StreamsOf_WhatMayBeOpenAtOnce_IsCounted()
    {
        StreamOptions plain = new() { Name = "a", Url = "rtsp://10.0.0.1/a" };
        StreamOptions wildcard = plain with { Name = "lobby-*", MaxInstances = 5 };
        SourceOptions other = new() { Url = "rtsp://10.0.0.2/a" };

        Assert.Equal(1, Of(plain));
        Assert.Equal(5, Of(wildcard));
        Assert.Equal(2, Of(plain with { Alternatives = [other, other with { Url = "rtsp://10.0.0.3/a" }] })); // that in use, and one that is looked at
        Assert.Equal(10, Of(wildcard with { Alternatives = [other] }));
        Assert.Equal(0, Of(wildcard with { IsReplay = true }));
        Assert.Equal(5, DescriptorBudget.StreamsOf(new ProxyOptions { Streams = [plain], AcceptRegister = true, MaxRegistered = 4 }));

        static long Of(StreamOptions stream) => DescriptorBudget.StreamsOf(new ProxyOptions { Streams = [stream] });
    }

    [Fact]
    public void Shares_StreamsAndOthersComeAndGo_ConnectionsGiveWayAndGetItBack()
    {
        StreamOptions plain = new() { Name = "a", Url = "rtsp://10.0.0.1/a" };
        ConnectionPlaces places = new(20_000, 20_000, isPerAddressGiven: false);
        DescriptorShares shares = new(1024, new ProxyOptions { Streams = [plain] }, places);
        Assert.Equal((20_000, 0), (places.Max, shares.Now.ForCameras)); // nothing is divided before it is known what is open
        shares.Begin(static () => 60);
        Assert.Equal((910, 38), (places.Max, shares.Now.ForCameras));

        shares.OnStreams([plain, plain with { Name = "b", BackChannel = true }]);
        Assert.Equal((902, 46), (places.Max, shares.Now.ForCameras));
        shares.Keep(100);
        Assert.Equal((802, 46), (places.Max, shares.Now.ForCameras));
        shares.OnRegistered(new ProxyOptions { AcceptRegister = true, MaxRegistered = 10 });
        Assert.Equal((742, 106), (places.Max, shares.Now.ForCameras));

        shares.OnRegistered(new ProxyOptions());
        shares.OnStreams([plain]);
        shares.Keep(0);
        Assert.Equal((910, 38), (places.Max, shares.Now.ForCameras));
    }

    [Theory]
    [InlineData(256, 60, 100)]
    [InlineData(100, 60, 1)]
    [InlineData(64, 63, 1)]
    [InlineData(16, 60, 10)]
    public void Of_TooFew_ClientsGetAQuarterOfTheRestAndItIsKnown(long limit, long open, long streams)
    {
        DescriptorBudget budget = DescriptorBudget.Of(limit, open, streams);

        Assert.True(budget.IsShort);
        Assert.Equal(Math.Max(1, Math.Max(0, limit - open - ConnectionPlaces.LeavingMax) / 4), budget.Connections);
    }

    [Fact]
    public void Of_AnyNumbers_NeverGivesAwayMoreThanThereIs()
    {
        for (long limit = 0; limit < 3000; limit += 7)
        {
            for (long streams = 0; streams < 200; streams += 9)
            {
                DescriptorBudget budget = DescriptorBudget.Of(limit, 60, streams);
                long left = limit - 60 - ConnectionPlaces.LeavingMax;
                Assert.InRange(budget.Connections, 1, Math.Max(1, left));
                Assert.True(budget.IsShort || left - budget.Connections >= (DescriptorBudget.PerStream * streams) + DescriptorBudget.Margin);
            }
        }
    }
}
