using System.Net;
using FastRtspProxy.Engine.Backend;
using FastRtspProxy.Net;

namespace FastRtspProxy.Tests.Engine.Backend;

/// <summary>Whose datagrams are taken for a camera's.</summary>
public sealed class MediaPeersTests
{
    [Theory]
    [InlineData("203.0.113.5", "203.0.113.77", true)] // the same /24
    [InlineData("203.0.113.5", "203.0.114.5", false)]
    [InlineData("203.0.113.5", "10.0.0.1", false)] // private, and the camera is not
    [InlineData("10.1.2.3", "203.0.113.5", false)]
    [InlineData("10.1.2.3", "10.200.0.9", true)]
    [InlineData("10.1.2.3", "192.168.7.7", true)]
    [InlineData("192.168.1.2", "172.16.0.1", true)]
    [InlineData("192.168.1.2", "172.31.255.254", true)]
    [InlineData("192.168.1.2", "172.32.0.1", false)]
    [InlineData("192.168.1.2", "172.15.0.1", false)]
    [InlineData("192.168.1.2", "192.169.1.2", false)]
    [InlineData("192.168.1.2", "11.0.0.1", false)]
    [InlineData("192.168.1.2", "100.64.0.1", false)] // carrier-grade NAT is not RFC 1918
    [InlineData("192.168.1.2", "169.254.1.1", false)]
    [InlineData("192.168.1.2", "127.0.0.1", false)]
    [InlineData("127.0.0.1", "127.0.0.9", true)]
    [InlineData("127.0.0.1", "127.0.1.1", false)]
    [InlineData("2001:db8:1:2::5", "2001:db8:1:2:ffff::9", true)] // the same /64
    [InlineData("2001:db8:1:2::5", "2001:db8:1:3::5", false)]
    [InlineData("fd00:1::5", "fdff:2::9", true)]
    [InlineData("fc00:1::5", "fd00:2::9", true)]
    [InlineData("fd00:1::5", "2001:db8::9", false)]
    [InlineData("fd00:1::5", "192.168.1.9", true)]
    [InlineData("fe80::1", "fe80::2", true)]
    [InlineData("2001:db8::5", "203.0.113.5", false)]
    [InlineData("203.0.113.5", "2001:db8::5", false)]
    public void MayStandIn_ByNetwork_NeighboursAndPrivateNetworksOnly(string camera, string from, bool expected) =>
        Assert.Equal(expected, MediaNeighbours.MayStandIn(At(camera), At(from)));

    [Fact]
    public void MayStandIn_UntilTheExpectedSends_ThenNeverAgain()
    {
        MediaPeers peers = new(At("192.168.1.2"));
        PeerAddress relay = At("192.168.1.9");
        Assert.True(peers.MayStandIn(relay, 0));
        peers.OnStandIn(relay, 0);
        Assert.True(peers.IsStandIn(relay.WithPort(9)));

        Assert.True(peers.OnExpected());

        Assert.False(peers.IsStandIn(relay));
        Assert.False(peers.MayStandIn(relay, long.MaxValue / 2));
        Assert.False(peers.OnExpected());
    }

    [Fact]
    public void MayStandIn_AnotherOneWhileOneSends_WaitsUntilItIsSilent()
    {
        MediaPeers peers = new(At("192.168.1.2"));
        peers.OnStandIn(At("192.168.1.9"), 0);
        peers.OnStandIn(At("192.168.1.9"), 500_000);

        Assert.False(peers.MayStandIn(At("192.168.1.10"), 500_000 + MediaPeers.StandInSilenceMicros - 1));
        Assert.True(peers.MayStandIn(At("192.168.1.10"), 500_000 + MediaPeers.StandInSilenceMicros));
    }

    [Fact]
    public void MayStandIn_ForANamedSource_ItsNeighboursCountToo()
    {
        MediaPeers peers = new(At("203.0.113.5"));
        Assert.False(peers.MayStandIn(At("198.51.100.9"), 0));
        peers.Name(At("198.51.100.7"));

        Assert.True(peers.IsExpected(At("198.51.100.7")));
        Assert.True(peers.IsExpected(At("203.0.113.5")));
        Assert.True(peers.MayStandIn(At("198.51.100.9"), 0));
    }

    [Fact]
    public void RefusedText_SeveralSenders_NamesTheFirstWithItsCount()
    {
        MediaPeers peers = new(At("192.0.2.1"));
        Assert.Null(peers.RefusedText());
        for (int i = 0; i < 3; i++)
        {
            peers.Refuse(At("198.51.100.9").WithPort(i));
        }

        peers.Refuse(At("198.51.100.10"));

        Assert.Equal("3 datagrams from 198.51.100.9 and 1 from others were not taken for those of the camera at 192.0.2.1", peers.RefusedText());
        Assert.Equal(4, peers.Refused);

        peers.ForgetRefused();
        Assert.Null(peers.RefusedText());
        peers.Refuse(At("198.51.100.10"));
        Assert.StartsWith("1 datagrams from 198.51.100.10 were", peers.RefusedText(), StringComparison.Ordinal);
        Assert.Equal(5, peers.Refused);
    }

    private static PeerAddress At(string address) => PeerAddress.From(IPAddress.Parse(address), 5000);
}
