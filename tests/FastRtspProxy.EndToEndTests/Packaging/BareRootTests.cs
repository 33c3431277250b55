using System.Globalization;
using FastRtspProxy.EndToEndTests.Players;
using FastRtspProxy.EndToEndTests.Processes;
using Xunit.Abstractions;

namespace FastRtspProxy.EndToEndTests.Packaging;

/// <summary>The native binary where there is nothing else: the root of the container image, without /proc and /dev, by a user without rights.</summary>
public sealed class BareRootTests(ITestOutputHelper log) : EndToEndTest(log)
{
    /// <summary>docs/building.md has what it takes.</summary>
    private const long UnpackedBytes = 25_000_000;

    private const long PackedBytes = 12_000_000;

    private const string Program = "/fastrtspproxy";

    [Fact]
    public async Task Root_HasTheProgramAndWhatItNeeds_WithinItsSize()
    {
        using BareRoot root = await BareRoot.LayAsync();

        Assert.InRange(root.Bytes, 1_000_000, UnpackedBytes);
        Assert.InRange(await root.PackedBytesAsync(), 1_000_000, PackedBytes);
        Assert.Equal(4, Directory.EnumerateFiles(root.Path, "*", SearchOption.AllDirectories).Count(static file => (File.GetUnixFileMode(file) & UnixFileMode.UserExecute) != 0));
        ChildProcess check = StartProgramBy(Launchers.InRoot(root.Path), "the image's configuration", Program, "--config", "/etc/fastrtspproxy/config.yaml", "--check");
        Assert.Equal(0, await check.WaitForExitAsync(Soon));
        ChildProcess version = StartProgramBy(Launchers.InRoot(root.Path), "what it is made of", Program, "--version", "-v");
        Assert.Equal(0, await version.WaitForExitAsync(Soon));
        Assert.Contains(version.Lines(), static line => line.Text.StartsWith("OpenSSL: ", StringComparison.Ordinal) && line.Text.EndsWith(", linked in", StringComparison.Ordinal));
    }

    /// <summary>Found at the build, and not by whoever starts the image.</summary>
    [Fact]
    public async Task Root_OfAProgramForAnotherProcessor_IsRefused()
    {
        string folder = Path.Combine(Path.GetTempPath(), $"frp-root-{Guid.NewGuid():N}");

        ChildProcess script = StartProgram("rootfs.sh", "/bin/sh", Path.Combine(SourceTree.Root, "packaging/rootfs.sh"), "--arch", "arm64", Prerequisites.ProxyBinary, folder);

        Assert.Equal(1, await script.WaitForExitAsync(Soon));
        await script.WaitForLineAsync("why", static line => line.IsError && line.Text.Contains("is no program for arm64", StringComparison.Ordinal), Soon);
        Assert.False(Directory.Exists(folder));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Demo_InTheBareRoot_PlaysStopsAndStartsAgain(bool byUserNamespace)
    {
        using BareRoot root = await BareRoot.LayAsync();
        string[] launcher = byUserNamespace ? Launchers.InRootOfAUserNamespace(root.Path) : Launchers.InRoot(root.Path);
        string port = FreePorts.Next().ToString(CultureInfo.InvariantCulture);
        string http = $"127.0.0.1:{FreePorts.Next()}";
        for (int start = 0; start < 2; start++)
        {
            ChildProcess proxy = StartProgramBy(launcher, "proxy", Program, "-p", port, "--http", http, "--demo");
            await proxy.WaitForLineAsync("the page's address", line => line.IsError && line.Text.Contains($"http://{http}/", StringComparison.Ordinal), Soon);

            string transport = start == 0 ? "udp" : "tcp";
            await using FfmpegPlayer player = StartFfmpeg($"rtsp://127.0.0.1:{port}/proxyStream", transport);
            await player.WaitForVideoFramesAsync(25, Soon);
            (int status, string line) = await CheckHealthAsync(() => StartProgramBy(launcher, "health check", Program, "--http", http, "--healthcheck"));
            Assert.True(status == 0, line);

            proxy.Signal(ChildProcess.SigTerm);
            Assert.Equal(0, await proxy.WaitForExitAsync(Soon));
        }
    }
}
