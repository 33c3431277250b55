using System.Globalization;
using FastRtspProxy.EndToEndTests.Configuration;
using FastRtspProxy.EndToEndTests.Processes;
using Xunit.Abstractions;

namespace FastRtspProxy.EndToEndTests;

/// <summary>Two-way audio between programs that others wrote, and between our own: the tone that is sent is the tone that arrives.</summary>
public sealed class BackChannelTests(ITestOutputHelper log) : EndToEndTest(log)
{
    private const int Hertz = 500;

    [Theory]
    [InlineData("tcp", "udp")]
    [InlineData("auto", "tcp")]
    public async Task Rtspsrc_TalksToGStreamersOnvifServer_ItsToneArrives(string cameraWay, string talkerWay)
    {
        ChildProcess camera = StartProgram("onvif camera", Prerequisites.Python, Path.Combine(AppContext.BaseDirectory, "Cameras", "onvif_camera.py"));
        OutputLine ready = await camera.WaitForLineAsync("a camera that listens", static line => line.Text.StartsWith("ready ", StringComparison.Ordinal), Soon);
        using ConfigFile config = new($"streams:\n  gate: {{source: \"{ready.Text["ready ".Length..]}\", transport: {cameraWay}, backChannel: true}}\n");
        ProxyProcess proxy = await StartProxyAsync("--config", config.Path);

        ChildProcess talker = StartProgram(
            "talker", Prerequisites.Python, Path.Combine(AppContext.BaseDirectory, "Players", "talker.py"), proxy.PlayUrl, "--protocols", talkerWay, "--hz", $"{Hertz}");

        // The first second may have begun within the tone; a datagram that is lost costs a few of its waves.
        await camera.WaitAsync("three seconds of sound", static lines => Heard(lines).Count() >= 3, TimeSpan.FromSeconds(60));
        Assert.All(Heard(camera.Lines()), static hertz => Assert.InRange(hertz, Hertz - 25, Hertz + 5));
        await talker.WaitForLineAsync("pictures", static line => line.Text.StartsWith("video ", StringComparison.Ordinal), Soon);
        await camera.WaitForLineAsync("the option tag", static line => line.Text == "request PLAY www.onvif.org/ver20/backchannel", Soon);
    }

    /// <summary>Three that all talk, each by another way: the camera hears one source, whole.</summary>
    [Fact]
    public async Task Load_ThreeTalk_TheSimulatedCameraHearsTheToneOfOne()
    {
        SimulatedCamera camera = await StartSimulatorAsync("--back-channel", "pcma");
        using ConfigFile config = new($"streams:\n  gate: {{source: \"{camera.Urls[0]}\", backChannel: true}}\n");
        ProxyProcess proxy = await StartProxyAsync("--config", config.Path);

        ChildProcess load = StartProgram(
            "talkers", Prerequisites.SimulatorBinary, "load", "--plain", "-n", "3", "-t", "mix", "--talk", $"{Hertz}", "-d", "60s", proxy.PlayUrl);
        await camera.Process.WaitForLineAsync(
            "a whole second of one tone", static line => line.Text == $"heard PCMA {Hertz} Hz, 0 packets missing, 0 new sources", TimeSpan.FromSeconds(50));
        load.Signal(ChildProcess.SigInt);

        Assert.Equal(0, await load.WaitForExitAsync(Soon));
    }

    private static IEnumerable<int> Heard(IReadOnlyCollection<OutputLine> lines) =>
        lines.Where(static line => line.Text.StartsWith("heard ", StringComparison.Ordinal)).Select(static line => int.Parse(line.Text.Split(' ')[1], CultureInfo.InvariantCulture));
}
