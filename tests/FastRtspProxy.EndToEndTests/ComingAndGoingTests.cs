using FastRtspProxy.EndToEndTests.Processes;
using FastRtspProxy.EndToEndTests.RawClient;
using Xunit.Abstractions;

namespace FastRtspProxy.EndToEndTests;

/// <summary>Players that join an idle mount, join a running one, and leave in every way.</summary>
public sealed class ComingAndGoingTests(ITestOutputHelper log) : EndToEndTest(log)
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Play_FirstOnAnIdleMountThenSecond_RtpInfoIsTrueForBoth(bool tcp)
    {
        CameraProcess camera = await StartCameraAsync("h264,aac");
        ProxyProcess proxy = await StartProxyAsync("--start", "live", camera.Url); // nobody knows the number of a key frame to come
        await using RawPlayer first = await RawPlayer.ConnectAsync(proxy.PlayUrl, tcp);
        await first.PlayAsync();
        await WaitUntilAsync("media", () => first.Tracks.All(track => track.Packets > 50));
        await using RawPlayer second = await RawPlayer.ConnectAsync(proxy.PlayUrl, tcp);
        await second.PlayAsync();
        await WaitUntilAsync("media", () => second.Tracks.All(track => track.Packets > 50));

        foreach (TrackCounter track in first.Tracks.Concat(second.Tracks))
        {
            Assert.Equal(0, track.Disorders);
        }

        Assert.Contains(first.Tracks, track => track.PromisedSequenceNumber is not null);
        Assert.All(first.Tracks.Where(track => track.PromisedSequenceNumber is not null), track => Assert.Equal(track.PromisedSequenceNumber, track.FirstSequenceNumber));

        // On the running mount both tracks were heard within the last second, so both are promised; unless camera or proxy stood still, which the first player has noticed.
        foreach ((TrackCounter heard, TrackCounter track) in first.Tracks.Zip(second.Tracks))
        {
            bool stoodStill = heard.Units.Zip(heard.Units.Skip(1), static (one, next) => next.At - one.At).Max() > TimeSpan.FromSeconds(0.8);
            Assert.True(track.PromisedSequenceNumber is not null || stoodStill, "a track that was heard has no promise");
            Assert.Equal(track.PromisedSequenceNumber ?? track.FirstSequenceNumber, track.FirstSequenceNumber);
        }
    }

    [Fact]
    public async Task Play_WithChannelNumbersOfItsOwn_GetsEveryTrackOnThem()
    {
        CameraProcess camera = await StartCameraAsync("h264,aac");
        ProxyProcess proxy = await StartProxyAsync(camera.Url);
        await using RawPlayer player = await RawPlayer.ConnectAsync(proxy.PlayUrl, tcp: true, firstChannel: 10);
        await player.PlayAsync();

        await WaitUntilAsync("media and reports", () => player.Tracks.All(track => track.Packets > 50 && track.RtcpPackets > 0));

        Assert.All(player.Tracks, track => Assert.True(track.Disorders == 0, track.FirstDisorder));
    }

    [Fact]
    public async Task Play_DozensComeAndGo_TheCameraIsReadOnceAndWhoeverStaysMissesNothing()
    {
        CameraProcess camera = await StartCameraAsync("h264,aac");
        ProxyProcess proxy = await StartProxyAsync(camera.Url);
        await using RawPlayer stayer = await RawPlayer.ConnectAsync(proxy.PlayUrl, tcp: false);
        await using RawPlayer otherStayer = await RawPlayer.ConnectAsync(proxy.PlayUrl, tcp: true);
        await stayer.PlayAsync();
        await otherStayer.PlayAsync();

        for (int round = 0; round < 20; round++)
        {
            RawPlayer[] visitors = await Task.WhenAll(Enumerable.Range(0, 4).Select(i => RawPlayer.ConnectAsync(proxy.PlayUrl, tcp: i % 2 == 0)));
            await Task.WhenAll(visitors.Select(visitor => visitor.PlayAsync()));
            await WaitUntilAsync("packets for each", () => visitors.All(visitor => visitor.Tracks.All(track => track.Packets > 8)));

            // Half of them say goodbye, the others' connections just end.
            await Task.WhenAll(visitors.Take(2).Select(visitor => visitor.TeardownAsync()));
            foreach (RawPlayer visitor in visitors)
            {
                Assert.All(visitor.Tracks, track => Assert.True(track.Disorders == 0, track.FirstDisorder));
                await visitor.DisposeAsync();
            }
        }

        camera.AssertReadOnce();
        foreach (TrackCounter track in stayer.Tracks.Concat(otherStayer.Tracks))
        {
            Assert.True(track.Disorders == 0, track.FirstDisorder);
            Assert.True(track.Packets > 100);
        }
    }
}
