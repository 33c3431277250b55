using System.Net;
using System.Net.Sockets;
using FastRtspProxy.Engine;
using FastRtspProxy.Engine.Delivery;
using FastRtspProxy.Engine.Frontend;
using FastRtspProxy.TestPeers;
using FastRtspProxy.Tests.Engine.Delivery;
using FastRtspProxy.Tests.Engine.Frontend;

namespace FastRtspProxy.Tests.Weaknesses;

/// <summary>Viewers that are slow, gone, silent, unusual or not allowed, and those beside them.</summary>
public sealed class ViewerWeaknessTests
{
    [Fact]
    public async Task Weakness05_ViewerOfOneTrack_GetsItsFirstPacketAtOnce()
    {
        using ScriptedCamera camera = new()
        {
            Sdp = ScriptedCamera.VideoAndAudio + "m=application 0 RTP/AVP 107\r\na=rtpmap:107 X-NOBODY-KNOWS/90000\r\na=control:trackID=2\r\n",
        };

        // The clock stands still: whatever waited for a span of time would wait for ever.
        await using ProxyHost host = await ProxyHost.StartAsync(camera, time: new FakeTimeProvider());
        using RtspTestClient viewer = (await host.WatchAsync(tracks: 1)).Client;
        new CameraTrack(camera).SendPicture();

        Assert.Equal(0, (await viewer.ReadFrameAsync()).Channel);
    }

    [Fact]
    public async Task Weakness07_SlowTcpViewer_CostsTheOthersNothingAndPlaysOnWhenItReads()
    {
        using ScriptedCamera camera = new() { Sdp = ScriptedCamera.VideoOnly };
        await using ProxyHost host = await ProxyHost.StartAsync(camera);
        using RtspTestClient slow = (await host.WatchAsync()).Client;
        using RtspTestClient good = (await host.WatchAsync()).Client;
        CameraTrack track = new(camera);
        ushort? previous = null;
        for (int round = 0; round < 80; round++)
        {
            for (int i = 0; i < 100; i++)
            {
                track.SendPicture(1400);
            }

            for (int i = 0; i < 100; i++)
            {
                ushort number = (await ProxyHost.ReadAsync(good)).SequenceNumber;
                Assert.Equal(previous is null ? number : unchecked((ushort)(previous + 1)), number);
                previous = number;
            }
        }

        track.SendPicture();
        ushort newest = (await ProxyHost.ReadAsync(good)).SequenceNumber;
        Task<InterleavedPacket> caughtUp = ReadUntilAsync(slow, newest);
        while (!caughtUp.IsCompleted)
        {
            track.SendPicture();
            await Task.WhenAny(caughtUp, Task.Delay(20));
        }

        await caughtUp;
    }

    [Fact]
    public async Task Weakness08_UnreachableUdpViewerBesideAGoodOne_TheGoodOneGetsEverything()
    {
        using ScriptedCamera camera = new() { Sdp = ScriptedCamera.VideoOnly };
        await using ProxyHost host = await ProxyHost.StartAsync(camera);
        using UdpTestReceiver good = new();
        using RtspTestClient goodClient = (await host.WatchUdpAsync(good)).Client;
        UdpTestReceiver gone = new();
        using RtspTestClient goneClient = (await host.WatchUdpAsync(gone)).Client;
        gone.Dispose();

        await AssertGetsEverythingAsync(camera, good);
    }

    [Fact]
    public async Task Weakness08_IPv6BesideIPv4OverUdp_BothGetEverything()
    {
        using ScriptedCamera camera = new() { Sdp = ScriptedCamera.VideoOnly };
        await using ProxyHost host = await ProxyHost.StartAsync(camera);
        using UdpTestReceiver four = new();
        using UdpTestReceiver six = new(IPAddress.IPv6Loopback);
        using RtspTestClient fourClient = (await host.WatchUdpAsync(four)).Client;
        using RtspTestClient sixClient = (await host.WatchUdpAsync(six, IPAddress.IPv6Loopback)).Client;

        await AssertGetsEverythingAsync(camera, four, six);
    }

    /// <summary>The kernel refuses these at once: the broadcast address without leave (EACCES), and where there is no route (ENETUNREACH).</summary>
    [Theory]
    [InlineData("255.255.255.255")]
    [InlineData("2001:db8::1")]
    public void Weakness08_DestinationThatTheKernelRefuses_CostsTheOthersNothing(string refused)
    {
        using FanOutFixture fixture = new();
        Socket first = fixture.AddUdp().Socket;
        UdpViewer viewer = fixture.NewViewer(new IPEndPoint(IPAddress.Parse(refused), 5000));
        fixture.OnShard(() => fixture.FanOut.Add(viewer));
        Socket last = fixture.AddUdp().Socket;

        for (uint i = 0; i < 20; i++)
        {
            fixture.OnShard(() =>
            {
                fixture.AppendFrame(0, 4, i * 3600);
                fixture.Ring.Publish();
            });
        }

        Assert.Equal(Enumerable.Range(0, 80), FanOutFixture.Receive(first, 80));
        Assert.Equal(Enumerable.Range(0, 80), FanOutFixture.Receive(last, 80));
    }

