using System.Text.RegularExpressions;

namespace FastRtspProxy.Tests;

/// <summary>Guards what the compiler can not: who may know whom inside the engine, and how the tree looks.</summary>
public partial class TidyTests
{
    private const int MaxLines = 450;

    /// <summary>Which rooms of the engine a room may use besides itself (src/ARCHITECTURE.md). Files in the engine's root see everything.</summary>
    private static readonly Dictionary<string, string[]> MayUse = new()
    {
        ["Diagnostics"] = [],
        ["Buffers"] = ["Diagnostics"],
        ["Net"] = ["Buffers", "Diagnostics"],
        ["Relay"] = ["Buffers", "Diagnostics"],
        ["Backend"] = ["Net", "Relay", "Buffers", "Diagnostics"],
        ["Frontend"] = ["Net", "Relay", "Buffers", "Diagnostics"],
        ["Mounts"] = ["Backend", "Frontend", "Net", "Relay", "Buffers", "Diagnostics"],
        ["Startup"] = ["Net"],
        ["Camera"] = ["Net", "Buffers", "Diagnostics"],
    };

    private static readonly string[] SimulatorMayUse = ["Camera", "Startup", "Net", "Buffers", "Diagnostics"];

    private static readonly string[] RoomsWithoutLinq =
        ["FastRtspProxy.Protocol", "FastRtspProxy.Engine/Relay", "FastRtspProxy.Engine/Net", "FastRtspProxy.Engine/Buffers"];

    private static readonly string Root = FindRoot();

    [Fact]
    public void EngineRooms_KnowOnlyWhomTheyMay()
    {
        List<string> offences = [];
        string engine = Path.Combine(Root, "src", "FastRtspProxy.Engine");
        foreach (string folder in Directory.GetDirectories(engine).Where(IsSource))
        {
            string room = Path.GetFileName(folder);
            Assert.True(MayUse.ContainsKey(room), $"{room} is a new room: say here whom it may know.");
            offences.AddRange(Offences(folder, [room, .. MayUse[room]]));
        }

        Assert.Empty(offences);
    }

    [Fact]
    public void Simulator_KnowsTheCameraAndTheSocketsOnly()
    {
        Assert.Empty(Offences(Path.Combine(Root, "src", "FastRtspProxy.Simulator"), SimulatorMayUse));
    }

    [Fact]
    public void Protocol_KnowsNobody()
    {
        List<string> offences = [.. Files(Path.Combine(Root, "src", "FastRtspProxy.Protocol"), "*.cs").Where(file => EngineName().IsMatch(File.ReadAllText(file)))];

        Assert.Empty(offences);
    }

    [Fact]
    public void SourceFiles_AreSmall()
    {
        List<(string File, int Lines)> offences = [.. Files(Path.Combine(Root, "src"), "*.cs")
            .Select(file => (File: Path.GetRelativePath(Root, file), Lines: File.ReadLines(file).Count()))
            .Where(entry => entry.Lines > MaxLines)];

        Assert.Empty(offences);
    }

    [Fact]
    public void Folders_AreNamedByWhatTheyHold()
    {
        string[] banned = ["Common", "Utils", "Util", "Helpers", "Helper", "Misc"];
        List<string> offences = [.. new[] { "src", "tests", "bench" }
            .Select(name => Path.Combine(Root, name)).Where(Directory.Exists)
            .SelectMany(folder => Directory.GetDirectories(folder, "*", SearchOption.AllDirectories))
            .Where(folder => IsSource(folder) && banned.Contains(Path.GetFileName(folder), StringComparer.OrdinalIgnoreCase))];

        Assert.Empty(offences);
    }

    [Fact]
    public void TextFiles_HoldNoPathsOfOneMachine()
    {
        // Put together here, so that this file does not accuse itself.
        string[] banned = ["/wo" + "rk/", "/ho" + "me/", "/tmp/w" + "t/", "/ro" + "ot/"];
        string[] kinds = [".cs", ".csproj", ".props", ".md", ".sh", ".json", ".py", ".sln", ".txt", ".sdp", ".yml"];
        List<string> offences = [];
        foreach (string file in new[] { "src", "tests", "bench", "perf-scripts", ".ci" }
            .Select(name => Path.Combine(Root, name)).Where(Directory.Exists).SelectMany(folder => Files(folder, "*"))
            .Concat(Directory.GetFiles(Root)))
        {
            if (!kinds.Contains(Path.GetExtension(file)) && Path.GetExtension(file).Length > 0)
            {
                continue;
            }

            string text = File.ReadAllText(file);
            offences.AddRange(banned.Where(path => text.Contains(path, StringComparison.Ordinal)).Select(path => $"{Path.GetRelativePath(Root, file)}: {path}"));
        }

        Assert.Empty(offences);
    }

    /// <summary>The framework's look-ups block threads of the pool; NameLookup has threads of its own.</summary>
    [Fact]
    public void Names_AreResolvedInOnePlace()
    {
        string[] others = [@"\bDns\.", @"\bDnsEndPoint\b", @"\bTcpClient\b"];
        List<string> offences = [.. Files(Path.Combine(Root, "src"), "*.cs")
            .Where(file => Path.GetFileName(file) != "NameLookup.cs" && others.Any(way => Regex.IsMatch(File.ReadAllText(file), way)))];

        Assert.Empty(offences);
    }

    [Fact]
    public void HotRooms_DoNotUseLinq()
    {
        List<string> offences = [.. RoomsWithoutLinq.Select(room => Path.Combine(Root, "src", room)).Where(Directory.Exists)
            .SelectMany(folder => Files(folder, "*.cs"))
            .Where(file => File.ReadAllText(file).Contains("using System." + "Linq", StringComparison.Ordinal))];

        Assert.Empty(offences);
    }

    private static IEnumerable<string> Offences(string folder, string[] allowed)
    {
        foreach (string file in Files(folder, "*.cs"))
        {
            foreach (Match match in EngineName().Matches(File.ReadAllText(file)))
            {
                string room = match.Groups[1].Value;
                if (MayUse.ContainsKey(room) && !allowed.Contains(room))
                {
                    yield return $"{Path.GetRelativePath(Root, file)} uses {room}";
                }
            }
        }
    }

    private static IEnumerable<string> Files(string folder, string pattern) =>
        Directory.GetFiles(folder, pattern, SearchOption.AllDirectories).Where(IsSource);

    private static bool IsSource(string path)
    {
        string[] parts = Path.GetRelativePath(Root, path).Split(Path.DirectorySeparatorChar);
        return !parts.Contains("bin") && !parts.Contains("obj") && !parts.Contains("__pycache__") && !parts.Contains("BenchmarkDotNet.Artifacts");
    }

    private static string FindRoot()
    {
        DirectoryInfo? folder = new(AppContext.BaseDirectory);
        while (folder is not null && folder.GetFiles("*.sln").Length == 0)
        {
            folder = folder.Parent;
        }

        return folder?.FullName ?? throw new DirectoryNotFoundException("No .sln above the tests.");
    }

    [GeneratedRegex(@"FastRtspProxy\.Engine\.([A-Z]\w*)")]
    private static partial Regex EngineName();
}
