using System.Net;
using System.Net.Sockets;
using FastRtspProxy.Engine;
using FastRtspProxy.Engine.Backend;
using FastRtspProxy.Net;
using FastRtspProxy.Protocol.Sdp;
using FastRtspProxy.TestPeers;
using FastRtspProxy.Tests.SimulatedCamera;

namespace FastRtspProxy.Tests.Engine.Backend;

/// <summary>Cameras that send to a group, on loopback. Each test has a group of its own: the kernel's lists are the machine's.</summary>
public sealed class MulticastTests
{
    [Theory]
    [Rule("C14")]
    [InlineData("239.255.77.1", false)]
    [InlineData("232.77.1.1", true)]
    public async Task Group_BeforeAndAfterPlay_IsJoinedOnlyWhileItPlays(string group, bool hasSource)
    {
        await using BackendFixture fixture = new();
        int port = ScriptGroup(fixture.Camera, group, hasSource);
        fixture.Camera.Public = "OPTIONS, DESCRIBE, SETUP, PLAY, PAUSE, TEARDOWN";
        BackendSession session = fixture.Create();
        Assert.Null(await fixture.OpenAsync(session));
        Assert.Null(await fixture.Shard.RunAsync(session.SetUpAsync));
        Assert.False(IsJoined(group));
        Assert.Contains("RTP/AVP;multicast;port=", fixture.Camera.Requests[^1].Header("Transport"), StringComparison.Ordinal);

        Assert.Null(await fixture.ReplayAsync(session));
        Assert.True(IsJoined(group));
        Assert.Equal(hasSource, File.ReadAllText("/proc/net/mcfilter").Contains(Filter(group), StringComparison.OrdinalIgnoreCase));
        using Socket camera = Sender();
        Send(camera, group, port, 1);
        await Until.TrueAsync(() => fixture.Sink.Packets.Count == 1);

        await Until.TrueAsync(() => session.CanPause);
        Assert.True(await fixture.PauseAsync(session));
        Assert.False(IsJoined(group));
        Assert.Null(await fixture.ReplayAsync(session));
        Assert.True(IsJoined(group));
        Send(camera, group, port, 2);
        await Until.TrueAsync(() => fixture.Sink.Packets.Count == 2);
        await fixture.CloseAsync(session);
        Assert.False(IsJoined(group));
    }

    [Fact]
    [Rule("C14")]
    public async Task Reports_AnySourceGroup_GoToTheGroup()
    {
        const string Group = "239.255.77.2";
        await using BackendFixture fixture = new();
        int port = ScriptGroup(fixture.Camera, Group, hasSource: false);
        using Socket member = Member(Group, port + 1);

        Assert.Null(await fixture.PlayAsync(fixture.Create()));

        Assert.True(await ReceivesReportAsync(member));
    }

    [Fact]
    [Rule("C14")]
    public async Task Reports_OneSourceGroup_GoToTheSource()
    {
        const string Group = "232.77.1.2";
        await using BackendFixture fixture = new();
        int port = ScriptGroup(fixture.Camera, Group, hasSource: true);
        using Socket source = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        source.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
        source.Bind(new IPEndPoint(IPAddress.Loopback, port + 1));

        Assert.Null(await fixture.PlayAsync(fixture.Create()));

        Assert.True(await ReceivesReportAsync(source));
    }

    /// <summary>All members of a group would get the bytes that open a NAT for one; and no NAT lies on its way.</summary>
    [Fact]
    [Rule("C14")]
    public async Task Play_OverMulticast_SendsNoPunchesToTheGroup()
    {
        const string Group = "239.255.77.5";
        await using BackendFixture fixture = new();
        int port = ScriptGroup(fixture.Camera, Group, hasSource: false);
        using Socket member = Member(Group, port + 1);
        using Socket rtpMember = Member(Group, port);

        Assert.Null(await fixture.PlayAsync(fixture.Create()));

        // The report is sent after the punches would have been.
        byte[] buffer = new byte[2048];
        using CancellationTokenSource cancel = new(TimeSpan.FromSeconds(60));
        int first = await member.ReceiveAsync(buffer, cancel.Token);
        Assert.True(first >= 8, $"the first datagram to the group has {first} bytes");
        Assert.Equal(0, rtpMember.Available);
    }

