using FastRtspProxy.EndToEndTests.Processes;
using FastRtspProxy.EndToEndTests.RawClient;
using Xunit.Abstractions;

namespace FastRtspProxy.EndToEndTests;

/// <summary>Players over UDP whose ports are not what the standard expects.</summary>
public sealed class UdpPortsTests(ITestOutputHelper log) : EndToEndTest(log)
{
    [Fact]
    public async Task Play_ByAPlayerThatOpensRtpPortsOnly_GoesOn()
    {
        ProxyProcess proxy = await StartProxyAsync("-v", "--demo");
        await using RawPlayer player = await RawPlayer.ConnectAsync(proxy.PlayUrl, tcp: false, withoutRtcp: true);
        await player.PlayAsync();

        // Several reports went to its closed RTCP ports meanwhile: one to the joiner, and one at each key frame or every 5 s.
        await WaitUntilAsync("twelve seconds of media", () => player.Tracks.All(track => MediaSeconds(track) > 12));

        Assert.All(player.Tracks, track => Assert.True(track.Disorders == 0, track.FirstDisorder));
        Assert.DoesNotContain(proxy.Process.Lines(), line => line.Text.Contains("Unreachable", StringComparison.Ordinal));
    }

    private static double MediaSeconds(TrackCounter track) =>
        track.Packets == 0 ? 0 : (track.Units[^1].Timestamp - track.FirstTimestamp) / (double)track.ClockRate;
}
