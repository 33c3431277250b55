using FastRtspProxy.Simulator;
using FastRtspProxy.Tests.SimulatedCamera;

namespace FastRtspProxy.Tests.Simulator.Probe;

public class ProbeTests
{
    [Theory]
    [InlineData("udp")]
    [InlineData("tcp")]
    public async Task Probe_TheSimulatedCamera_SaysWhatTheStreamIs(string transport)
    {
        await using CameraFixture camera = await CameraFixture.StartAsync(static options => options with { EmbedSei = true, StartsAtKeyFrame = false });
        using StringWriter output = new();

        int code = await SimulatorProgram.RunAsync(["probe", "-t", transport, "-d", "3s", camera.Url], output, output);

        string text = output.ToString();
        Assert.Equal(ExitCode.Passed, code);
        Assert.Contains("track 1: video H264/90000", text, StringComparison.Ordinal);
        Assert.Contains("track 2: audio MPEG4-GENERIC/48000", text, StringComparison.Ordinal);
        Assert.Contains("access units verified", text, StringComparison.Ordinal);
        Assert.Contains("sender reports", text, StringComparison.Ordinal);
        Assert.Contains("ok  S7 ", text, StringComparison.Ordinal);
        Assert.Contains("ok  S10", text, StringComparison.Ordinal);
        Assert.Matches(@"ok  S27  RFC 2326 12\.38 +Timestamp comes back: ", text);
        Assert.Matches(@"ok  R1   RFC 3550 6\.1 +compound packets begin", text);
        Assert.Contains("docs/conformance.md", text, StringComparison.Ordinal);
        Assert.Contains("ok  S15", text, StringComparison.Ordinal);
        Assert.Contains("ok  S30", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Probe_OverTls_SaysWhatTheStreamIs()
    {
        await using CameraFixture camera = await CameraFixture.StartAsync(static options => options with { TlsPort = 0, EmbedSei = true });
        using StringWriter output = new();

        int code = await SimulatorProgram.RunAsync(["probe", "--insecure-tls", "-d", "2s", camera.Server.TlsUrls[0]], output, output);

        Assert.Equal(ExitCode.Passed, code);
        Assert.Contains("track 1: video H264/90000", output.ToString(), StringComparison.Ordinal);
        Assert.Contains("ok  S15", output.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Probe_ACertificateThatNobodyKnows_IsRefusedWithTheRemedy()
    {
        await using CameraFixture camera = await CameraFixture.StartAsync(static options => options with { TlsPort = 0 });
        using StringWriter output = new();

        Assert.Equal(ExitCode.Failed, await SimulatorProgram.RunAsync(["probe", camera.Server.TlsUrls[0]], output, output));
        Assert.Contains("--insecure-tls", output.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Probe_NobodyListens_SaysSoAndExits1()
    {
        using StringWriter errors = new();

        Assert.Equal(ExitCode.Failed, await SimulatorProgram.RunAsync(["probe", "rtsp://127.0.0.1:1/x"], TextWriter.Null, errors));
        Assert.Contains("127.0.0.1:1", errors.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Probe_BadTransport_Exits2()
    {
        using StringWriter errors = new();

        Assert.Equal(ExitCode.BadOptions, await SimulatorProgram.RunAsync(["probe", "-t", "pigeon", "rtsp://127.0.0.1:1/x"], TextWriter.Null, errors));
        Assert.Contains("udp or tcp", errors.ToString(), StringComparison.Ordinal);
    }
}
