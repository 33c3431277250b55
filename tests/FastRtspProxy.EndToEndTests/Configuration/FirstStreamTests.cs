using System.Globalization;
using FastRtspProxy.EndToEndTests.Processes;
using Xunit.Abstractions;

namespace FastRtspProxy.EndToEndTests.Configuration;

/// <summary>A new installation: the service runs before anybody has named a stream.</summary>
public sealed class FirstStreamTests(ITestOutputHelper log) : EndToEndTest(log)
{
    [Fact]
    public async Task Start_WithoutStreams_SaysWhatToDoAndServesTheFirstOne()
    {
        SimulatedCamera camera = await StartSimulatorAsync();
        using ConfigFile file = new("streamsDirectory: streams\n");
        string port = FreePorts.Next().ToString(CultureInfo.InvariantCulture);
        ChildProcess proxy = StartProgram("proxy", Prerequisites.ProxyBinary, "-p", port, "--config", file.Path);
        string hint = $"There is no stream yet: name one under \"streams\" in {file.Path}";
        await proxy.WaitForLineAsync("what to do", line => line.Text.StartsWith(hint, StringComparison.Ordinal), Soon);

        file.Replace($"streamsDirectory: streams\nstreams: {{gate: {{source: \"{camera.Urls[0]}\"}}}}\n");

        await proxy.WaitForLineAsync("a reload", static line => line.Text.Contains("The configuration was read again", StringComparison.Ordinal), Soon);
        await StartFfmpeg($"rtsp://127.0.0.1:{port}/gate", "tcp").WaitForVideoFramesAsync(10, Soon);
    }
}
