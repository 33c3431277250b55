using System.Text.Json;
using FastRtspProxy.EndToEndTests.Network;
using Xunit.Abstractions;

namespace FastRtspProxy.EndToEndTests;

/// <summary>
/// Real players over UDP in networks that make something of addresses, with server, camera and players on hosts of their own (Network/address_networks.py; as root, or where users may make
/// namespaces). Each plays six seconds, 150 pictures, and may lose up to two key intervals at its start.
/// </summary>
public sealed class AddressTests(ITestOutputHelper log) : NamespaceTest(log)
{
    private const int FramesMin = 6 * 25 * 3 / 4;
    private static readonly TimeSpan s_limit = TimeSpan.FromMinutes(4);

    [Fact]
    public async Task IPv6Only_OverUdp_EveryPlayerHasItsPicture() => AssertPlays(await RunAsync("ipv6"));

    [Fact]
    public async Task NatThatChangesPorts_OverUdp_EveryPlayerHasItsPicture() => AssertPlays(await RunAsync("nat"));

    /// <summary>rtspsrc's talk comes from a port that it did not announce, as its punches do: the tone arrives, and so do the pictures (or the script fails).</summary>
    [Fact]
    public async Task NatThatChangesPorts_TalkOverUdp_TheCameraHearsItsTone() =>
        Assert.Equal(0, (await RunAsync("nat-talk")).GetProperty("errors").GetArrayLength());

    [Fact]
    public async Task SecondAddress_FirewallTakesMediaFromThereAlone_EveryPlayerHasItsPicture() => AssertPlays(await RunAsync("addresses"));

    [Fact]
    public async Task SecondAddress_MovesToAnotherServerAndBack_PlayersFollowAndOthersSeeNothingOfIt()
    {
        JsonElement found = await RunAsync("vip");

        Assert.InRange(found.GetProperty("after").GetInt32(), 50, int.MaxValue);
        Assert.InRange(found.GetProperty("back").GetInt32(), FramesMin, int.MaxValue);
        Assert.InRange(found.GetProperty("neighbour").GetInt32(), 150, int.MaxValue);
        Assert.InRange(found.GetProperty("patientGap").GetDouble(), 0.5, double.MaxValue); // what was shown meanwhile it lacks, and it has its picture again, or the script fails
        Assert.Equal(0, found.GetProperty("complaints").GetArrayLength());
    }

    /// <summary>A player with fixed ports that is killed and starts again takes its own place: one session sends to its ports, and none says goodbye to them.</summary>
    [Fact]
    public async Task SamePortsAgain_PlayerWasKilledTwice_PlaysWithoutAComplaint()
    {
        JsonElement found = await RunAsync("restart");

        // It begins in the past, and what goes to a port that was just closed may be lost: up to 1.7 of its 6 seconds.
        Assert.InRange(found.GetProperty("last").GetInt32(), FramesMin * 2 / 3, int.MaxValue);
        Assert.Equal(2, found.GetProperty("replaced").GetInt32());
        Assert.Equal(0, found.GetProperty("complaints").GetArrayLength());
    }

    /// <summary>Reports that are rejected say nothing of the media: it goes on beyond the fifteen seconds after which a silent viewer would be given up.</summary>
    [Fact]
    public async Task FirewallThatRejectsRtcp_OverUdp_EveryPlayerHasItsPictureForAsLongAsItLikes()
    {
        JsonElement found = await RunAsync("rtcp-firewall");

        AssertPlays(found);
        Assert.InRange(found.GetProperty("rejected").GetInt32(), 1, int.MaxValue);
        Assert.InRange(found.GetProperty("long").GetInt32(), 25 * 25 * 9 / 10, int.MaxValue);
    }

    private static void AssertPlays(JsonElement found)
    {
        Assert.InRange(found.GetProperty("ffmpeg").GetInt32(), FramesMin, int.MaxValue);
        Assert.InRange(found.GetProperty("rtspsrc").GetInt32(), FramesMin, int.MaxValue);
    }

    private Task<JsonElement> RunAsync(string situation) =>
        RunInNamespacesAsync("address_networks.py", "util-linux, mount, iproute2, nftables", s_limit, situation);
}
