using System.Text.Json;
using FastRtspProxy.EndToEndTests.Processes;
using Xunit.Abstractions;

namespace FastRtspProxy.EndToEndTests.Network;

/// <summary>
/// Hosts of their own for programs, which are network namespaces: a script of this folder makes them (hosts.py), and says what it found in a line of JSON. As root, or where users may make
/// namespaces; where the kernel refuses them the test fails.
/// </summary>
public abstract class NamespaceTest(ITestOutputHelper log) : EndToEndTest(log)
{
    /// <summary>What a script found.</summary>
    /// <param name="script">Its file in this folder.</param>
    /// <param name="needs">The packages without which it says nothing, for the message.</param>
    /// <param name="limit">It says so within that.</param>
    /// <param name="arguments">What it is told behind the binaries and the folder.</param>
    protected async Task<JsonElement> RunInNamespacesAsync(string script, string needs, TimeSpan limit, params string[] arguments)
    {
        string name = Path.GetFileNameWithoutExtension(script);
        DirectoryInfo folder = Directory.CreateTempSubdirectory($"network-{name}-");
        try
        {
            string[] asRoot = Environment.IsPrivilegedProcess ? [] : ["--map-root-user"];
            string file = Path.Combine(AppContext.BaseDirectory, "Network", script);
            ChildProcess process = StartProgram(
                name, "/usr/bin/unshare",
                [.. asRoot, "--mount", "--net", Prerequisites.Python, file, Prerequisites.ProxyBinary, Prerequisites.SimulatorBinary, folder.FullName, .. arguments]);
            OutputLine line = await process.WaitForLineAsync(
                $"its figures (needs {needs}, and the right to make namespaces)", static line => line.Text.StartsWith('{'), limit);
            Log.WriteLine(line.Text);
            _ = await process.WaitForExitAsync(limit); // it ends who still writes into the folder
            using JsonDocument figures = JsonDocument.Parse(line.Text);
            return figures.RootElement.Clone();
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
