using FastRtspProxy.EndToEndTests.Processes;
using FastRtspProxy.EndToEndTests.RawClient;
using Xunit.Abstractions;

namespace FastRtspProxy.EndToEndTests;

/// <summary>A player that stops reading costs nobody but itself.</summary>
public sealed class StalledPlayerTests(ITestOutputHelper log) : EndToEndTest(log)
{
    private const int Stalled = 10;

    [Fact]
    public async Task Play_TenPlayersStopReading_OthersGetEveryPacketAndMemoryStays()
    {
        // Noise: about 15 Mbit/s, so that every buffer on the way to a stalled player is full within a second or two.
        CameraProcess camera = await StartCameraAsync("mjpeg", "--pattern", "snow", "--quality", "85");
        ProxyProcess proxy = await StartProxyAsync(camera.Url);
        List<RawPlayer> stalled = [];
        await using RawPlayer tcp = await RawPlayer.ConnectAsync(proxy.PlayUrl, tcp: true);
        await using RawPlayer udp = await RawPlayer.ConnectAsync(proxy.PlayUrl, tcp: false);
        try
        {
            await tcp.PlayAsync();
            await udp.PlayAsync();
            for (int i = 0; i < Stalled; i++)
            {
                RawPlayer player = await RawPlayer.ConnectAsync(proxy.PlayUrl, tcp: true, receiveBufferBytes: 8192);
                stalled.Add(player);
                await player.PlayAsync();
            }

            await WaitUntilAsync("media on every player", () => stalled.All(player => player.Tracks[0].Packets > 100));
            stalled.ForEach(player => player.Stall());
            await WaitForSecondsAsync(tcp, 4);
            long residentBefore = proxy.ResidentBytes;
            await WaitForSecondsAsync(tcp, 6);
            long grown = proxy.ResidentBytes - residentBefore;

            Log.WriteLine($"grew by {grown >> 10} KB; proxy used {proxy.CpuTime.TotalSeconds:F2} s of CPU");
            Assert.True(tcp.Tracks[0].Disorders == 0, "tcp: " + tcp.Tracks[0].FirstDisorder);
            Assert.True(udp.Tracks[0].Disorders == 0, "udp: " + udp.Tracks[0].FirstDisorder);
            Assert.True(grown < 24 << 20, $"resident memory grew by {grown >> 20} MB in 6 s of media");
        }
        finally
        {
            foreach (RawPlayer player in stalled)
            {
                await player.DisposeAsync();
            }
        }
    }

    /// <summary>So much more of the stream: 25 pictures a second, each of ten packets or more.</summary>
    private static Task WaitForSecondsAsync(RawPlayer player, int seconds)
    {
        long packets = player.Tracks[0].Packets + (seconds * 25 * 10);
        return WaitUntilAsync($"{seconds} s of media", () => player.Tracks[0].Packets >= packets, TimeSpan.FromSeconds(seconds) + Soon);
    }
}
