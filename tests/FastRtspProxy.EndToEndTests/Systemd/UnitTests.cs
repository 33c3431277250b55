using FastRtspProxy.EndToEndTests.Players;
using FastRtspProxy.EndToEndTests.Processes;
using Xunit.Abstractions;

namespace FastRtspProxy.EndToEndTests.Systemd;

/// <summary>The units that are installed: as systemd reads them, as it judges them, and with the native binary as it runs them.</summary>
public sealed class UnitTests(ITestOutputHelper log) : EndToEndTest(log)
{
    private static readonly string s_units = Path.Combine(Root(), "packaging", "systemd");
    private static readonly string s_scripts = Path.Combine(AppContext.BaseDirectory, "Systemd");

    /// <summary>Exposure of 1.6 at most, of 10.</summary>
    [Fact]
    public async Task Service_ByAnalyzeSecurity_IsHardlyExposed()
    {
        ChildProcess analyze = StartProgram(
            "systemd-analyze", Prerequisites.Analyze, "security", "--offline=true", "--threshold=16", "--no-pager", Path.Combine(s_units, "fastrtspproxy.service"));

        Assert.Equal(0, await analyze.WaitForExitAsync(Soon));
    }

    [Fact]
    public async Task Units_ByAnalyzeVerify_AreRight()
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory("frp-units-");
        foreach (string name in (string[])["fastrtspproxy.service", "fastrtspproxy.socket"])
        {
            string text = await File.ReadAllTextAsync(Path.Combine(s_units, name));
            await File.WriteAllTextAsync(Path.Combine(folder.FullName, name), text.Replace("/usr/bin/fastrtspproxy", Prerequisites.ProxyBinary, StringComparison.Ordinal));
        }

        ChildProcess analyze = StartProgram(
            "systemd-analyze", Prerequisites.Analyze, "verify", "--man=no", Path.Combine(folder.FullName, "fastrtspproxy.service"), Path.Combine(folder.FullName, "fastrtspproxy.socket"));

        Assert.Equal(0, await analyze.WaitForExitAsync(Soon));
        Assert.DoesNotContain(analyze.Lines(), static line => line.Text.Contains("fastrtspproxy", StringComparison.Ordinal));
        folder.Delete(recursive: true);
    }

    /// <summary>No memory that can be written becomes executable (PR_SET_MDWE, prctl(2)): nothing of us is made while it runs.</summary>
    [Fact]
    public async Task Mdwe_PicturesAreDecoded()
    {
        SimulatedCamera camera = await StartSimulatorAsync();
        string[] launcher =
            [Prerequisites.Python, "-c", "import ctypes, os, sys; ctypes.CDLL(None).prctl(65, 1, 0, 0, 0); os.execv(sys.argv[1], sys.argv[1:])"];

        ProxyProcess proxy = await StartProxyByAsync(launcher, camera.Urls[0]);

        FfmpegPlayer player = StartFfmpeg(proxy.PlayUrl, "udp");
        await player.WaitForVideoFramesAsync(25, Soon);
    }

    /// <summary>
    /// As it is installed, by systemd itself in namespaces of its own (machine.sh): every line of the unit is in force. What is looked at stands in
    /// service.sh.
    /// </summary>
    [Fact]
    public async Task Service_BySystemd_DoesWhatTheUnitSays()
    {
        Assert.True(Environment.UserName == "root", "systemd as the first process of a namespace, with users of its own, needs root: run the tests as root");

        ChildProcess machine = StartProgram(
            "systemd", "/bin/bash", Path.Combine(s_scripts, "machine.sh"), s_units, Prerequisites.ProxyBinary, Prerequisites.SimulatorBinary, Path.Combine(s_scripts, "service.sh"));

        int status = await machine.WaitForExitAsync(TimeSpan.FromMinutes(5));
        Assert.True(status == 0, machine.Transcript(100));
        Assert.Contains(machine.Lines(), static line => line.Text == "everything held");
    }

    private static string Root()
    {
        DirectoryInfo? folder = new(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "FastRtspProxy.sln")))
        {
            folder = folder.Parent;
        }

        return folder?.FullName ?? throw new InvalidOperationException("the tests run outside of their repository");
    }
}
