using System.Buffers.Binary;
using FastRtspProxy.Engine.Frontend;
using FastRtspProxy.Net;
using FastRtspProxy.TestPeers;
using FastRtspProxy.Tests.Engine.Talk;

namespace FastRtspProxy.Tests.Engine.Frontend;

/// <summary>A talker's packets on their way to the desk allocate nothing, with what is counted for its reports.</summary>
[Collection(nameof(Allocations))]
public sealed class TalkAllocationTests
{
    [Fact]
    public async Task OnRtp_OverUdp_AllocatesNothing()
    {
        await using FrontendHost host = await FrontendHost.StartAsync(shards: 1);
        host.Mount.OfferTalk().Keeps = false;
        using RtspTestClient client = await host.ConnectAsync();
        using UdpTestReceiver talk = new();
        RtspTestResponse setUp = await client.RequestAsync("SETUP", host.Url + "/back1", talk.Transport, TalkFixture.Require);
        Assert.Equal(200, (await client.RequestAsync("PLAY", host.Url, "Session: " + setUp.Session, TalkFixture.Require)).Status);
        FrontendShard home = host.Frontend.ShardAt(0)!;
        UdpClients clients = new(home);
        PeerAddress from = PeerAddress.From(System.Net.IPAddress.Loopback, talk.RtpPort);
        byte[] packet = TalkFixture.Packet(1);
        ushort number = 0;

        // As many as may be sent at once, or the rest would be dropped, which allocates nothing: the meter makes them eleven times at the most.
        long bytes = await home.Shard.RunAsync(() => Task.FromResult(AllocationMeter.SteadyBytes(
            () =>
            {
                BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(2), ++number);
                clients.OnRtp(packet, from);
            },
            rounds: TalkRate.PacketsPerSecond / 11)));

        Assert.Equal(0, bytes);
    }
}
