using FastRtspProxy.EndToEndTests.Processes;
using Microsoft.Playwright;
using Xunit.Abstractions;

namespace FastRtspProxy.EndToEndTests.Browser;

/// <summary>The button that makes a bug report: what the browser saves is the camera.</summary>
public sealed class PageCaptureTests(ITestOutputHelper log, BrowserFixture fixture) : PageTest(log, fixture)
{
    [Fact]
    public async Task CaptureButton_OfAStream_DownloadsAFileThatIsTheCamera()
    {
        SimulatedCamera camera = await StartSimulatorAsync();
        await StartPageAsync(1, $$"""  gate/1: {source: "{{camera.Urls[0]}}"}""");
        IPage page = await OpenAsync("#/streams/gate%2F1", before: static page =>
            page.RouteAsync("**/capture?seconds=30", static route => route.ContinueAsync(new RouteContinueOptions { Url = route.Request.Url.Replace("=30", "=6", StringComparison.Ordinal) })));

        IDownload download = await page.RunAndWaitForDownloadAsync(() => page.ClickAsync("#capture"));

        Assert.Equal("gate-1.frpcap", download.SuggestedFilename);
        string file = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName() + ".frpcap");
        try
        {
            await download.SaveAsAsync(file);
            SimulatedCamera replay = await StartSimulatorAsync("--replay", file);
            Assert.Single(replay.Urls);
            ChildProcess player = StartProgram(
                "ffmpeg", "/usr/bin/ffmpeg", "-nostdin", "-loglevel", "error", "-rtsp_transport", "tcp", "-i", replay.Urls[0], "-t", "1", "-c", "copy", "-f", "null", "-");
            Assert.Equal(0, await player.WaitForExitAsync(Soon));
            await page.WaitForSelectorAsync("#capture:not([disabled])");
        }
        finally
        {
            File.Delete(file);
        }
    }
}
