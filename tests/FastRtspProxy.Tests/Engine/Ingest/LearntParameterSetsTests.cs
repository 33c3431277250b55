using System.Text;
using FastRtspProxy.Engine.Frontend;
using FastRtspProxy.Engine.Mounts;
using FastRtspProxy.TestPeers;
using FastRtspProxy.Tests.Engine.Mounts;

namespace FastRtspProxy.Tests.Engine.Ingest;

/// <summary>Parameter sets of the stream in the served description.</summary>
public sealed class LearntParameterSetsTests
{
    private static readonly byte[] s_sps = [0x67, 0x4D, 0x00, 0x1F, 0x95, 0xA8, 0x14];
    private static readonly byte[] s_pps = [0x68, 0xEE, 0x3C, 0x80];

    [Theory]
    [InlineData("a=fmtp:96 packetization-mode=1\r\n")]
    [InlineData("a=fmtp:96 packetization-mode=1;profile-level-id=42002A;sprop-parameter-sets=Z0IAKeKQFge2AtwEBAaQeJEV,aM48gA==\r\n")]
    [InlineData("")]
    public async Task Quirk_HikvisionNoOrOldSetsInTheDescription_TheServedOneHasThoseOfTheStream(string fmtp)
    {
        await using MountFixture fixture = new();
        fixture.Camera.Sdp = ScriptedCamera.VideoOnly.Replace("a=fmtp:96 packetization-mode=1\r\n", fmtp, StringComparison.Ordinal);
        Mount mount = fixture.Create();
        (_, PlayGrant grant) = await fixture.JoinAsync(mount);
        string wanted = $"sprop-parameter-sets={Convert.ToBase64String(s_sps)},{Convert.ToBase64String(s_pps)}";
        Assert.DoesNotContain(wanted, await DescribeAsync(mount), StringComparison.Ordinal);

        fixture.Camera.SendRtp(0, 96, 1, 9000, 42, false, s_sps);
        fixture.Camera.SendRtp(0, 96, 2, 9000, 42, false, s_pps);
        fixture.Camera.SendRtp(0, 96, 3, 9000, 42, true, [0x65, 1, 2]);
        await Until.TrueAsync(() => mount.Ring.Head >= grant.JoinSequence + 3);

        string sdp = await DescribeAsync(mount);
        Assert.Contains(wanted, sdp, StringComparison.Ordinal);
        Assert.Contains("profile-level-id=4D001F", sdp, StringComparison.Ordinal);
        Assert.Single(sdp.Split("\r\n"), line => line.StartsWith("a=fmtp:96", StringComparison.Ordinal));
    }

    [Fact]
    public async Task DescribeAsync_SetsChangeInTheStream_VersionGrowsAndClientsStay()
    {
        await using MountFixture fixture = new();
        Mount mount = fixture.Create();
        (RecordingClient client, PlayGrant grant) = await fixture.JoinAsync(mount);
        string before = Origin(await DescribeAsync(mount));
        Assert.Equal(before, Origin(await DescribeAsync(mount)));

        fixture.Camera.SendRtp(0, 96, 1, 9000, 42, false, s_sps);
        fixture.Camera.SendRtp(0, 96, 2, 9000, 42, false, s_pps);
        await Until.TrueAsync(() => mount.Ring.Head >= grant.JoinSequence + 2);

        Assert.NotEqual(before, Origin(await DescribeAsync(mount)));
        Assert.Null(client.End);
    }

    private static async Task<string> DescribeAsync(Mount mount) => Encoding.ASCII.GetString((await mount.DescribeAsync(TimeSpan.FromSeconds(60)))!.Sdp);

    private static string Origin(string sdp) => sdp.Split("\r\n").Single(line => line.StartsWith("o=", StringComparison.Ordinal));
}
