using FastRtspProxy.Engine;
using FastRtspProxy.Engine.Backend;
using FastRtspProxy.Engine.Frontend;
using FastRtspProxy.Engine.Mounts;
using FastRtspProxy.Engine.Status;
using FastRtspProxy.TestPeers;

namespace FastRtspProxy.Tests.Engine.Mounts;

/// <summary>The way of the media over several sessions: no way is closed for good by one bad session.</summary>
public sealed class MountWayTests
{
    /// <summary>UDP only, and the first PLAY wakes it up (or its datagrams were lost): BasisVR/Basis 940 and 943.</summary>
    [Fact]
    public async Task Udp_CameraWithoutTcpIsSilentOnce_IsAskedOverUdpAgain()
    {
        await using MountFixture fixture = new(new FakeTimeProvider());
        fixture.Camera.Script = WithoutTcp;
        Mount mount = fixture.Create(BackendTransport.Udp);
        (RecordingClient client, PlayGrant grant) = await fixture.JoinAsync(mount);

        await PlaysAsync(fixture, 2);

        await SendsAsync(fixture, mount, grant.JoinSequence, 1);
        Assert.Null(client.End);
        Assert.Contains(fixture.Log.Loud, l => l.Contains("trying TCP", StringComparison.Ordinal));
        string failed = Assert.Single(fixture.Log.Loud, l => l.Contains("no way brings media", StringComparison.Ordinal));
        Assert.Contains("UDP: no media for 3 s", failed, StringComparison.Ordinal);
        Assert.Contains("TCP: SETUP was answered 461", failed, StringComparison.Ordinal);
    }

    /// <summary>It played well over UDP, was restarted, and its next session is silent.</summary>
    [Fact]
    public async Task Udp_CameraWithoutTcpIsSilentAfterAReboot_IsAskedOverUdpAgain()
    {
        await using MountFixture fixture = new(new FakeTimeProvider()) { Timings = new() { Hold = TimeSpan.FromHours(1) } };
        fixture.Camera.Script = WithoutTcp;
        Mount mount = fixture.Create(BackendTransport.Udp);
        (RecordingClient client, PlayGrant grant) = await fixture.JoinAsync(mount);
        await SendsAsync(fixture, mount, grant.JoinSequence, 1);

        fixture.Camera.DropConnections();
        await PlaysAsync(fixture, 3);

        await SendsAsync(fixture, mount, mount.Ring.Head, 2);
        Assert.Null(client.End);
    }

    [Fact]
    public async Task Tcp_PlaysAfterSilentUdp_IsTheWayOfTheNextSession()
    {
        await using MountFixture fixture = new() { BackendTimings = PatientTimings.OfBackend with { UdpSilence = TimeSpan.FromMilliseconds(200) } };
        Mount mount = fixture.Create(BackendTransport.Udp);
        (_, PlayGrant grant) = await fixture.JoinAsync(mount);
        await Until.TrueAsync(() => fixture.Camera.Count("PLAY") == 2);
        await SendsAsync(fixture, mount, grant.JoinSequence, 1);

        fixture.Camera.DropConnections();

        await Until.TrueAsync(() => fixture.Camera.Count("PLAY") == 3);
        Assert.All(fixture.Camera.Requests.Where(r => r is { Method: "SETUP", Connection: > 1 }), r => Assert.Contains("TCP", r.Header("Transport"), StringComparison.Ordinal));
    }

    /// <summary>Nothing ever comes: the rounds go on, at growing distances, and say so.</summary>
    [Fact]
    public async Task Silence_OnEachWay_RoundsGoOnWithGrowingWaits()
    {
        await using MountFixture fixture = new()
        {
            BackendTimings = PatientTimings.OfBackend with { UdpSilence = TimeSpan.FromMilliseconds(50), DeadStream = TimeSpan.FromMilliseconds(50) },
        };
        Mount mount = fixture.Create(BackendTransport.Udp);
        await fixture.JoinAsync(mount);

        await Until.TrueAsync(() => Waits(fixture).Count >= 3);

        Assert.Equal(["0.2 s", "1 s"], Waits(fixture).Take(2));
        Assert.InRange(double.Parse(Waits(fixture)[2][..^2], System.Globalization.CultureInfo.InvariantCulture), 0.5, 2);
    }

    /// <summary>The relay's address is said by the first session, not by each.</summary>
    [Fact]
    public async Task StandIn_InEachSession_IsSaidOnce()
    {
        await using MountFixture fixture = new();
        Mount mount = fixture.Create(BackendTransport.Udp);
        (_, PlayGrant grant) = await fixture.JoinAsync(mount);
        using System.Net.Sockets.UdpClient relay = new(new System.Net.IPEndPoint(System.Net.IPAddress.Parse("127.0.0.9"), 0));
        await RelaysAsync(fixture, mount, relay, grant.JoinSequence);

        fixture.Camera.DropConnections();
        await Until.TrueAsync(() => fixture.Camera.Count("PLAY") == 2);
        await RelaysAsync(fixture, mount, relay, mount.Ring.Head);

        string line = Assert.Single(fixture.Log.Loud, l => l.Contains("127.0.0.9", StringComparison.Ordinal));
        Assert.Contains("not from the camera at 127.0.0.1", line, StringComparison.Ordinal);
    }

    /// <summary>Lets time pass until the camera is asked to play so often; it stands still from then on, so that what comes is in time.</summary>
    private static Task PlaysAsync(MountFixture fixture, int times) => Until.TrueAsync(
        async () =>
        {
            if (fixture.Camera.Count("PLAY") == times)
            {
                return true;
            }

            await fixture.AdvanceAsync(TimeSpan.FromMilliseconds(100));
            return false;
        },
        detail: () => string.Join('\n', fixture.Log.Loud));

    private static async Task RelaysAsync(MountFixture fixture, Mount mount, System.Net.Sockets.UdpClient relay, long from)
    {
        int port = Backend.StandInTests.ClientPort(fixture.Camera);
        await Until.TrueAsync(() => mount.State == StreamState.Playing);
        relay.Send(ScriptedCamera.RtpBytes(96, 1, 1, 1, true, [0x65, 1]), new System.Net.IPEndPoint(System.Net.IPAddress.Loopback, port));
        await Until.TrueAsync(() => mount.Ring.Head > from);
    }

    private static async Task SendsAsync(MountFixture fixture, Mount mount, long from, ushort sequenceNumber)
    {
        await Until.TrueAsync(() => mount.State == StreamState.Playing);
        fixture.Camera.SendRtp(0, 96, sequenceNumber, 1, 1, true, [0x65, 1]);
        await Until.TrueAsync(() => mount.Ring.Head > from);
    }

    private static List<string> Waits(MountFixture fixture) =>
        [.. fixture.Log.Lines.Where(l => l.Text.Contains("trying again in ", StringComparison.Ordinal)).Select(l => l.Text.Split("trying again in ")[1].Split(';')[0])];

    private static ScriptedReply? WithoutTcp(ScriptedRequest request) =>
        request.Method == "SETUP" && request.Header("Transport")!.Contains("TCP", StringComparison.Ordinal) ? ScriptedReply.Of(461, "Unsupported Transport") : null;
}
