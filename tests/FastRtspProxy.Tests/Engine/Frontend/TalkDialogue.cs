using FastRtspProxy.Protocol.Rtsp;
using FastRtspProxy.TestPeers;
using FastRtspProxy.Tests.Engine.Talk;

namespace FastRtspProxy.Tests.Engine.Frontend;

/// <summary>What viewers say and send who talk to the camera of the mount <c>cam</c>.</summary>
internal static class TalkDialogue
{
    public static async Task<FrontendHost> StartAsync(GroupTestReceiver? group = null)
    {
        FrontendHost host = await FrontendHost.StartAsync(shards: 1);
        host.Mount.OfferTalk();
        if (group is not null)
        {
            host.Frontend.Groups.Set("cam", group.Options);
        }

        return host;
    }

    public static async Task<(string Session, int ServerPort)> SetUpAsync(FrontendHost host, RtspTestClient client, string control, string transport, string? session = null)
    {
        string[] headers = [transport, TalkFixture.Require];
        RtspTestResponse response = await client.RequestAsync("SETUP", $"{host.Url}/{control}", session is null ? headers : [.. headers, "Session: " + session]);
        Assert.Equal(200, response.Status);
        TransportSpec spec = TransportHeader.Parse(response.Header("Transport")!)[0];
        return (response.Session!, spec.ServerPort?.Rtp ?? 0);
    }

    public static async Task PlayAsync(FrontendHost host, RtspTestClient client, string session) =>
        Assert.Equal(200, (await client.RequestAsync("PLAY", host.Url, "Session: " + session, TalkFixture.Require)).Status);

    /// <summary>A session with pictures and a back channel over UDP that plays.</summary>
    public static async Task<(string Session, int ServerPort)> OpenAsync(FrontendHost host, RtspTestClient client, UdpTestReceiver video, UdpTestReceiver talk)
    {
        (string session, int serverPort) = await SetUpAsync(host, client, "track1", video.Transport);
        await SetUpAsync(host, client, "back1", talk.Transport, session);
        await PlayAsync(host, client, session);
        return (session, serverPort);
    }

    public static Task TalkAsync(FrontendHost host, UdpTestReceiver from, int serverPort, int number = 1, byte payloadType = 0) =>
        NatDialogue.SendAsync(host, () => from.SendRtcpFromRtpPortAsync(TalkFixture.Packet(number, payloadType), serverPort), serverPort);

    public static FakeTalkDesk Desk(FrontendHost host) => host.Mount.Talk!;
}
