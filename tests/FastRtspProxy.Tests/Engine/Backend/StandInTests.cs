using System.Globalization;
using System.Net;
using System.Net.Sockets;
using FastRtspProxy.Engine.Backend;
using FastRtspProxy.Net;
using FastRtspProxy.TestPeers;

namespace FastRtspProxy.Tests.Engine.Backend;

/// <summary>RTP that comes from another address than the camera's.</summary>
public sealed class StandInTests
{
    [Fact]
    public async Task Rtp_FromANeighbour_IsTakenAndReportsGoThereToo()
    {
        await using BackendFixture fixture = new() { Timings = PatientTimings.OfBackend with { ReceiverReport = TimeSpan.FromMilliseconds(100) } };
        Assert.Null(await fixture.PlayAsync(fixture.Create()));
        using Relay relay = new("127.0.0.9", ClientPort(fixture.Camera));
        relay.Send(96, 1);
        await Until.TrueAsync(() => fixture.Sink.Packets.Count == 1);

        await Until.TrueAsync(() => relay.HasReport, detail: () => "no receiver report came to the relay's second port");
    }

    [Fact]
    public async Task Rtp_FromTheCameraItself_TakesOverForGood()
    {
        await using BackendFixture fixture = new() { Timings = PatientTimings.OfBackend with { ReceiverReport = TimeSpan.FromMilliseconds(100) } };
        BackendSession session = fixture.Create();
        Assert.Null(await fixture.PlayAsync(session));
        using Relay relay = new("127.0.0.9", ClientPort(fixture.Camera));
        relay.Send(96, 1);
        await Until.TrueAsync(() => fixture.Sink.Packets.Count == 1);
        fixture.Camera.SendRtp(0, 96, 2, 1, 1, true, "x"u8);
        await Until.TrueAsync(() => fixture.Sink.Packets.Count == 2);

        relay.Send(96, 3);
        fixture.Camera.SendRtp(0, 96, 4, 1, 1, true, "x"u8);

        await Until.TrueAsync(() => fixture.Sink.Packets.Count == 3);
        Assert.Equal([1, 2, 4], fixture.Sink.Packets.Select(p => (int)p.SequenceNumber));
        Assert.Equal(1, session.Tracks[0].RtpSocket!.Peers!.Refused);
        int reports = fixture.Camera.Datagrams(0, rtcp: true).Count;
        await Until.TrueAsync(() => fixture.Camera.Datagrams(0, rtcp: true).Count > reports);
    }

    [Theory]
    [InlineData("127.0.0.9", 50, "a payload type that the track does not have")]
    [InlineData("127.0.1.9", 96, "another network")]
    public async Task Rtp_ThatIsNotTaken_IsNamedInTheFailure(string address, byte payloadType, string because)
    {
        await using BackendFixture fixture = new(new FakeTimeProvider());
        BackendSession session = fixture.Create();
        Assert.Null(await fixture.PlayAsync(session));
        using Relay relay = new(address, ClientPort(fixture.Camera));
        for (ushort number = 1; number <= 7; number++)
        {
            relay.Send(payloadType, number);
        }

        await Until.TrueAsync(() => session.Tracks[0] is { RtpSocket.Peers.Refused: 7 });
        await fixture.AdvanceAsync(fixture.Timings.UdpSilence);

        BackendFailure failure = await fixture.FailureOfAsync(session);

        Assert.Empty(fixture.Sink.Packets);
        Assert.True(failure.Message.Contains($"7 datagrams from {address} were not taken", StringComparison.Ordinal), because + ": " + failure.Message);
    }

