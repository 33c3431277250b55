using System.Globalization;
using FastRtspProxy.EndToEndTests.Processes;

namespace FastRtspProxy.EndToEndTests.Players;

/// <summary>GStreamer's rtspsrc as a player (Players/rtspsrc_player.py).</summary>
public sealed class RtspsrcPlayer : IAsyncDisposable
{
    private RtspsrcPlayer(ChildProcess process) => Process = process;

    public ChildProcess Process { get; }

    public static RtspsrcPlayer Start(string url, string protocols, double seconds, bool videoOnly = false)
    {
        string script = Path.Combine(AppContext.BaseDirectory, "Players", "rtspsrc_player.py");
        List<string> arguments = [script, url, "--protocols", protocols, "--seconds", seconds.ToString(CultureInfo.InvariantCulture)];
        if (videoOnly)
        {
            arguments.Add("--video-only");
        }

        return new RtspsrcPlayer(ChildProcess.Start($"rtspsrc {protocols}", Prerequisites.Python, arguments));
    }

    /// <summary>
    /// Decoded video frames, the time that their stamps span, and milliseconds of decoded audio; fails on any error or warning of the pipeline.
    /// </summary>
    public async Task<(int Frames, int VideoMilliseconds, int AudioMilliseconds)> FinishAsync(TimeSpan limit)
    {
        int code = await Process.WaitForExitAsync(limit);
        string transcript = Process.Transcript(60);
        Assert.True(code == 0, transcript);
        string[] lines = [.. Process.Lines().Where(line => !line.IsError).Select(line => line.Text)];
        Assert.DoesNotContain(lines, line => line.StartsWith("error", StringComparison.Ordinal) || line.StartsWith("warning", StringComparison.Ordinal));
        return (Number(lines, "video", 1), Number(lines, "video", 2), Number(lines, "audio", 1));
    }

    public ValueTask DisposeAsync() => Process.DisposeAsync();

    private static int Number(string[] lines, string word, int index) =>
        int.Parse(lines.Single(line => line.StartsWith(word + " ", StringComparison.Ordinal)).Split(' ')[index], CultureInfo.InvariantCulture);
}
