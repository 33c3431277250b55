using System.Globalization;
using FastRtspProxy.EndToEndTests.Players;
using FastRtspProxy.EndToEndTests.Processes;
using FastRtspProxy.EndToEndTests.RawClient;
using Xunit.Abstractions;

namespace FastRtspProxy.EndToEndTests;

/// <summary>Machines and parents that lack something: OpenSSL, certificates in the usual place, standard descriptors, descriptors altogether.</summary>
public sealed class PoorMachineTests(ITestOutputHelper log) : EndToEndTest(log)
{
    private const string Nobody = "rtsp://127.0.0.1:9/nobody-there";

    /// <summary>Every way to be started without some of the three.</summary>
    public static TheoryData<string> Closed => ["<&-", ">&-", "2>&-", "<&- >&-", "<&- 2>&-", ">&- 2>&-", "<&- >&- 2>&-"];

    [Theory]
    [MemberData(nameof(Closed))]
    public async Task Start_StandardDescriptorsClosed_AskedAboutItselfAnswersWithStatusZero(string closed)
    {
        foreach (string binary in (string[])[Prerequisites.ProxyBinary, Prerequisites.SimulatorBinary])
        {
            foreach (string argument in (string[])["--version", "--help"])
            {
                ChildProcess program = StartProgramBy(Launchers.Redirected(closed), Path.GetFileName(binary), binary, argument);

                Assert.Equal(0, await program.WaitForExitAsync(Soon));
                if (!closed.StartsWith(">&-", StringComparison.Ordinal) && !closed.Contains(" >&-", StringComparison.Ordinal))
                {
                    await program.WaitForLineAsync("an answer", line => !line.IsError && line.Text.Length > 0, Soon);
                }

                Assert.DoesNotContain(program.Lines(), line => line.IsError);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Closed))]
    public async Task Start_StandardDescriptorsClosed_ServesAndTheirNumbersAreNobodys(string closed)
    {
        int port = FreePorts.Next();
        ChildProcess proxy = StartProgramBy(
            Launchers.Redirected(closed), "proxy", Prerequisites.ProxyBinary, "-V", "-p", port.ToString(CultureInfo.InvariantCulture), Nobody);
        string url = $"rtsp://127.0.0.1:{port}/proxyStream";
        await WaitUntilAsync("the proxy listens", () => FreePorts.IsTaken(port));
        await using (RawPlayer client = await RawPlayer.ConnectAsync(url, tcp: true))
        {
            Assert.Equal(200, (await client.RequestAsync("OPTIONS", url)).Status);
            AssertOnNothing(proxy, closed);
        }

        proxy.Signal(ChildProcess.SigTerm);
        Assert.Equal(0, await proxy.WaitForExitAsync(Soon));
    }

    /// <summary>Without /dev/null the numbers are those of a pipe that nobody reads.</summary>
    [Theory]
    [InlineData("2>&-")]
    [InlineData("<&- >&- 2>&-")]
    public async Task Start_StandardDescriptorsClosedAndNoDevices_ServesAndTheirNumbersAreNobodys(string closed)
    {
        int port = FreePorts.Next();
        ChildProcess proxy = StartProgramBy(
            Launchers.RedirectedWithoutDevices(closed), "proxy", Prerequisites.ProxyBinary, "-V", "-p", port.ToString(CultureInfo.InvariantCulture), Nobody);
        string url = $"rtsp://127.0.0.1:{port}/proxyStream";
        await WaitUntilAsync("the proxy listens", () => FreePorts.IsTaken(port));
        await using (RawPlayer client = await RawPlayer.ConnectAsync(url, tcp: true))
        {
            Assert.Equal(200, (await client.RequestAsync("OPTIONS", url)).Status);
            Assert.All(closed.Split(' '), one => Assert.StartsWith(
                "pipe:[", new FileInfo($"/proc/{proxy.Pid}/fd/{(one[0] == '<' ? 0 : one[0] == '>' ? 1 : 2)}").LinkTarget, StringComparison.Ordinal));
        }

        proxy.Signal(ChildProcess.SigTerm);
        Assert.Equal(0, await proxy.WaitForExitAsync(Soon));
    }

    [Theory]
    [MemberData(nameof(Closed))]
    public async Task Camera_StandardDescriptorsClosed_ServesAndEndsWell(string closed)
    {
        int port = FreePorts.Next();
        ChildProcess camera = StartProgramBy(
            Launchers.Redirected(closed), "rtspsim camera", Prerequisites.SimulatorBinary, "camera", "--port", port.ToString(CultureInfo.InvariantCulture));
        await WaitUntilAsync("the camera listens", () => FreePorts.IsTaken(port));
        AssertOnNothing(camera, closed);

        camera.Signal(ChildProcess.SigTerm);
        Assert.Equal(0, await camera.WaitForExitAsync(Soon));
    }

    [Theory]
    [InlineData(">/dev/full")]
    [InlineData("1</dev/null")]
    public async Task Start_OutputCannotBeWritten_ASentenceAndStatusOne(string redirection)
    {
        ChildProcess proxy = StartProgramBy(Launchers.Redirected(redirection), "proxy", Prerequisites.ProxyBinary, "--version");

        Assert.Equal(1, await proxy.WaitForExitAsync(Soon));
        await proxy.WaitForLineAsync("why", line => line.IsError && line.Text.StartsWith("Standard output cannot be written", StringComparison.Ordinal), Soon);
    }

