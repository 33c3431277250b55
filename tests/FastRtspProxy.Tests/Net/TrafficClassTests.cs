using System.Net;
using System.Net.Sockets;
using FastRtspProxy.Engine;
using FastRtspProxy.Net;
using FastRtspProxy.Net.Linux;
using FastRtspProxy.TestPeers;
using FastRtspProxy.Tests.Weaknesses;
using Microsoft.Extensions.Logging.Abstractions;

namespace FastRtspProxy.Tests.Net;

/// <summary>The class of our packets (DSCP), on sockets of either side.</summary>
public sealed class TrafficClassTests
{
    private const int Dscp = 34; // AF41, as video is marked
    private const int Tos = Dscp << 2;

    [Theory]
    [InlineData(AddressFamily.InterNetwork, SocketType.Dgram)]
    [InlineData(AddressFamily.InterNetwork, SocketType.Stream)]
    [InlineData(AddressFamily.InterNetworkV6, SocketType.Dgram)]
    [InlineData(AddressFamily.InterNetworkV6, SocketType.Stream)]
    public void SetTrafficClass_EachFamilyThatTheSocketSpeaks_IsMarked(AddressFamily family, SocketType type)
    {
        using Socket socket = new(family, type, ProtocolType.Unspecified);

        SocketSetup.SetTrafficClass(socket, null);
        int before = TosOf(socket);
        SocketSetup.SetTrafficClass(socket, Dscp);

        Assert.Equal((0, Tos), (before, TosOf(socket)));
        Assert.True(family == AddressFamily.InterNetwork
            || SocketSetup.Get(SocketSetup.Fd(socket), LinuxConstants.IpV6Protocol, LinuxConstants.IpV6TrafficClass) == Tos);
    }

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("::1")]
    public async Task TryListen_WithAClass_AcceptedConnectionsHaveIt(string address)
    {
        using TcpListenerSocket listener = TcpListenerSocket.TryListen(IPAddress.Parse(address), 0, NullLogger.Instance, [], out _, dscp: Dscp)!;
        TaskCompletionSource<Socket> accepted = new(TaskCreationOptions.RunContinuationsAsynchronously);
        listener.Start(accepted.SetResult);
        using ShardGroup shards = ShardGroup.Start(1, TimeProvider.System, NullLoggerFactory.Instance);
        using Socket client = await TcpConnector.ConnectAsync(
            shards.Shards[0], new ConnectTarget(address, listener.Port) { Dscp = Dscp }, TimeSpan.FromSeconds(60));

        using Socket server = await accepted.Task.WaitAsync(TimeSpan.FromSeconds(60));

        Assert.Equal((Tos, Tos), (ClassOf(client), ClassOf(server)));
    }

    [Fact]
    public async Task Datagrams_ToAViewer_AreMarked()
    {
        using ScriptedCamera camera = new();
        await using ProxyHost host = await ProxyHost.StartAsync(
            camera, change: static options => options with { FrontendDscp = Dscp });
        using MarkedReceiver viewer = new();
        using RtspTestClient client = await host.ConnectAsync();
        RtspTestResponse setup = await client.RequestAsync(
            "SETUP", host.Url + "/track1", $"Transport: RTP/AVP;unicast;client_port={viewer.Port}-{viewer.Port + 1}");
        Assert.Equal(200, (await client.RequestAsync("PLAY", host.Url, "Session: " + setup.Session)).Status);
        new CameraTrack(camera).SendPicture();

        int seen = await viewer.ReadTosAsync();

        Assert.Equal(Tos, seen);
    }

    [Fact]
    public async Task Datagrams_ToACamera_AreMarked()
    {
        using MarkedReceiver media = new();
        using ScriptedCamera camera = new() { Sdp = ScriptedCamera.VideoOnly };
        string ports = $";server_port={media.Port}-{media.Port + 1}";
        camera.Script = request => request.Method == "SETUP"
            ? ScriptedReply.Of(200, "OK", ("Session", "1"), ("Transport", request.Header("Transport") + ports))
            : null;
        await using ProxyHost host = await ProxyHost.StartAsync(
            [ProxyHost.Stream("cam", camera.Url, BackendTransport.Udp) with { Dscp = Dscp, Settings = new StreamSettings { AlwaysOn = true } }]);

        int seen = await media.ReadTosAsync(); // of what opens the way through a NAT

        Assert.Equal(Tos, seen);
    }

    private static int TosOf(Socket socket) => SocketSetup.Get(SocketSetup.Fd(socket), LinuxConstants.IpProtocol, LinuxConstants.IpTypeOfService);

    private static int ClassOf(Socket socket) => socket.AddressFamily == AddressFamily.InterNetwork
        ? TosOf(socket) : SocketSetup.Get(SocketSetup.Fd(socket), LinuxConstants.IpV6Protocol, LinuxConstants.IpV6TrafficClass);
}
