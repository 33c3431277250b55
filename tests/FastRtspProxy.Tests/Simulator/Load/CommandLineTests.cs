using FastRtspProxy.Simulator;
using FastRtspProxy.Simulator.Load;

namespace FastRtspProxy.Tests.Simulator.Load;

public class CommandLineTests
{
    [Theory]
    [InlineData("--transport: udp, tcp, http, multicast or mix, not \"carrier-pigeon\"", "load", "--transport", "carrier-pigeon", "rtsp://127.0.0.1/a")]
    [InlineData("--ramp: clients a second, as 50/s, not \"fast\"", "load", "--ramp", "fast", "rtsp://127.0.0.1/a")]
    [InlineData("--duration: a time", "load", "-d", "-1s", "rtsp://127.0.0.1/a")]
    [InlineData("up to 1000h", "load", "--timeout", "1001h", "rtsp://127.0.0.1/a")]
    [InlineData("up to 1000h", "probe", "--timeout", "1001h", "rtsp://127.0.0.1/a")]
    [InlineData("--ramp: so slow", "load", "--ramp", "0.0000001/m", "-n", "10000", "rtsp://127.0.0.1/a")]
    [InlineData("--max-loss: percent", "load", "--max-loss", "all", "rtsp://127.0.0.1/a")]
    [InlineData("--min-clients: 0 to --clients", "load", "-n", "2", "--min-clients", "3", "rtsp://127.0.0.1/a")]
    [InlineData("--clients: 1 to 1,000,000", "load", "-n", "0", "rtsp://127.0.0.1/a")]
    [InlineData("--slow and --stopped together", "load", "--slow", "60%", "--stopped", "50%", "rtsp://127.0.0.1/a")]
    [InlineData("--tracks: all, video", "load", "--tracks", "smell", "rtsp://127.0.0.1/a")]
    [InlineData("the URL must begin with rtsp://", "load", "http://127.0.0.1/a")]
    [InlineData("--transport tcp", "load", "rtsps://127.0.0.1/a")]
    [InlineData("--transport tcp", "probe", "-t", "udp", "rtsps://127.0.0.1/a")]
    [InlineData("not over rtsps", "load", "-t", "tcp", "--slow", "5%", "rtsps://127.0.0.1/a")]
    [InlineData("--local: not over rtsps", "load", "-t", "tcp", "--local", "127.0.0.9", "rtsps://127.0.0.1/a")]
    [InlineData("the folder /nowhere/at/all does not exist", "load", "--json", "/nowhere/at/all/r.json", "rtsp://127.0.0.1/a")]
    [InlineData("192.0.2.77 is no address of this machine", "load", "--local", "127.0.0.1,192.0.2.77", "rtsp://127.0.0.1/a")]
    [InlineData("--local: addresses of this machine", "load", "--local", "here", "rtsp://127.0.0.1/a")]
    [InlineData("load --help", "load")]
    [InlineData("load --help", "load", "--no-such-option", "rtsp://127.0.0.1/a")]
    [InlineData("rtspsim --help", "unload")]
    public async Task Run_BadOptions_SaysWhatIsRightAndExits2(string expected, params string[] arguments)
    {
        using StringWriter output = new();
        using StringWriter errors = new();

        int code = await SimulatorProgram.RunAsync(arguments, output, errors);

        Assert.Equal(ExitCode.BadOptions, code);
        Assert.Contains(expected, errors.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_BadUrlWithPassword_DoesNotRepeatThePassword()
    {
        using StringWriter errors = new();

        Assert.Equal(ExitCode.BadOptions, await SimulatorProgram.RunAsync(["load", "http://user:secret@127.0.0.1/a"], TextWriter.Null, errors));
        Assert.DoesNotContain("secret", errors.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void HasDescriptors_MoreThanAnyProcessMayOpen_IsRefusedWithTheRemedy()
    {
        LoadOptions options = new() { Urls = [], Clients = 1_000_000_000, Transports = [ClientTransport.Udp] };

        Assert.False(LoadProgram.HasDescriptors(options, 2, out string? refusal));
        Assert.Contains("ulimit -n", refusal, StringComparison.Ordinal);
        Assert.Contains("enough for", refusal, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("50ms", 0.05)]
    [InlineData("10s", 10)]
    [InlineData("2m", 120)]
    [InlineData("12h", 43200)]
    [InlineData("1000h", 3_600_000)]
    [InlineData("7", 7)]
    public void TryDuration_WithUnit_IsUnderstood(string text, double seconds)
    {
        Assert.True(Quantity.TryDuration(text, out TimeSpan duration));
        Assert.Equal(seconds, duration.TotalSeconds, 6);
    }
}