    [Theory]
    [InlineData(6)]
    [InlineData(10)]
    [InlineData(16)]
    [InlineData(32)]
    [InlineData(64)]
    public async Task Start_FewDescriptors_ASentenceWithTheLimitAndTheRemedyAndStatusOne(int limit)
    {
        ChildProcess[] programs =
        [
            StartProgramBy(Launchers.WithDescriptors(limit), "proxy", Prerequisites.ProxyBinary, Nobody),
            StartProgramBy(Launchers.WithDescriptors(limit), "proxy", Prerequisites.ProxyBinary, "--demo"),
            StartProgramBy(Launchers.WithDescriptors(limit), "rtspsim camera", Prerequisites.SimulatorBinary, "camera", "--port", "0"),
        ];
        foreach (ChildProcess program in programs)
        {
            Assert.Equal(1, await program.WaitForExitAsync(Soon));
            await program.WaitForLineAsync(
                "the limit and the remedy",
                line => line.IsError && line.Text.Contains($"may open {limit} descriptors", StringComparison.Ordinal) && line.Text.Contains("ulimit -n", StringComparison.Ordinal),
                Soon);
            Assert.DoesNotContain(program.Lines(), line => line.Text.StartsWith("   at ", StringComparison.Ordinal));
        }
    }

    [Fact]
    public async Task Play_WithoutOpenSslOnTheMachine_LogsInByDigest()
    {
        string[] bare = Launchers.WithoutOpenSsl();
        SimulatedCamera camera = await StartSimulatorByAsync(bare, "--user", "viewer:secret");
        ProxyProcess proxy = await StartProxyByAsync(bare, ["--start", "instant", "-u", "viewer", "secret", camera.Urls[0]]);

        await StartFfmpeg(proxy.PlayUrl, "udp").WaitForVideoFramesAsync(10, Soon);
        Assert.DoesNotContain("libssl", await File.ReadAllTextAsync($"/proc/{proxy.Process.Pid}/maps"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Play_WithoutOpenSslOnTheMachine_AnRtspsCameraOfATrustedAuthorityPlays()
    {
        using TestCertificate certificate = new();
        CameraProcess camera = await StartCameraAsync("h264", "--tls", certificate.WithKey);
        ProxyProcess proxy = await StartProxyByAsync(Launchers.WithoutOpenSsl(), ["--start", "instant", camera.Url], [("SSL_CERT_FILE", certificate.Alone)]);
        await camera.WaitForRequestAsync("DESCRIBE", Soon);

        await StartFfmpeg(proxy.PlayUrl, "tcp").WaitForVideoFramesAsync(10, Soon);
    }

    [Fact]
    public async Task Play_CertificatesWhereAnotherDistributionKeepsThem_AnRtspsCameraPlays()
    {
        using TestCertificate certificate = new();
        CameraProcess camera = await StartCameraAsync("h264", "--tls", certificate.WithKey);
        ProxyProcess proxy = await StartProxyByAsync(Launchers.WithCertificatesOfSuse(certificate.Alone), ["--start", "instant", camera.Url]);
        await camera.WaitForRequestAsync("DESCRIBE", Soon);

        await StartFfmpeg(proxy.PlayUrl, "tcp").WaitForVideoFramesAsync(10, Soon);
    }

    /// <summary>The ordinary build, with a runtime of the machine and its OpenSSL, as <c>packaging/publish.sh --system-openssl</c> links too.</summary>
    [Theory]
    [InlineData(false, "OpenSSL is missing")]
    [InlineData(true, "OpenSSL is unusable")]
    public async Task Start_OfABuildThatNeedsTheMachinesOpenSsl_ASentenceAndStatusOne(bool isEmpty, string sentence)
    {
        string[] bare = isEmpty ? Launchers.WithAnEmptyOpenSsl() : Launchers.WithoutOpenSsl();
        ChildProcess[] programs =
        [
            StartProgramBy(bare, "proxy", Ordinary("FastRtspProxy", "fastrtspproxy"), "-p", $"{FreePorts.Next()}", Nobody),
            StartProgramBy(bare, "rtspsim camera", Ordinary("FastRtspProxy.Simulator", "rtspsim"), "camera", "--port", "0"),
        ];
        foreach (ChildProcess program in programs)
        {
            Assert.Equal(1, await program.WaitForExitAsync(Soon));
            await program.WaitForLineAsync("why", line => line.IsError && line.Text.Contains(sentence, StringComparison.Ordinal), Soon);
        }
    }

    /// <summary>The apphost beside the project that the tests' build has made.</summary>
    private static string Ordinary(string project, string program)
    {
        DirectoryInfo output = new(AppContext.BaseDirectory);
        // bin/CONFIGURATION/FRAMEWORK, the same for all.
        string binary = Path.Combine(SourceTree.Root, "src", project, "bin", output.Parent!.Name, output.Name, program);
        Assert.True(File.Exists(binary), $"{binary} is missing: dotnet build -c {output.Parent!.Name}");
        return binary;
    }

    /// <summary>The numbers of the closed ones belong to /dev/null, and so to no socket that log lines would be written into.</summary>
    private static void AssertOnNothing(ChildProcess process, string closed)
    {
        foreach (string one in closed.Split(' '))
        {
            int fd = one[0] == '<' ? 0 : one[0] == '>' ? 1 : 2;
            Assert.Equal("/dev/null", File.ResolveLinkTarget($"/proc/{process.Pid}/fd/{fd}", returnFinalTarget: false)!.FullName);
        }
    }
}