    [Theory]
    [Rule("C14")]
    [InlineData("239.255.77.6", 0, 34)]
    [InlineData("ff15::7706", 41, 19)]
    public void GroupSocket_OwnDatagrams_AreNotHeard(string address, int level, int option)
    {
        MulticastGroup group = new(IPAddress.Parse(address), default, null, 1);
        using Socket? socket = group.TryOpen(0, IPAddress.Loopback, sends: true);
        if (socket is null && level == 41)
        {
            return; // a machine without IPv6, or without a route for its groups
        }

        byte[] value = new byte[4];
        socket!.GetRawSocketOption(level, option, value);
        Assert.Equal(0, value[0]);
    }

    /// <summary>On loopback our own reports come back whatever the socket says; so do those of other receivers of the group. Neither is a sign of life of the camera.</summary>
    [Fact]
    [Rule("C14")]
    public async Task Silence_OfAGroup_OwnAndOthersReportsAreNobodysAndUdpIsNext()
    {
        const string Group = "239.255.77.7";
        await using BackendFixture fixture = new() { Timings = PatientTimings.OfBackend with { UdpSilence = TimeSpan.FromSeconds(1), DeadStream = TimeSpan.FromMinutes(1) } };
        int port = ScriptGroup(fixture.Camera, Group, hasSource: false);
        BackendSession session = fixture.Create();
        Assert.Null(await fixture.PlayAsync(session));
        using Socket other = Sender();
        other.SendTo([0x80, 201, 0, 1, 1, 2, 3, 4], new IPEndPoint(IPAddress.Parse(Group), port + 1));

        BackendFailure failure = await fixture.FailureOfAsync(session);

        Assert.Equal((BackendFailureKind.WayFailed, MediaWay.Udp), (failure.Kind, failure.NextWay));
        Assert.Equal("no media for 1 s (multicast)", failure.Message);
    }

    /// <summary>Players line sound and pictures up by the name (RFC 3550 section 6.5.1), so it must be the camera's on each track.</summary>
    [Fact]
    [Rule("C14")]
    public async Task Name_OfAnotherReceiverOfTheGroup_IsNotTakenForTheCameras()
    {
        const string Group = "239.255.77.9";
        await using BackendFixture fixture = new();
        int port = ScriptGroup(fixture.Camera, Group, hasSource: false);
        Assert.Null(await fixture.PlayAsync(fixture.Create()));
        using Socket sender = Sender();
        Send(sender, Group, port, 1);
        await Until.TrueAsync(() => fixture.Sink.Packets.Count == 1);
        IPEndPoint reports = new(IPAddress.Parse(Group), port + 1);
        byte[] other = [0x80, 201, 0, 1, 0, 0, 0, 99, 0x81, 202, 0, 3, 0, 0, 0, 99, 1, 4, .. "else"u8, 0, 0];

        sender.SendTo(other, reports);
        sender.SendTo(ScriptedCamera.SenderReportBytes(1, 2, 3), reports);

        await Until.TrueAsync(() => fixture.Sink.Names.Contains("cam1"));
        Assert.Equal(["cam1"], fixture.Sink.Names);
    }

    [Fact]
    [Rule("C14")]
    public async Task Play_GroupThatCannotBeJoined_UdpIsNext()
    {
        await using BackendFixture fixture = new();
        int port = ScriptGroup(fixture.Camera, "239.255.77.8", hasSource: false);
        using Socket taken = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        taken.Bind(new IPEndPoint(IPAddress.Any, port + 1)); // without SO_REUSEADDR: nobody else may have it

        BackendFailure? failure = await fixture.PlayAsync(fixture.Create());

        Assert.Equal((BackendFailureKind.WayFailed, MediaWay.Udp), (failure!.Kind, failure.NextWay));
        Assert.Contains("cannot be joined", failure.Message, StringComparison.Ordinal);
    }

    /// <summary>A source filter names where reports go, as `source=` does: an address that must not be sent to counts as not named, and the reports go to the group.</summary>
    [Fact]
    [Rule("C14")]
    public async Task Reports_SourceThatMustNotBeSentTo_CountsAsAbsent()
    {
        const string Group = "232.77.1.3";
        await using BackendFixture fixture = new();
        _ = ScriptGroup(fixture.Camera, Group, hasSource: true);

        // The camera's address is judged once, for the connection, before its filter names the same one.
        int asked = 0;
        TargetPolicy policy = new(isRegistered: true, isAuthenticated: true, scopeOf: _ => Interlocked.Increment(ref asked) == 1 ? AddressScope.Elsewhere : AddressScope.ThisMachine);
        BackendSession session = fixture.Create(change: o => o with { Targets = policy });
        Assert.Null(await fixture.OpenAsync(session));
        Assert.Null(await fixture.Shard.RunAsync(session.SetUpAsync));
        MulticastGroup? group = session.Tracks[0].Group;

        Assert.Equal((IPAddress.Parse(Group), null), (group!.Address, group.Source));
    }

