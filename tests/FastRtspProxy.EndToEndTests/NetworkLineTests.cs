using System.Text.Json;
using FastRtspProxy.EndToEndTests.Network;
using Xunit.Abstractions;

namespace FastRtspProxy.EndToEndTests;

/// <summary>
/// Server, cameras and viewers on hosts of their own (network namespaces, Network/lines.py; as root, or where users may make namespaces), and between them a path with a smaller MTU behind the first hop, loss,
/// delay, jitter and reordering, too little room, a cable that is pulled for 15 s, a viewer that is gone without a word while it is paused, and a camera that is dropped so. ffmpeg decodes at the ends; where the cable
/// is pulled, mpv and rtspsrc do, too.
/// </summary>
public sealed class NetworkLineTests(ITestOutputHelper log) : NamespaceTest(log)
{
    /// <summary>It takes a minute and a half on a busy machine.</summary>
    private static readonly TimeSpan s_limit = TimeSpan.FromMinutes(5);

    [Fact]
    public async Task LinesOfRealNetworks_AllAtOnce_EveryViewerDecodesOnAndASlowOneStaysNearTheLiveEdge()
    {
        JsonElement found = await RunInNamespacesAsync("lines.py", "util-linux, mount, iproute2, nftables, /dev/net/tun", s_limit);

        // While a cable is out and a camera silent, 15 s of the stream with 25 pictures each go to those whose lines are there; those over UDP may miss a group where packets are lost.
        JsonElement pictures = found.GetProperty("picturesDuringTheOutage");
        foreach (string player in (string[])["near-udp", "near-tcp", "small-udp", "small-tcp", "far-tcp", "uneven-udp", "uneven-tcp", "lossy-tcp"])
        {
            Assert.True(pictures.GetProperty(player).GetInt32() >= 300, $"{player} decoded {pictures.GetProperty(player)} pictures of 15 s");
        }

        foreach (string player in (string[])["far-udp", "lossy-udp"])
        {
            Assert.True(pictures.GetProperty(player).GetInt32() >= 200, $"{player} decoded {pictures.GetProperty(player)} pictures of 15 s");
        }

        Assert.InRange(found.GetProperty("lostByTheFilter").GetInt32(), 1, int.MaxValue);
        Assert.InRange(found.GetProperty("longestGapOfThePulled").GetDouble(), 10, double.MaxValue);

        // They came back by themselves, in the same players (the script fails when one does not); TCP carries everything whole, and UDP in time, but for a pause of the wire or the player itself.
        Assert.Equal(7, found.GetProperty("secondsUntil75MorePictures").EnumerateObject().Count());
        Assert.Subset(new HashSet<string?> { "Teardown", "ConnectionClosed", "PeerClosed" }, found.GetProperty("causesBehindTheCable").EnumerateArray().Select(static one => one.GetString()).ToHashSet()); // by the player, never by us
        Assert.All(found.GetProperty("complaints").EnumerateObject(), static one => Assert.InRange(one.Value.GetInt32(), 0, one.Name.EndsWith("-udp", StringComparison.Ordinal) ? 4 : 0));

        // 2 Mbit/s: the mark is 125 KB, a quarter more while the rate moves, and a frame may stand on top of it; half of the time, as a pause of a program is followed by much at once. 4 s in the ring and what
        // is in the kernel make some 5, before it is moved forward; with a send buffer of megabytes a line of half the rate is 12 s behind when the last third begins, and never less from then on.
        Assert.InRange(found.GetProperty("unsentBytes").GetInt32(), 1, 156_250 + 100_000);
        Assert.InRange(found.GetProperty("slow").GetProperty("leastInTheLastThird").GetDouble(), 0, 7);
        Assert.InRange(found.GetProperty("slow").GetProperty("lost").GetInt32(), 1, int.MaxValue);

        // A paused viewer lives as long as its connection: TCP asks after 20 s of silence, three times, 10 s apart, and whenever in the first 20 s, or before the next question, it goes: that makes 30 s at the least.
        // One that answers lives on.
        Assert.InRange(found.GetProperty("secondsUntilTheDeadViewerEnded").GetDouble(), 30, 90);
        Assert.Equal(1, found.GetProperty("deadSessionsEnded").GetInt32());
        Assert.Equal(0, found.GetProperty("pausedAndThereEnded").GetInt32());
        Assert.Equal(0, found.GetProperty("proxyStatus").GetInt32());
    }
}
