using FastRtspProxy.EndToEndTests.Processes;

namespace FastRtspProxy.EndToEndTests.Players;

/// <summary>GStreamer's `gst-launch-1.0` with an rtspsrc, and what its words mean.</summary>
public static class GstLaunch
{
    public const string Program = "/usr/bin/gst-launch-1.0";

    /// <summary>
    /// With its end rtspsrc sends PAUSE and, without waiting for what becomes of it, TEARDOWN. In GStreamer 1.22 whichever of them is interrupted before a byte of it is written is an error of the
    /// pipeline, and the exit code 1: the connection's end, it says, of which the server knows nothing.
    /// </summary>
    private const string Interrupted = "Could not send message. (Received end-of-file)";

    /// <summary>An error is that many lines: the element's, a heading, the place, and what it is.</summary>
    private const int ErrorLines = 4;

    /// <summary>An rtspsrc for machines that may send nothing for some seconds, or let it stand still: it gives nobody up, and media has room meanwhile.</summary>
    public static string[] Source(string url, string protocols) =>
        ["rtspsrc", "location=" + url, "protocols=" + protocols, "latency=200", "timeout=0", "tcp-timeout=60000000", "udp-buffer-size=8388608"];

    /// <summary>It came to the end of its stream without an error or a warning; what interrupts it while it is closed is none.</summary>
    /// <param name="process">Started without `-q`, which hides warnings and the end.</param>
    /// <param name="limit">For its end.</param>
    public static async Task AssertPlaysToTheEndAsync(ChildProcess process, TimeSpan limit)
    {
        int code = await process.WaitForExitAsync(limit);
        List<string> said = [.. process.Lines().Where(static line => line.IsError).Select(static line => line.Text)];
        while (said.FindIndex(static text => text.StartsWith("ERROR: from element ", StringComparison.Ordinal)) is >= 0 and int at
            && at + ErrorLines <= said.Count && said[at + ErrorLines - 1] == Interrupted)
        {
            said.RemoveRange(at, ErrorLines);
            code = 0;
        }

        Assert.True(code == 0, process.Transcript(60));
        string[] complaints = [.. said.Concat(process.Lines().Where(static line => !line.IsError).Select(static line => line.Text))
            .Where(static text => text.Contains("ERROR", StringComparison.Ordinal) || text.Contains("WARN", StringComparison.Ordinal) || text.Contains("CRITICAL", StringComparison.Ordinal))];
        Assert.True(complaints.Length == 0, process.Transcript(60));
        Assert.Contains(process.Lines(), static line => line.Text.StartsWith("Got EOS from element", StringComparison.Ordinal));
    }
}
