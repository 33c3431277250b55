using FastRtspProxy.EndToEndTests.Processes;
using Xunit.Abstractions;

namespace FastRtspProxy.EndToEndTests;

/// <summary>Captures by the native programs that end early, and one that is played through the proxy.</summary>
public sealed class CaptureEndTests(ITestOutputHelper log) : EndToEndTest(log)
{
    [Theory]
    [InlineData(ChildProcess.SigKill)]
    [InlineData(ChildProcess.SigInt)]
    public async Task Capture_EndedInTheMiddle_IsTheCameraUpToThere(int signal)
    {
        SimulatedCamera camera = await StartSimulatorAsync();
        using TempFile file = new();
        ChildProcess capture = StartProgram("capture", Prerequisites.ProxyBinary, "--capture", file.Path, "--with-media", "--seconds", "600", camera.Urls[0]);
        await WaitUntilAsync("something was written", () => File.Exists(file.Path) && new FileInfo(file.Path).Length > 300_000);

        capture.Signal(signal);
        _ = await capture.WaitForExitAsync(Soon);

        SimulatedCamera replay = await StartSimulatorAsync("--replay", file.Path);
        ChildProcess player = StartProgram(
            "ffmpeg", "/usr/bin/ffmpeg", "-nostdin", "-loglevel", "error", "-rtsp_transport", "tcp", "-i", replay.Urls[0], "-frames:v", "20", "-f", "null", "-");
        Assert.Equal(0, await player.WaitForExitAsync(Soon));
    }

    [Fact]
    public async Task ReplayCheck_ThroughTheProxy_EachPacketComesAsItWas()
    {
        SimulatedCamera camera = await StartSimulatorAsync();
        using TempFile file = new();
        ChildProcess capture = StartProgram("capture", Prerequisites.ProxyBinary, "--capture", file.Path, "--with-media", "--seconds", "600", camera.Urls[0]);
        await WaitUntilAsync("something was written", () => File.Exists(file.Path) && new FileInfo(file.Path).Length > 300_000);
        capture.Signal(ChildProcess.SigInt);
        Assert.Equal(0, await capture.WaitForExitAsync(Soon));
        int port = FreePorts.Next();
        ProxyProcess proxy = await StartProxyAsync("-t", $"rtsp://127.0.0.1:{port}/");

        ChildProcess check = StartProgram(
            "check", Prerequisites.SimulatorBinary, "replay", "--check", file.Path, proxy.PlayUrl, "--port", $"{port}", "--duration", "3s", "--timeout", "60s");

        Assert.Equal(0, await check.WaitForExitAsync(Soon + Soon));
        Assert.Contains(check.Lines(), static line => line.Text.Contains("delivered", StringComparison.Ordinal));
    }

    private sealed class TempFile : IDisposable
    {
        public string Path { get; } = System.IO.Path.Combine(System.IO.Path.GetTempPath(), System.IO.Path.GetRandomFileName() + ".frpcap");

        public void Dispose() => File.Delete(Path);
    }
}
