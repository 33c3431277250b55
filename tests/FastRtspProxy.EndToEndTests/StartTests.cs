using System.Globalization;
using FastRtspProxy.EndToEndTests.Players;
using FastRtspProxy.EndToEndTests.Processes;
using Xunit.Abstractions;

namespace FastRtspProxy.EndToEndTests;

/// <summary>What joins a running stream decodes from its first picture on.</summary>
public sealed class StartTests(ITestOutputHelper log) : EndToEndTest(log)
{
    private const int GroupFrames = 50;

    [Theory]
    [InlineData("tcp")]
    [InlineData("udp")]
    public Task Join_Instant_FfmpegDecodesTheCachedPicturesWithoutAComplaint(string transport) => WithoutDropsAsync(async () =>
    {
        ProxyProcess proxy = await StartInMidGroupAsync();

        // Their timestamps stand close together, so two seconds of them hold more pictures than two seconds of the stream.
        FfmpegPlayer player = StartFfmpeg(proxy.PlayUrl + "?start=instant", transport, 2);
        Assert.Equal(0, await player.Process.WaitForExitAsync(Soon));

        player.AssertNoComplaints(TimeSpan.Zero);
        DecodedTrack video = player.Decoded()[0];
        Assert.InRange(video.Frames, 50, 55 + GroupFrames);
        Assert.True(video.TimestampsRise);
    });

    [Theory]
    [InlineData("tcp")]
    [InlineData("udp")]
    public Task Join_Instant_RtspsrcDecodesWithoutAComplaint(string protocols) => WithoutDropsAsync(async () =>
    {
        ProxyProcess proxy = await StartInMidGroupAsync();

        (int frames, int milliseconds, _) = await StartRtspsrc(proxy.PlayUrl + "?start=instant", protocols, 2).FinishAsync(Soon);

        Assert.InRange(frames, milliseconds / 40, (milliseconds / 40) + GroupFrames + 5);
    });

    /// <summary>The past has its true times: two seconds of it are two seconds, of pictures as of sound.</summary>
    [Theory]
    [InlineData("tcp")]
    [InlineData("udp")]
    public Task Join_Past_FfmpegDecodesWhatIsCachedAtItsTrueRate(string transport) => WithoutDropsAsync(async () =>
    {
        ProxyProcess proxy = await StartInMidGroupAsync();

        FfmpegPlayer player = StartFfmpeg(proxy.PlayUrl + "?start=past", transport, 2);
        Assert.Equal(0, await player.Process.WaitForExitAsync(Soon));

        player.AssertNoComplaints(TimeSpan.Zero);
        Assert.All(player.Decoded(), static track => Assert.True(track.TimestampsRise));
        Assert.InRange(player.Decoded()[0].Frames, 48, 52);
    });

    /// <summary>Each access unit has its number and checksum.</summary>
    [Theory]
    [InlineData("tcp")]
    [InlineData("udp")]
    public async Task Join_Past_NothingIsMissingBetweenPastAndPresent(string transport)
    {
        ProxyProcess proxy = await StartInMidGroupAsync();

        ChildProcess load = StartProgram(
            "crowd that joins in the past", Prerequisites.SimulatorBinary,
            "load", proxy.PlayUrl + "?start=past", "--clients", "10", "--transport", transport, "--duration", "4s", "--timeout", "60s", "--verify", "--max-loss", "0", "--min-clients", "10", "--plain");

        Assert.True(await load.WaitForExitAsync(Soon + Soon) == 0, load.Transcript(60));
    }

    [Theory]
    [InlineData("tcp")]
    [InlineData("udp")]
    public Task Join_Keyframe_NothingComesBeforeWhatCanBeDecoded(string transport) => WithoutDropsAsync(async () =>
    {
        ProxyProcess proxy = await StartInMidGroupAsync();

        FfmpegPlayer player = StartFfmpeg(proxy.PlayUrl + "?start=keyframe", transport, 3);
        Assert.Equal(0, await player.Process.WaitForExitAsync(Soon));

        player.AssertNoComplaints(TimeSpan.Zero);
        Assert.InRange(player.Decoded()[0].Frames, 15, 80);
    });

    /// <summary>
    /// A player that stands still for a moment loses over UDP what its own socket has no room for. Where the kernel counted such datagrams, the test begins anew when it fails, and the third
    /// one counts in any case.
    /// </summary>
    private async Task WithoutDropsAsync(Func<Task> test)
    {
        for (int tries = 1; ; tries++)
        {
            long before = DroppedDatagrams();
            try
            {
                await test();
                return;
            }
            catch (Exception e) when (tries < 3 && DroppedDatagrams() > before)
            {
                Log.WriteLine($"A socket had no room, and the test begins anew: {e.Message}");
            }
        }
    }

    /// <summary>Those that found no room in their sockets, of all programs of this machine (RcvbufErrors of proc_net_snmp(5)).</summary>
    private static long DroppedDatagrams()
    {
        string[][] udp = [.. File.ReadLines("/proc/net/snmp").Where(static line => line.StartsWith("Udp: ", StringComparison.Ordinal)).Select(static line => line.Split(' '))];
        return long.Parse(udp[1][Array.IndexOf(udp[0], "RcvbufErrors")], CultureInfo.InvariantCulture);
    }

    /// <summary>The proxy in front of a camera that plays already, somewhere in a group of pictures.</summary>
    private async Task<ProxyProcess> StartInMidGroupAsync()
    {
        SimulatedCamera camera = await StartSimulatorAsync();
        ProxyProcess proxy = await StartProxyAsync("--always-on", camera.Urls[0]);
        FfmpegPlayer first = StartFfmpeg(proxy.PlayUrl + "?start=live", "tcp");
        await first.WaitForVideoFramesAsync(10, Soon);
        return proxy;
    }
}