    /// <summary>A stranger's server names the group that it likes, in its description or in its answer: media comes from itself.</summary>
    [Theory]
    [Rule("C14")]
    [InlineData("239.255.77.5", true, false, false, false)]
    [InlineData("232.77.1.5", false, false, false, false)]
    [InlineData("239.255.77.6", true, true, false, true)]
    [InlineData("239.255.77.7", true, false, true, true)]
    public async Task Group_OfACameraThatAStrangerRegistered_CountsAsAbsent(
        string group, bool isDescribed, bool isAuthenticated, bool allowsPrivate, bool isTaken)
    {
        await using BackendFixture fixture = new();
        _ = ScriptGroup(fixture.Camera, group, hasSource: false);
        fixture.Camera.Sdp = isDescribed ? fixture.Camera.Sdp : ScriptedCamera.VideoOnly;
        TargetPolicy policy = new(isRegistered: true, isAuthenticated, allowsPrivate, static _ => AddressScope.Elsewhere);
        BackendSession session = fixture.Create(change: o => o with { Targets = policy });
        Assert.Null(await fixture.OpenAsync(session));
        Assert.Null(await fixture.Shard.RunAsync(session.SetUpAsync));

        Assert.Equal(isTaken, session.Tracks[0].Group is not null);
        string transport = fixture.Camera.Requests.Last(r => r.Method == "SETUP").Header("Transport")!;
        Assert.Equal(isTaken ? "RTP/AVP;multicast" : "RTP/AVP;unicast", transport[..transport.IndexOf(';', "RTP/AVP;".Length)]);
    }

    [Fact]
    [Rule("C14")]
    public async Task Play_CameraWithAGroup_IsReceived()
    {
        int port = FreePair();
        await using CameraFixture camera = await CameraFixture.StartAsync(o => o with { MulticastGroup = IPAddress.Parse("239.255.77.3"), MulticastPort = port });
        await using BackendFixture fixture = new();
        BackendSession session = fixture.Create(url: camera.Url);

        Assert.Null(await fixture.PlayAsync(session));
        await Until.TrueAsync(() => fixture.Sink.Packets.Any(p => p.Track == 0) && fixture.Sink.Packets.Any(p => p.Track == 1));
        Assert.False(session.OverTcp);
    }

    [Theory]
    [Rule("C14")]
    [InlineData("c=IN IP4 239.1.2.3/16", "", "239.1.2.3", 16, null)]
    [InlineData("c=IN IP4 239.1.2.3", "", "239.1.2.3", 1, null)]
    [InlineData("c=IN IP4 232.1.2.3/127", "a=source-filter: incl IN IP4 232.1.2.3 192.0.2.62", "232.1.2.3", 127, "192.0.2.62")]
    [InlineData("c=IN IP4 232.1.2.3/4", "a=source-filter: incl IN IP4 * 192.0.2.62", "232.1.2.3", 4, "192.0.2.62")]
    [InlineData("c=IN IP4 239.1.2.3/4", "a=source-filter: excl IN IP4 * 192.0.2.62", "239.1.2.3", 4, null)]
    public void Group_ConnectionLine_GivesGroupTtlAndSource(string connection, string filter, string group, int ttl, string? source)
    {
        Assert.True(SdpDocument.TryParse(
            System.Text.Encoding.ASCII.GetBytes($"v=0\nm=video 5000 RTP/AVP 96\n{connection}\n{filter}\n"), out SdpDocument? document, out _));

        MulticastGroup? found = MulticastGroup.Of(document.Media[0]);

        Assert.NotNull(found);
        Assert.Equal((IPAddress.Parse(group), 5000, ttl, source), (found.Address, found.Ports.Rtp, found.Ttl, found.Source?.ToString()));
    }

    [Theory]
    [Rule("C14")]
    [InlineData("c=IN IP4 0.0.0.0")]
    [InlineData("c=IN IP4 192.0.2.1")]
    [InlineData("c=IN IP4")]
    public void Group_UnicastOrNoAddress_IsNone(string connection)
    {
        Assert.True(SdpDocument.TryParse(System.Text.Encoding.ASCII.GetBytes($"v=0\nm=video 5000 RTP/AVP 96\n{connection}\n"), out SdpDocument? document, out _));

        Assert.Null(MulticastGroup.Of(document.Media[0]));
    }

