using FastRtspProxy.Engine;
using FastRtspProxy.Engine.Backend;
using FastRtspProxy.Engine.Frontend;
using FastRtspProxy.Engine.Mounts;
using FastRtspProxy.Engine.Relay;
using FastRtspProxy.TestPeers;

namespace FastRtspProxy.Tests.Engine.Mounts;

/// <summary>Camera quirks that show only with the whole mount.</summary>
public sealed class MountQuirkTests
{
    [Theory]
    [Rule("R5")]
    [InlineData("Tiandy: the unit type changes within a fragmented unit", "7C85AABB,7C01CCDD,7C45EEFF")]
    [InlineData("Uniview: start and end bits are wrong", "7C05AABB,7CC5CCDD,7C05EEFF")]
    [InlineData("V380: start codes in the payload", "0000000165AABB,00000141CCDD")]
    [InlineData("AAC in ADTS", "FFF15080043FFC21,FFF15080043FFC22")]
    public async Task Quirk_PayloadThatADepacketiserStumblesOn_IsPassedOnByteForByte(string camera, string payloads)
    {
        await using MountFixture fixture = new();
        fixture.Camera.Sdp = ScriptedCamera.VideoOnly;
        Mount mount = fixture.Create();
        (_, PlayGrant grant) = await fixture.JoinAsync(mount);
        byte[][] sent = [.. payloads.Split(',').Select(Convert.FromHexString)];
        for (int i = 0; i < sent.Length; i++)
        {
            fixture.Camera.SendRtp(0, 96, (ushort)(i + 1), 9000, 42, i == 0, sent[i]);
        }

        await Until.TrueAsync(() => mount.Ring.Head >= grant.JoinSequence + sent.Length, detail: () => camera);
        RingPacket[] packets = [.. fixture.Read(mount, grant.JoinSequence).Where(p => (p.Flags & EntryFlags.Rtcp) == 0)];
        Assert.Equal(sent, packets.Select(p => p.Bytes[12..]));

        // The marker is the camera's too, also where it is on the wrong packet (SEI) or missing at the end of a picture (FLIR M400).
        Assert.Equal(sent.Select((_, i) => i == 0), packets.Select(p => p.Bytes[1] >> 7 == 1));
    }

    [Theory]
    [InlineData(BackendTransport.Udp, 10_000)]
    [InlineData(BackendTransport.Tcp, 65_523)]
    public async Task Quirk_OversizedPackets_GoIntoTheRingWhole(BackendTransport transport, int bytes)
    {
        await using MountFixture fixture = new();
        Mount mount = fixture.Create(transport);
        (_, PlayGrant grant) = await fixture.JoinAsync(mount);
        fixture.Camera.SendRtp(0, 96, 1, 9000, 42, true, new byte[bytes]);
        await Until.TrueAsync(() => mount.Ring.Head > grant.JoinSequence);

        Assert.Contains(fixture.Read(mount, grant.JoinSequence), p => p.Bytes.Length == 12 + bytes);
    }

    [Fact]
    public async Task Quirk_HikvisionWantsDescribeOnEachConnection_ANewOneBeginsWithIt()
    {
        await using MountFixture fixture = new();
        fixture.Camera.Script = r => r.Method == "SETUP" && !fixture.Camera.Requests.Any(d => d.Connection == r.Connection && d.Method == "DESCRIBE")
            ? ScriptedReply.Of(454, "Session Not Found")
            : null;
        Mount mount = fixture.Create();
        await fixture.JoinAsync(mount);

        fixture.Camera.DropConnections();

        await Until.TrueAsync(() => fixture.Camera.Count("PLAY") == 2);
        Assert.Equal(["DESCRIBE", "SETUP", "SETUP", "PLAY"], fixture.Camera.Requests.Where(r => r.Connection == 2 && r.Method != "OPTIONS").Select(r => r.Method));
        Assert.All(fixture.Camera.Requests.Where(r => r.Connection == 2 && r.Method == "DESCRIBE"), r => Assert.Null(r.Header("Session")));
    }

    [Fact]
    public async Task Quirk_VStarcamClosesAfter401_TheFirstViewerGetsItsPictureWithoutAWait()
    {
        await using MountFixture fixture = new(new FakeTimeProvider()); // the clock stands still: no wait ever ends
        fixture.Camera.Script = r => r.Header("Authorization") is not null ? null
            : ScriptedReply.Of(401, "Unauthorized", ("WWW-Authenticate", "Digest realm=\"r\", nonce=\"0011\"")) with { Close = true };
        Mount mount = fixture.Create();

        await fixture.JoinAsync(mount).WaitAsync(TimeSpan.FromSeconds(60));

        Assert.Equal((2, 2), (fixture.Camera.ConnectionCount, fixture.Camera.Count("DESCRIBE")));
        Assert.Empty(fixture.Log.Loud);
    }

    [Fact]
    public async Task Quirk_CameraAllowsOneSession_TeardownComesBeforeTheNextConnection()
    {
        await using MountFixture fixture = new() { BackendTimings = PatientTimings.OfBackend with { DeadStream = TimeSpan.FromMilliseconds(200), Teardown = TimeSpan.FromMinutes(1) } };
        bool isTaken = false;
        fixture.Camera.Script = r =>
        {
            if (r.Method == "SETUP" && r.Header("Session") is null)
            {
                if (isTaken)
                {
                    return ScriptedReply.Of(453, "Not Enough Bandwidth");
                }

                isTaken = true;
            }

            isTaken &= r.Method != "TEARDOWN";
            return null;
        };
        Mount mount = fixture.Create();
        await fixture.JoinAsync(mount);

        await Until.TrueAsync(() => fixture.Camera.Count("PLAY") >= 2);

        Assert.DoesNotContain(fixture.Log.Loud, line => line.Contains("answered 453", StringComparison.Ordinal));
        int teardown = fixture.Camera.Requests.ToList().FindIndex(r => r.Method == "TEARDOWN");
        Assert.Equal(1, fixture.Camera.Requests[teardown].Connection);
        Assert.Equal(2, fixture.Camera.Requests[teardown + 1].Connection);
    }
}
