using System.Globalization;
using FastRtspProxy.EndToEndTests.Processes;

namespace FastRtspProxy.EndToEndTests.Players;

/// <summary>GStreamer's rtspsrc as a player (Players/rtspsrc_player.py).</summary>
public sealed class RtspsrcPlayer : IAsyncDisposable
{
    /// <summary>
    /// A camera by GStreamer's server that was described seconds before it plays puts its reports right once, by its own latency of some 70 ms, as others do by
    /// less; rtspsrc moves the pictures along while the new reports of both tracks come in, and its decoder holds their stamps as long.
    /// </summary>
    private const int HeldFramesMax = 4;

    private RtspsrcPlayer(ChildProcess process) => Process = process;

    public ChildProcess Process { get; }

    public static RtspsrcPlayer Start(string url, string protocols, double seconds, bool videoOnly = false, bool hashes = false, string? hand = null)
    {
        string script = Path.Combine(AppContext.BaseDirectory, "Players", "rtspsrc_player.py");
        List<string> arguments = [script, url, "--protocols", protocols, "--seconds", seconds.ToString(CultureInfo.InvariantCulture)];
        if (videoOnly)
        {
            arguments.Add("--video-only");
        }

        if (hashes)
        {
            arguments.Add("--hashes");
        }

        if (hand is not null)
        {
            arguments.AddRange(["--hand", hand]);
        }

        return new RtspsrcPlayer(ChildProcess.Start($"rtspsrc {protocols}", Prerequisites.Python, arguments));
    }

    /// <summary>
    /// Decoded video frames, the time that their stamps span, and milliseconds of decoded audio; fails on any error or warning of the pipeline, and on a video frame
    /// whose stamp is earlier than the one before, or the same but for a few.
    /// </summary>
    public async Task<(int Frames, int VideoMilliseconds, int AudioMilliseconds)> FinishAsync(TimeSpan limit)
    {
        string[] lines = await LinesAsync(limit);
        Assert.Equal(0, Number(lines, "video", 3));
        Assert.InRange(Number(lines, "video", 4), 0, HeldFramesMax);
        return (Number(lines, "video", 1), Number(lines, "video", 2), Number(lines, "audio", 1));
    }

    /// <summary>True when the other side ended the stream before the player's time was over.</summary>
    public async Task<bool> FinishAtEndOfStreamAsync(TimeSpan limit) => (await LinesAsync(limit)).Contains("eos");

    /// <summary>What came so far of a player that hashes.</summary>
    public IReadOnlyList<MediaUnit> Units() =>
        [.. Process.Lines().Where(line => !line.IsError).Select(line => line.Text.Split(' ')).Where(words => words is ["unit", _, _, _])
            .Select(words => new MediaUnit(words[1] == "video", long.Parse(words[2], CultureInfo.InvariantCulture) / 1e6, words[3]))];

    public ValueTask DisposeAsync() => Process.DisposeAsync();

    private async Task<string[]> LinesAsync(TimeSpan limit)
    {
        int code = await Process.WaitForExitAsync(limit);
        Assert.True(code == 0, Process.Transcript(60));
        string[] lines = [.. Process.Lines().Where(line => !line.IsError).Select(line => line.Text)];
        Assert.DoesNotContain(lines, line => line.StartsWith("error", StringComparison.Ordinal) || line.StartsWith("warning", StringComparison.Ordinal));
        return lines;
    }

    private static int Number(string[] lines, string word, int index) =>
        int.Parse(lines.Single(line => line.StartsWith(word + " ", StringComparison.Ordinal)).Split(' ')[index], CultureInfo.InvariantCulture);
}
