using System.Net;
using System.Net.Sockets;
using FastRtspProxy.Net;
using FastRtspProxy.TestPeers;

namespace FastRtspProxy.Tests.Engine.Frontend;

/// <summary>A machine with several addresses: what goes to a client over UDP leaves from the one that it spoke to. Loopback has 127.0.0.0/8.</summary>
public sealed class FrontendSourceTests
{
    private static readonly IPAddress s_other = IPAddress.Parse("127.0.0.5");

    [Theory]
    [InlineData("127.0.0.1", true)]
    [InlineData("127.0.0.1", false)]
    [InlineData("127.0.0.5", true)]
    [InlineData("127.0.0.5", false)]
    public async Task Play_OverUdp_EverythingLeavesFromTheAddressThatTheClientSpokeTo(string address, bool segmentation)
    {
        IPAddress spokenTo = IPAddress.Parse(address);
        await using FrontendHost host = await FrontendHost.StartAsync(static o => o with { BindAddress = null });
        await host.Mount.Shard.RunAsync(() => Task.FromResult(host.Frontend.ShardAt(0)!.Media!.HasSegmentation = segmentation));
        using RtspTestClient client = await RtspTestClient.ConnectAsync(host.Port, spokenTo, from: IPAddress.Loopback);
        using UdpTestReceiver receiver = new();
        host.Mount.SenderReport = UdpTestReceiver.ReceiverReport(host.Mount.Tracks[0].Ssrc);
        RtspTestResponse setup = await client.RequestAsync("SETUP", host.Url + "/track1", receiver.Transport);
        await client.RequestAsync("PLAY", host.Url, "Session: " + setup.Session);

        await receiver.ReadRtcpAsync(); // for the joiner
        Assert.Equal(spokenTo, receiver.From!.Address);
        for (int burst = 0; burst < 2; burst++)
        {
            await host.Mount.EmitAsync(0, 5);
            for (int i = 0; i < 5; i++)
            {
                await receiver.ReadRtpAsync();
                Assert.Equal(spokenTo, receiver.From!.Address);
            }
        }

        await host.Mount.EmitReportAsync(0);
        await receiver.ReadRtcpAsync();
        Assert.Equal(spokenTo, receiver.From!.Address);
        host.Mount.EndClients(FastRtspProxy.Engine.Frontend.MountEnd.HoldExpired);
        await receiver.ReadRtcpAsync(); // BYE
        Assert.Equal(spokenTo, receiver.From!.Address);
        Assert.Contains("source=" + address, setup.Header("Transport"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Play_ClientsThatSpokeToDifferentAddresses_EachHasItsOwnInOneBatch()
    {
        await using FrontendHost host = await FrontendHost.StartAsync(static o => o with { BindAddress = null }, shards: 1);
        IPAddress[] spokenTo = [.. Enumerable.Range(0, 6).Select(static i => IPAddress.Parse(i % 2 == 0 ? "127.0.0.1" : $"127.0.0.{i + 4}"))];
        List<(RtspTestClient Client, UdpTestReceiver Receiver, string Session)> viewers = [];
        foreach (IPAddress address in spokenTo)
        {
            RtspTestClient client = await RtspTestClient.ConnectAsync(host.Port, address, from: IPAddress.Loopback);
            UdpTestReceiver receiver = new();
            RtspTestResponse setup = await client.RequestAsync("SETUP", host.Url + "/track1", receiver.Transport);
            await client.RequestAsync("PLAY", host.Url, "Session: " + setup.Session);
            viewers.Add((client, receiver, setup.Session!));
        }

        // Those that named a source leave one after the other; what is left of the vector of messages is the others'.
        for (int gone = 0; gone < viewers.Count; gone++)
        {
            await host.Mount.EmitAsync(0, 4);
            for (int v = gone; v < viewers.Count; v++)
            {
                for (int i = 0; i < 4; i++)
                {
                    await viewers[v].Receiver.ReadRtpAsync();
                    Assert.Equal(spokenTo[v], viewers[v].Receiver.From!.Address);
                }
            }

            await viewers[gone].Client.RequestAsync("TEARDOWN", host.Url, "Session: " + viewers[gone].Session);
        }

        viewers.ForEach(static viewer =>
        {
            viewer.Client.Dispose();
            viewer.Receiver.Dispose();
        });
    }

    [Theory]
    [InlineData("127.0.0.1", "127.0.0.1", null, false)]
    [InlineData("127.0.0.5", "127.0.0.1", null, true)]
    [InlineData("127.0.0.5", "127.0.0.5", null, true)]
    [InlineData("::1", "::1", null, false)]
    [InlineData("fd00::77", "::1", null, true)]
    [InlineData("192.0.2.9", "203.0.113.250", null, true)] // whatever the routes of this machine are, that is not its choice
    [InlineData("127.0.0.5", "127.0.0.1", "127.0.0.5", false)] // every socket sends from there
    [InlineData("fd00::77", "::1", "fd00::77", false)]
    [InlineData("::ffff:127.0.0.5", "127.0.0.1", "127.0.0.5", false)]
    [InlineData("127.0.0.5", "127.0.0.1", "0.0.0.0", true)] // bound to no address in particular
    public void ToName_AddressThatTheKernelTakesAnyway_NeedsNoName(string local, string peer, string? bound, bool isNamed)
    {
        if (local.Contains(':', StringComparison.Ordinal) && !Socket.OSSupportsIPv6)
        {
            return;
        }

        PeerAddress source = SourceAddress.ToName(IPAddress.Parse(local), IPAddress.Parse(peer), bound is null ? null : IPAddress.Parse(bound));

        Assert.Equal(isNamed, !source.IsEmpty);
        Assert.True(!isNamed || source.ToEndPoint().Address.Equals(IPAddress.Parse(local)));
    }
}