    /// <summary>No port is left for its RTCP. A socket for one was an error of ours, time and again, and no other way was tried.</summary>
    [Theory]
    [InlineData(65534, 65534)]
    [InlineData(65535, 0)]
    public void Group_LastPort_CountsAsNone(int port, int expected)
    {
        Assert.True(SdpDocument.TryParse(
            System.Text.Encoding.ASCII.GetBytes($"v=0\nm=video {port} RTP/AVP 96\nc=IN IP4 239.1.2.3\n"), out SdpDocument? document, out _));

        Assert.Equal(expected, MulticastGroup.Of(document.Media[0])!.Ports.Rtp);
    }

    [Fact]
    [Rule("C9")]
    public async Task Setup_MulticastRefusedWith461_TriesUnicastUdp()
    {
        await using BackendFixture fixture = new();
        ScriptGroup(fixture.Camera, "239.255.77.4", hasSource: false);
        fixture.Camera.Script = r => r.Method == "SETUP" && r.Header("Transport")!.Contains("multicast", StringComparison.Ordinal)
            ? ScriptedReply.Of(461, "Unsupported Transport")
            : null;
        BackendSession session = fixture.Create();

        Assert.Null(await fixture.PlayAsync(session));

        Assert.False(session.OverTcp);
        Assert.Contains("client_port=", fixture.Camera.Requests.Last(r => r.Method == "SETUP").Header("Transport"), StringComparison.Ordinal);
    }

    /// <summary>A camera with one track, sent to a group; returns its RTP port.</summary>
    private static int ScriptGroup(ScriptedCamera camera, string group, bool hasSource)
    {
        int port = FreePair();
        string filter = hasSource ? $"a=source-filter: incl IN IP4 {group} 127.0.0.1\r\n" : string.Empty;
        camera.Sdp = ScriptedCamera.VideoOnly
            .Replace("m=video 0", $"m=video {port}", StringComparison.Ordinal)
            .Replace("a=rtpmap:96", $"c=IN IP4 {group}/3\r\n{filter}a=rtpmap:96", StringComparison.Ordinal);
        camera.Script = r => r.Method == "SETUP"
            ? ScriptedReply.Of(200, "OK", ("Session", "1"), ("Transport", $"RTP/AVP;multicast;destination={group};port={port}-{port + 1};ttl=3"))
            : null;
        return port;
    }

    private static int FreePair()
    {
        for (int attempt = 0; attempt < 50; attempt++)
        {
            int port = 20_000 + (2 * Random.Shared.Next(5_000));
            try
            {
                using Socket rtp = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
                using Socket rtcp = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
                rtp.Bind(new IPEndPoint(IPAddress.Any, port));
                rtcp.Bind(new IPEndPoint(IPAddress.Any, port + 1));
                return port;
            }
            catch (SocketException)
            {
                // Taken: another one.
            }
        }

        throw new InvalidOperationException("no pair of ports is free");
    }

    /// <summary>Another receiver of the group.</summary>
    private static Socket Member(string group, int port)
    {
        Socket member = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        member.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
        member.Bind(new IPEndPoint(IPAddress.Parse(group), port));
        member.SetSocketOption(SocketOptionLevel.IP, SocketOptionName.AddMembership, new MulticastOption(IPAddress.Parse(group), IPAddress.Loopback));
        return member;
    }

    private static Socket Sender()
    {
        Socket socket = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        socket.SetSocketOption(SocketOptionLevel.IP, SocketOptionName.MulticastInterface, IPAddress.Loopback.GetAddressBytes());
        return socket;
    }

    private static void Send(Socket socket, string group, int port, ushort sequenceNumber) =>
        socket.SendTo(ScriptedCamera.RtpBytes(96, sequenceNumber, 1, 1, true, "x"u8), new IPEndPoint(IPAddress.Parse(group), port));

    private static async Task<bool> ReceivesReportAsync(Socket socket)
    {
        using CancellationTokenSource cancel = new(TimeSpan.FromSeconds(60));
        byte[] buffer = new byte[2048];
        while (true)
        {
            int count = await socket.ReceiveAsync(buffer, cancel.Token);
            if (count > 8 && buffer[1] == 201)
            {
                return true;
            }
        }
    }

    /// <summary>/proc/net/igmp has addresses as little-endian words.</summary>
    private static bool IsJoined(string group)
    {
        byte[] bytes = IPAddress.Parse(group).GetAddressBytes();
        Array.Reverse(bytes);
        return File.ReadAllText("/proc/net/igmp").Contains(Convert.ToHexString(bytes), StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>/proc/net/mcfilter has them in network order.</summary>
    private static string Filter(string group) => "0x" + Convert.ToHexString(IPAddress.Parse(group).GetAddressBytes()).ToLowerInvariant();
}
