using System.Net.Sockets;
using FastRtspProxy.EndToEndTests.Players;
using FastRtspProxy.EndToEndTests.Processes;
using Xunit.Abstractions;

namespace FastRtspProxy.EndToEndTests;

/// <summary>Started without standard descriptors, with few descriptors, on a machine without OpenSSL.</summary>
public sealed class PoorMachineTests(ITestOutputHelper log) : EndToEndTest(log)
{
    /// <summary>Covers every libssl and libcrypto of this machine in a mount namespace of its own, and starts what follows there.</summary>
    private const string WithoutOpenSsl =
        "for library in $(find /usr/lib /lib /usr/local/lib -name 'libssl.so*' -o -name 'libcrypto.so*'); do mount --bind /dev/null \"$library\" || exit 99; done; exec \"$0\" \"$@\"";

    [Theory]
    [InlineData("2>&-")]
    [InlineData("<&-")]
    [InlineData(">&-")]
    [InlineData("<&- >&-")]
    [InlineData("<&- >&- 2>&-")]
    public async Task StandardDescriptors_Closed_TheProgramRunsAndEndsAsEver(string closed)
    {
        foreach (string option in (string[])["--version", "--help"])
        {
            ChildProcess print = Shell($"exec \"$0\" \"$@\" {closed}", Prerequisites.ProxyBinary, option);
            Assert.Equal(0, await print.WaitForExitAsync(Soon));
            Assert.Equal(!closed.Contains(">&-", StringComparison.Ordinal) || closed == "2>&-", print.Lines().Any(line => !line.IsError));
        }

        int port = FreePorts.Next();
        ChildProcess proxy = Shell($"exec \"$0\" \"$@\" {closed}", Prerequisites.ProxyBinary, "-V", "--demo", "-p", $"{port}");
        await WaitUntilAsync("a proxy that listens", () => IsListening(port));
        await StartFfmpeg($"rtsp://127.0.0.1:{port}/proxyStream", "udp").WaitForVideoFramesAsync(10, Soon);
        proxy.Signal(ChildProcess.SigTerm);
        Assert.Equal(0, await proxy.WaitForExitAsync(Soon));

        ChildProcess simulator = Shell($"exec \"$0\" \"$@\" {closed}", Prerequisites.SimulatorBinary, "camera", "--port", $"{FreePorts.Next()}", "--duration", "1s");
        Assert.Equal(0, await simulator.WaitForExitAsync(Soon));
    }

    [Theory]
    [InlineData(10)]
    [InlineData(16)]
    [InlineData(40)]
    public async Task Descriptors_TooFew_AreSaidWithTheRemedy(int limit)
    {
        ChildProcess proxy = Shell($"ulimit -n {limit}; exec \"$0\" \"$@\"", Prerequisites.ProxyBinary, "--demo", "-p", $"{FreePorts.Next()}");

        Assert.Equal(1, await proxy.WaitForExitAsync(Soon));
        Assert.Contains(proxy.Lines(), line => line.Text.Contains($"{limit} descriptors", StringComparison.Ordinal) && line.Text.Contains("ulimit -n", StringComparison.Ordinal));
        Assert.DoesNotContain(proxy.Lines(), line => line.Text.StartsWith("   at ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task OpenSsl_Missing_LogInAndAnEncryptedCameraWork()
    {
        SimulatedCamera camera = await StartSimulatorAsync("--tls-port", $"{FreePorts.Next()}");
        ProxyProcess proxy = await StartProxyByAsync(["unshare", "--mount", "bash", "-c", WithoutOpenSsl], "-C", "viewer", "secret", "--insecure-tls", camera.Urls[1]);

        FfmpegPlayer player = StartFfmpeg(proxy.PlayUrl.Replace("rtsp://", "rtsp://viewer:secret@", StringComparison.Ordinal), "tcp");
        await player.WaitForVideoFramesAsync(25, Soon);
    }

    private ChildProcess Shell(string script, params string[] arguments) => StartProgram("bash", "/bin/bash", ["-c", script, .. arguments]);

    private static bool IsListening(int port)
    {
        try
        {
            using TcpClient client = new("127.0.0.1", port);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