    [Fact]
    public async Task Rtp_OfThePicturesThatIsNotTakenWhileSoundFlows_IsNamedInTheFailure()
    {
        await using BackendFixture fixture = new(new FakeTimeProvider()) { Timings = BackendTimings.Default with { UdpSilence = TimeSpan.FromSeconds(1) } };
        BackendSession session = fixture.Create();
        Assert.Null(await fixture.PlayAsync(session));
        using Relay relay = new("127.0.1.9", ClientPort(fixture.Camera));
        for (ushort number = 1; number <= 7; number++)
        {
            relay.Send(96, number);
            fixture.Camera.SendRtp(0, 50, number, 1, 1, true, "x"u8);
        }

        await Until.TrueAsync(() => session.Tracks[0] is { UnknownPayloadTypes: 7, RtpSocket.Peers.Refused: 7 });
        for (ushort second = 0; second < 14 && session.Failure is null; second++)
        {
            fixture.Camera.SendRtp(1, 97, second, second * 8000u, 2, true, "x"u8);
            await Until.TrueAsync(() => fixture.Sink.Packets.Count == second + 1);
            await fixture.AdvanceAsync(TimeSpan.FromSeconds(1));
            await fixture.Shard.RunAsync(() => fixture.Shard.DelayAsync(TimeSpan.Zero));
        }

        BackendFailure failure = await fixture.FailureOfAsync(session);

        Assert.Equal(BackendFailureKind.VideoSilent, failure.Kind);
        Assert.Contains("no picture for", failure.Message, StringComparison.Ordinal);
        Assert.Contains("7 packets of payload type 50 came, which no track has (the description names 96, 97)", failure.Message, StringComparison.Ordinal);
        Assert.Contains("7 datagrams from 127.0.1.9 were not taken", failure.Message, StringComparison.Ordinal);
    }

    /// <summary>A stranger who registers a camera must not make us send reports to this machine, nor to its neighbourhood.</summary>
    [Fact]
    public async Task Rtp_FromWhereWeMustNotSend_IsNotTaken()
    {
        await using BackendFixture fixture = new(new FakeTimeProvider());
        int asked = 0;
        TargetPolicy policy = new(isRegistered: true, scopeOf: _ => Interlocked.Increment(ref asked) == 1 ? AddressScope.Elsewhere : AddressScope.ThisMachine);
        BackendSession session = fixture.Create(change: o => o with { Targets = policy });
        Assert.Null(await fixture.PlayAsync(session));
        using Relay relay = new("127.0.0.9", ClientPort(fixture.Camera));
        for (ushort number = 1; number <= 20; number++)
        {
            relay.Send(96, number);
        }

        await Until.TrueAsync(() => session.Tracks[0] is { RtpSocket.Peers.Refused: 20 });
        await fixture.AdvanceAsync(fixture.Timings.UdpSilence);

        Assert.Contains("20 datagrams from 127.0.0.9", (await fixture.FailureOfAsync(session)).Message, StringComparison.Ordinal);
        Assert.InRange(asked, 2, 9); // the connection, and a few of the datagrams: it costs system calls
    }

    /// <summary>Our first port of the video track.</summary>
    internal static int ClientPort(ScriptedCamera camera)
    {
        string transport = camera.Requests.Last(r => r.Method == "SETUP" && r.Uri.EndsWith("trackID=0", StringComparison.Ordinal)).Header("Transport")!;
        string ports = transport[(transport.IndexOf("client_port=", StringComparison.Ordinal) + 12)..];
        return int.Parse(ports.AsSpan(0, ports.IndexOf('-', StringComparison.Ordinal)), CultureInfo.InvariantCulture);
    }

    /// <summary>Sends media in the camera's place, from a pair of ports at another address of loopback.</summary>
    private sealed class Relay : IDisposable
    {
        private readonly IPEndPoint _client;
        private readonly Socket _rtp;
        private readonly Socket _rtcp;
        private readonly byte[] _buffer = new byte[2048];

        public Relay(string address, int clientPort)
        {
            _client = new IPEndPoint(IPAddress.Loopback, clientPort);
            (_rtp, _rtcp) = Pair(IPAddress.Parse(address));
        }

        /// <summary>A receiver report has come (RFC 3550 section 6.4.2).</summary>
        public bool HasReport => _rtcp.Available > 0 && _rtcp.Receive(_buffer) >= 8 && _buffer[1] == 201;

        public void Send(byte payloadType, ushort sequenceNumber) =>
            _rtp.SendTo(ScriptedCamera.RtpBytes(payloadType, sequenceNumber, 1, 1, true, "x"u8), _client);

        public void Dispose()
        {
            _rtp.Dispose();
            _rtcp.Dispose();
        }

        private static (Socket Rtp, Socket Rtcp) Pair(IPAddress address)
        {
            while (true)
            {
                Socket rtp = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
                Socket rtcp = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
                try
                {
                    rtp.Bind(new IPEndPoint(address, 0));
                    rtcp.Bind(new IPEndPoint(address, ((IPEndPoint)rtp.LocalEndPoint!).Port + 1));
                    return (rtp, rtcp);
                }
                catch (Exception e) when (e is SocketException or ArgumentOutOfRangeException)
                {
                    // The next port is somebody else's, or there is none.
                    rtp.Dispose();
                    rtcp.Dispose();
                }
            }
        }
    }
}