    [Theory]
    [InlineData("Transport: RTP/AVP;unicast")]
    [InlineData("Transport: RTP/AVP;multicast;port=5000-5001")]
    [InlineData("Transport: RTP/SAVP/TCP;unicast")]
    [InlineData("X-Nothing: here")]
    public async Task Weakness09_SetupWithoutAPort_Answers461AndBlacksOutNobody(string transport)
    {
        using ScriptedCamera camera = new() { Sdp = ScriptedCamera.VideoOnly };
        await using ProxyHost host = await ProxyHost.StartAsync(camera);
        using RtspTestClient odd = await host.ConnectAsync();
        Assert.Equal(461, (await odd.RequestAsync("SETUP", host.Url + "/track1", transport)).Status);

        using UdpTestReceiver udp = new();
        using RtspTestClient udpViewer = (await host.WatchUdpAsync(udp)).Client;
        using RtspTestClient tcpViewer = (await host.WatchAsync()).Client;
        await AssertGetsEverythingAsync(camera, udp);

        await ProxyHost.ReadAsync(tcpViewer);
    }

    [Fact]
    public async Task Weakness12_RestartWithConnectionsInTimeWait_BindsBothFamiliesAgain()
    {
        using ScriptedCamera camera = new() { Sdp = ScriptedCamera.VideoOnly };
        int port;
        await using (ProxyHost first = await ProxyHost.StartAsync(camera))
        {
            port = first.Engine.RtspPort;
            using RtspTestClient viewer = (await first.WatchAsync()).Client;
            await first.DisposeAsync();
            Assert.True(await viewer.IsClosedAsync());
        }

        await Until.TrueAsync(() => HasTimeWait(port));
        await using ProxyHost second = await ProxyHost.StartAsync(camera, change: o => o with { RtspPorts = [port] });

        Assert.Equal(port, second.Engine.RtspPort);
        Assert.True(second.Engine.ListensOnIPv4);
        Assert.Equal(Socket.OSSupportsIPv6, second.Engine.ListensOnIPv6);
    }

    [Theory]
    [InlineData("DESCRIBE")]
    [InlineData("SETUP")]
    [InlineData("PLAY")]
    [InlineData("PAUSE")]
    [InlineData("GET_PARAMETER")]
    [InlineData("SET_PARAMETER")]
    [InlineData("TEARDOWN")]
    public async Task Weakness17_ViewerWithoutCredentials_MayAskForTheOptionsOnly(string method)
    {
        using ScriptedCamera camera = new();
        await using ProxyHost host = await ProxyHost.StartAsync(camera, change: o => o with { ClientCredentials = [new Credentials("viewer", "pw")] });
        using RtspTestClient viewer = await host.ConnectAsync();

        Assert.Equal(200, (await viewer.RequestAsync("OPTIONS", host.Url)).Status);
        Assert.Equal(401, (await viewer.RequestAsync(method, host.Url, "Transport: RTP/AVP/TCP;interleaved=0-1")).Status);
    }

    [Fact]
    public async Task Weakness26_TcpViewerThatSaysNothingForThreeMinutes_PlaysOn()
    {
        FakeTimeProvider time = new();
        using ScriptedCamera camera = new() { Sdp = ScriptedCamera.VideoOnly };
        await using ProxyHost host = await ProxyHost.StartAsync(camera, time: time);
        using RtspTestClient viewer = (await host.WatchAsync()).Client;
        CameraTrack track = new(camera);
        for (int second = 0; second < 185; second++)
        {
            track.SendPicture();
            track.NextPicture(86_400);
            await ProxyHost.ReadAsync(viewer);
            time.Advance(TimeSpan.FromSeconds(1));
        }

        Assert.Equal(1, camera.Count("PLAY"));
    }

    private static async Task AssertGetsEverythingAsync(ScriptedCamera camera, params UdpTestReceiver[] receivers)
    {
        CameraTrack track = new(camera);
        ushort?[] previous = new ushort?[receivers.Length];
        for (int i = 0; i < 100; i++)
        {
            track.SendPicture();
            for (int r = 0; r < receivers.Length; r++)
            {
                ushort number = (await receivers[r].ReadRtpAsync()).Packet.SequenceNumber;
                Assert.Equal(previous[r] is null ? number : unchecked((ushort)(previous[r]! + 1)), number);
                previous[r] = number;
            }
        }
    }

    /// <summary>Up to that sequence number or one behind it.</summary>
    private static async Task<InterleavedPacket> ReadUntilAsync(RtspTestClient client, ushort number)
    {
        while (true)
        {
            InterleavedPacket packet = await ProxyHost.ReadAsync(client);
            if (unchecked((short)(packet.SequenceNumber - number)) >= 0)
            {
                return packet;
            }
        }
    }

    /// <summary>proc(5), net/tcp: the local address is the second field, with the port in hexadecimal behind a colon; state 06 is TIME_WAIT.</summary>
    private static bool HasTimeWait(int port) =>
        File.ReadLines("/proc/net/tcp").Concat(File.Exists("/proc/net/tcp6") ? File.ReadLines("/proc/net/tcp6") : [])
            .Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .Any(fields => fields[1].EndsWith($":{port:X4}", StringComparison.Ordinal) && fields[3] == "06");
}
