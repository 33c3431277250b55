using FastRtspProxy.EndToEndTests.Processes;
using FastRtspProxy.EndToEndTests.RawClient;
using Xunit.Abstractions;

namespace FastRtspProxy.EndToEndTests;

/// <summary>Many players on one camera, which is read once.</summary>
public sealed class FiftyPlayersTests(ITestOutputHelper log) : EndToEndTest(log)
{
    private const int Players = 50;

    private static readonly TimeSpan s_length = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task Play_FiftyAtOnceOverUdpAndTcp_EveryPacketInOrderAndOneCameraSession()
    {
        CameraProcess camera = await StartCameraAsync("h264,aac");
        ProxyProcess proxy = await StartProxyAsync(camera.Url);
        List<RawPlayer> players = [];
        try
        {
            for (int i = 0; i < Players; i++)
            {
                players.Add(await RawPlayer.ConnectAsync(proxy.PlayUrl, tcp: i % 2 == 1));
            }

            await Task.WhenAll(players.Select(player => player.PlayAsync()));
            await WaitUntilAsync(
                $"{s_length.TotalSeconds} s of media and three reports for each track of every player",
                () => players.All(static player => HasAll(player) && player.Tracks.All(static track => track.RtcpPackets >= 3)),
                3 * s_length);
            int sessionsWhilePlaying = camera.SessionsOpen;
            await Task.WhenAll(players.Select(player => player.TeardownAsync()));

            Assert.Equal(1, sessionsWhilePlaying);
            camera.AssertReadOnce();
            Assert.Equal(2, players[0].Tracks.Count);
            foreach (RawPlayer player in players)
            {
                AssertComplete(player);
            }

            Log.WriteLine($"proxy: {proxy.ResidentBytes >> 20} MB resident, {proxy.CpuTime.TotalSeconds:F2} s of CPU");
        }
        finally
        {
            foreach (RawPlayer player in players)
            {
                await player.DisposeAsync();
            }
        }
    }

    /// <summary>25 frames a second in one packet or more each; 48000 / 1024 blocks of audio a second. A sender report comes every 5 s at the latest.</summary>
    private static bool HasAll(RawPlayer player) =>
        player.Tracks[0].Packets >= 25 * (s_length.TotalSeconds - 1) && player.Tracks[1].Packets >= 46 * (s_length.TotalSeconds - 1);

    private static void AssertComplete(RawPlayer player)
    {
        string kind = player.Tcp ? "tcp" : "udp";
        for (int i = 0; i < player.Tracks.Count; i++)
        {
            TrackCounter track = player.Tracks[i];
            Assert.True(track.Disorders == 0, $"{kind} track {i}: {track.Disorders} times out of order, first: {track.FirstDisorder}");
            if (track.PromisedSequenceNumber is { } promised)
            {
                Assert.True(promised == track.FirstSequenceNumber, $"{kind} track {i}: RTP-Info promised {promised}, first was {track.FirstSequenceNumber}");
            }
        }
    }
}
