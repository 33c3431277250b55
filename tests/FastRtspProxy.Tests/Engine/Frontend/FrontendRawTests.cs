using FastRtspProxy.TestPeers;

namespace FastRtspProxy.Tests.Engine.Frontend;

/// <summary>Transport streams over UDP without RTP, as set-top boxes ask for them (live555.md 3.4).</summary>
public sealed class FrontendRawTests
{
    [Theory]
    [InlineData("RAW/RAW/UDP", true)]
    [InlineData("MP2T/H2221/UDP", true)]
    [InlineData("RAW/RAW/UDP", false)]
    public async Task Play_TransportStreamAsRaw_GetsThePayloadAloneAndNoReport(string profile, bool segmentation)
    {
        await using FrontendHost host = await FrontendHost.StartAsync(shards: 1);
        await host.Shards[0].RunAsync(() => Task.FromResult(host.Frontend.ShardAt(0)!.Media!.HasSegmentation = segmentation));
        FakeMount mount = host.AddMount("ts", tracks: 1, video: "MP2T");
        string url = $"rtsp://127.0.0.1:{host.Port}/ts";
        mount.SenderReport = UdpTestReceiver.ReceiverReport(mount.Tracks[0].Ssrc);
        using RtspTestClient client = await host.ConnectAsync();
        using RtspTestClient ordinary = await host.ConnectAsync();
        using UdpTestReceiver box = new(), player = new();

        RtspTestResponse setup = await client.RequestAsync("SETUP", url + "/track1", $"Transport: {profile};unicast;client_port={box.RtpPort}-{box.RtpPort + 1}");
        RtspTestResponse other = await ordinary.RequestAsync("SETUP", url + "/track1", player.Transport);
        await client.RequestAsync("PLAY", url, "Session: " + setup.Session);
        await ordinary.RequestAsync("PLAY", url, "Session: " + other.Session);
        await mount.EmitAsync(0, 3);
        await mount.EmitReportAsync(0);
        await mount.EmitAsync(0, 3);

        Assert.Matches($"^{profile};unicast;destination=127.0.0.1;source=127.0.0.1;client_port={box.RtpPort};server_port=[0-9]+$", setup.Header("Transport"));
        for (int i = 0; i < 6; i++)
        {
            byte[] raw = (await box.ReadRtpAsync()).Packet.Payload;
            byte[] rtp = (await player.ReadRtpAsync()).Packet.Payload;
            Assert.Equal(rtp[12..], raw);
        }

        await player.ReadRtcpAsync();
        Assert.True(box.HasNoRtcp);
        await client.RequestAsync("TEARDOWN", url, "Session: " + setup.Session);
        Assert.True(await box.IsSilentAsync(TimeSpan.FromMilliseconds(50)));
    }

    [Theory]
    [InlineData("H264", "RAW/RAW/UDP;unicast;client_port=40000-40001", 461)]
    [InlineData("MP2T", "RAW/RAW/UDP;unicast", 461)]
    [InlineData("MP2T", "RAW/RAW/UDP;multicast;client_port=40000-40001", 461)]
    [InlineData("MP2T", "MP2T/H2221/TCP;interleaved=0-1", 461)]
    [InlineData("H264", "RAW/RAW/UDP;unicast;client_port=40000-40001,RTP/AVP/TCP;unicast", 200)]
    public async Task Setup_RawOfWhatIsNoTransportStreamOrCannotBe_Is461(string codec, string transport, int status)
    {
        await using FrontendHost host = await FrontendHost.StartAsync();
        host.AddMount("x", tracks: 1, video: codec);
        using RtspTestClient client = await host.ConnectAsync();

        Assert.Equal(status, (await client.RequestAsync("SETUP", $"rtsp://127.0.0.1:{host.Port}/x/track1", "Transport: " + transport)).Status);
    }

    /// <summary>A set-top box and a player behind one NAT, which gives the player's RTCP another port: a box that gets no RTP never sends any.</summary>
    [Fact]
    public async Task Rtcp_FromAPortThatNobodyAnnounced_IsThePlayersAndNotThatOfTheBoxBesideIt()
    {
        await using FrontendHost host = await FrontendHost.StartAsync(shards: 1);
        FakeMount mount = host.AddMount("ts", tracks: 1, video: "MP2T");
        string url = $"rtsp://127.0.0.1:{host.Port}/ts";
        using RtspTestClient client = await host.ConnectAsync();
        using RtspTestClient ordinary = await host.ConnectAsync();
        using UdpTestReceiver box = new(), announced = new(), translated = new();
        RtspTestResponse raw = await client.RequestAsync("SETUP", url + "/track1", $"Transport: RAW/RAW/UDP;unicast;client_port={box.RtpPort}");
        RtspTestResponse setup = await ordinary.RequestAsync("SETUP", url + "/track1", announced.Transport);
        await client.RequestAsync("PLAY", url, "Session: " + raw.Session);
        await ordinary.RequestAsync("PLAY", url, "Session: " + setup.Session);

        await NatDialogue.RtcpAsync(host, translated, PlayDialogue.ServerPort(setup), UdpTestReceiver.ReceiverReport(mount.Tracks[0].Ssrc));
        await mount.EmitAsync(0, 1);
        await mount.EmitReportAsync(0);

        await translated.ReadRtcpAsync();
        Assert.True(announced.HasNoRtcp && box.HasNoRtcp);
    }

    /// <summary>Both streams of a box at one port would be mixed; the second is refused and may ask for another way.</summary>
    [Fact]
    public async Task Setup_PortOfAnotherSession_Is461()
    {
        await using FrontendHost host = await FrontendHost.StartAsync();
        host.AddMount("x", tracks: 1, video: "MP2T");
        using RtspTestClient client = await host.ConnectAsync();
        using RtspTestClient second = await host.ConnectAsync();
        string url = $"rtsp://127.0.0.1:{host.Port}/x/track1";

        Assert.Equal(200, (await client.RequestAsync("SETUP", url, "Transport: RAW/RAW/UDP;unicast;client_port=40010")).Status);
        Assert.Equal(461, (await second.RequestAsync("SETUP", url, "Transport: RAW/RAW/UDP;unicast;client_port=40010")).Status);
        Assert.Equal(200, (await second.RequestAsync("SETUP", url, "Transport: RAW/RAW/UDP;unicast;client_port=40012")).Status);
    }
}
