using FastRtspProxy.EndToEndTests.Players;
using FastRtspProxy.EndToEndTests.Processes;
using Xunit.Abstractions;

namespace FastRtspProxy.EndToEndTests;

/// <summary>Players that join in the middle of a group of pictures, at files that GStreamer serves.</summary>
public sealed class LateJoinerTests(ITestOutputHelper log) : EndToEndTest(log)
{
    private const int GroupFrames = 50;

    /// <summary>Longer than a busy machine needs for the players' coming and watching; the server reads it at its pace.</summary>
    private const int FilmSeconds = 60;

    /// <summary>Pictures that a player needs to have shown until it may end: more than a group.</summary>
    private const int WatchedFrames = 60;

    /// <summary>
    /// Whoever joins late shows only pictures that the first viewer shows as well. Decoders that begin in the middle of a group often show grey or smeared ones without a word (MPEG-4: 20 of 100).
    /// </summary>
    [Theory]
    [InlineData("vp9", "tcp")]
    [InlineData("mpeg4", "tcp")]
    [InlineData("mpeg4", "udp")]
    [InlineData("mpeg2", "tcp")]
    [InlineData("ts", "tcp")]
    [InlineData("ts", "udp")]
    public async Task Join_InTheMiddleOfAGroup_EveryPictureIsRight(string codec, string transport)
    {
        using MediaFile film = await MediaFile.MakeAsync(codec, FilmSeconds, GroupFrames);
        CameraProcess camera = await StartCameraAsync(codec, "--file", film.Path);
        ProxyProcess proxy = await StartServingProxyAsync("-t", camera.Url);
        FfmpegPlayer first = StartFfmpeg(proxy.PlayUrl, "tcp");
        await first.WaitForVideoFramesAsync(GroupFrames + 10, Soon);

        FfmpegPlayer[] late = new FfmpegPlayer[2];
        for (int i = 0; i < late.Length; i++)
        {
            late[i] = StartFfmpeg(proxy.PlayUrl, transport);
            await first.WaitForVideoFramesAsync(first.VideoFrames + 17, Soon); // another place in the group for each
        }

        foreach (FfmpegPlayer player in late)
        {
            await player.WaitForVideoFramesAsync(WatchedFrames, Soon);
        }

        string[][] shown = [.. late.Select(static player => player.VideoChecksums())];
        // The first viewer may be some pictures behind; where the last picture of the others is wrong, it never comes.
        int enough = first.VideoFrames + (2 * GroupFrames);
        await WaitUntilAsync("the first viewer shows what the others show", () => shown.All(s => first.VideoChecksums().Contains(s[^1])) || first.VideoFrames >= enough);
        HashSet<string> right = [.. first.VideoChecksums()];
        foreach ((FfmpegPlayer player, string[] checksums) in late.Zip(shown))
        {
            string[] wrong = [.. checksums.Where(checksum => !right.Contains(checksum))];
            Assert.True(wrong.Length == 0, $"{wrong.Length} of {checksums.Length} pictures are wrong, the first is number {Array.FindIndex(checksums, c => !right.Contains(c))}");
            player.AssertNoComplaints(TimeSpan.Zero);
        }
    }
}
