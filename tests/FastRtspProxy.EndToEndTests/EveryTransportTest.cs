using FastRtspProxy.EndToEndTests.Players;
using FastRtspProxy.EndToEndTests.Processes;
using FastRtspProxy.EndToEndTests.RawClient;
using Xunit.Abstractions;

namespace FastRtspProxy.EndToEndTests;

/// <summary>One way to the camera, and players by every way to the proxy at once.</summary>
public abstract class EveryTransportTest(ITestOutputHelper log) : EndToEndTest(log)
{
    protected const double Seconds = 3;

    /// <summary>The ways of ffmpeg; the HTTP tunnel goes to the RTSP port, which takes tunnels as well.</summary>
    private static readonly string[] s_transports = ["udp", "tcp", "http"];

    /// <summary>ffmpeg over UDP, TCP and the HTTP tunnel decodes every track, and a client beside them misses nothing.</summary>
    protected async Task AssertPlaysEverywhereAsync(ProxyProcess proxy, string? url = null, int cachedFrames = 0)
    {
        url ??= proxy.PlayUrl;

        // It takes the camera's first moments: players that join a running stream get their sender reports before their first packet.
        await using RawPlayer first = await RawPlayer.ConnectAsync(proxy.PlayUrl, tcp: true);
        await first.PlayAsync();
        await WaitUntilAsync("media on both tracks", () => first.Tracks.Count == 2 && first.Tracks.All(track => track.Packets > 40));

        FfmpegPlayer[] players = [.. s_transports.Select(transport => StartFfmpeg(url, transport, Seconds))];
        foreach (FfmpegPlayer player in players)
        {
            IReadOnlyList<DecodedTrack> decoded = await player.FinishAsync(Soon);
            Assert.Equal(2, decoded.Count);
            AssertVideo(decoded[0], Seconds, cachedFrames);
            AssertAudio(decoded[1], Seconds);
        }

        Assert.All(first.Tracks, track => Assert.True(track.Disorders == 0, track.FirstDisorder));
    }

    private static void AssertVideo(DecodedTrack track, double seconds, int cachedFrames)
    {
        if (cachedFrames == 0)
        {
            AssertVideo(track, seconds);
            return;
        }

        // The cached pictures come on top: they lie before the present, which is what the player's time counts from.
        Assert.Equal("video", track.MediaType);
        Assert.InRange(track.Frames, (int)(seconds * 25) - 20, (int)(seconds * 25) + cachedFrames + 8);
        Assert.True(track.DistinctFrames > track.Frames * 0.9, $"only {track.DistinctFrames} of {track.Frames} pictures differ");
        Assert.True(track.TimestampsRise, "time stamps went back");
    }
}
