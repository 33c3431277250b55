using System.Text.Json;
using FastRtspProxy.EndToEndTests.Processes;
using Xunit.Abstractions;

namespace FastRtspProxy.EndToEndTests;

/// <summary>Players of others that listen to multicast groups, on hosts of their own (Network/multicast.py; as root, or where users may make namespaces).</summary>
public sealed class MulticastTests(ITestOutputHelper log) : EndToEndTest(log)
{
    /// <summary>Of the 100 that a player with four seconds has: it may lose two key intervals at its start.</summary>
    private const int FramesMin = 25;

    private static readonly TimeSpan s_limit = TimeSpan.FromMinutes(4);

    [Fact]
    public async Task Groups_IPv4AndIPv6_EachPlayerHasItsPictureAndWithTheLastOneTheyEnd()
    {
        JsonElement found = await RunAsync();

        Assert.All(
            (string[])["ffmpeg4", "ffmpeg6", "rtspsrc4", "rtspsrc6"],
            name => Assert.True(found.GetProperty(name).GetInt32() >= FramesMin, $"{name} has {found.GetProperty(name)} pictures of some 100"));
        Assert.All((string[])["listener4", "listener6"], name => Assert.InRange(found.GetProperty(name).GetInt32(), 25, int.MaxValue));
        Assert.InRange(found.GetProperty("verified").GetInt32(), 100, int.MaxValue);
        Assert.Equal(0, found.GetProperty("corrupt").GetInt32());
        string[] groups = [.. found.GetProperty("groups").EnumerateArray().Select(static line => line.GetString()!)];
        Assert.Matches(@"^incl IN IP4 239\.192\.\d+\.\d+ 10\.1\.0\.1$", groups[0]);
        Assert.All(groups.Skip(1), static line => Assert.Matches(@"^IN IP4 239\.192\.\d+\.\d+/2$", line));
    }

    private async Task<JsonElement> RunAsync()
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory("multicast-");
        try
        {
            string[] asRoot = Environment.IsPrivilegedProcess ? [] : ["--map-root-user"];
            string script = Path.Combine(AppContext.BaseDirectory, "Network", "multicast.py");
            ChildProcess process = StartProgram(
                "multicast", "/usr/bin/unshare",
                [.. asRoot, "--mount", "--net", Prerequisites.Python, script, Prerequisites.ProxyBinary, Prerequisites.SimulatorBinary, folder.FullName]);
            OutputLine line = await process.WaitForLineAsync(
                "its figures (needs util-linux, mount, iproute2, and the right to make namespaces)", static line => line.Text.StartsWith('{'), s_limit);
            Log.WriteLine(line.Text);
            _ = await process.WaitForExitAsync(Soon); // it ends who still writes into the folder
            using JsonDocument figures = JsonDocument.Parse(line.Text);
            return figures.RootElement.Clone();
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
