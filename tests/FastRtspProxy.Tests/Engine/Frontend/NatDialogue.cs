using System.Net;
using FastRtspProxy.Engine.Frontend;
using FastRtspProxy.Net;
using FastRtspProxy.TestPeers;

namespace FastRtspProxy.Tests.Engine.Frontend;

/// <summary>What clients behind a NAT send to the media ports, and their hosts say; each is over when the shard has read it.</summary>
internal static class NatDialogue
{
    /// <summary>Sends something to the RTP port; the shard has read it when what comes behind it to the RTCP port is counted, and it had its turns.</summary>
    public static async Task SendAsync(FrontendHost host, Func<Task> send, int serverPort)
    {
        using UdpTestReceiver last = new(IPAddress.Parse("127.0.0.9"));
        long before = host.Frontend.Counters.RtcpStray;
        await send();
        await last.SendRtcpAsync([1, 2, 3], serverPort + 1);
        await Until.TrueAsync(() => host.Frontend.Counters.RtcpStray > before);
        await host.SettleAsync();
    }

    public static Task PunchAsync(FrontendHost host, UdpTestReceiver from, int serverPort) => SendAsync(host, () => from.SendPunchAsync(serverPort), serverPort);

    public static async Task ReportAsync(FrontendHost host, UdpTestReceiver from, int serverPort, int track = 0) =>
        await RtcpAsync(host, from, serverPort, UdpTestReceiver.ReceiverReport(host.Mount.Tracks[track].Ssrc));

    /// <summary>Any RTCP that is counted.</summary>
    public static async Task RtcpAsync(FrontendHost host, UdpTestReceiver from, int serverPort, byte[] compound)
    {
        long before = host.Frontend.Counters.RtcpReceived;
        await from.SendRtcpAsync(compound, serverPort + 1);
        await Until.TrueAsync(() => host.Frontend.Counters.RtcpReceived > before);
        await host.SettleAsync();
    }

    public static Task SayClosedAsync(FrontendHost host, UdpTestReceiver at)
    {
        FrontendShard home = host.Frontend.ShardAt(0)!;
        return home.Shard.RunAsync(() =>
        {
            home.Directory.OnRtpPortClosed(PeerAddress.From(IPAddress.Loopback, at.RtpPort), host.Mount.Tracks[0].Ssrc);
            return Task.CompletedTask;
        });
    }
}
