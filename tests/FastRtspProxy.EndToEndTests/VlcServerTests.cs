using System.Globalization;
using FastRtspProxy.EndToEndTests.Players;
using FastRtspProxy.EndToEndTests.Processes;
using Xunit.Abstractions;

namespace FastRtspProxy.EndToEndTests;

/// <summary>VLC as the server: GET_PARAMETER alone keeps its sessions alive.</summary>
public sealed class VlcServerTests(ITestOutputHelper log) : EndToEndTest(log)
{
    /// <summary>Announced, and kept: the session ends so long after the last GET_PARAMETER.</summary>
    private const int TimeoutSeconds = 8;

    [Fact]
    public async Task Play_OverThreeTimeouts_TheSessionNeverEnds()
    {
        using MediaFile film = await MediaFile.MakeAsync("ts", 60, 25);
        int port = FreePorts.Next();
        // VLC does not run as root.
        string[] nobody = Environment.UserName == "root" ? ["/usr/bin/setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups"] : [];
        ChildProcess server = StartProgramBy(
            nobody, "vlc", "/usr/bin/env", "HOME=/nonexistent", "/usr/bin/cvlc", "-I", "dummy", "--no-audio", string.Create(CultureInfo.InvariantCulture, $"--rtsp-timeout={TimeoutSeconds}"),
            "--sout-keep", film.Path, "--sout", $"#gather:rtp{{sdp=rtsp://127.0.0.1:{port}/live}}");
        await WaitUntilAsync("VLC listens", () => FreePorts.IsTaken(port) || server.HasExited);
        ProxyProcess proxy = await StartServingProxyAsync("-V", $"rtsp://127.0.0.1:{port}/live");

        FfmpegPlayer player = StartFfmpeg(proxy.PlayUrl, "tcp");
        await player.WaitForVideoFramesAsync(3 * TimeoutSeconds * 25, TimeSpan.FromSeconds(3 * TimeoutSeconds) + Soon);

        string[] lines = [.. proxy.Process.Lines().Select(static line => line.Text)];
        // VLC listens before it has its film: the first DESCRIBE may be too early. One session is played from then on.
        Assert.Single(lines, static line => line.StartsWith("PLAY rtsp://", StringComparison.Ordinal));
        Assert.Contains(lines, static line => line.Contains("GET_PARAMETER rtsp://", StringComparison.Ordinal));
        player.AssertNoComplaints(TimeSpan.FromSeconds(1.5));
    }
}
