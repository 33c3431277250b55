using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace FastRtspProxy.Tests;

/// <summary>
/// The plan of the house (docs/architecture.md): which project, and inside the engine which room, knows which; how large a type may be; who makes
/// system calls; whose log lines have which numbers.
/// </summary>
public sealed partial class HouseTests
{
    private const int FileLinesMax = 450;
    private const int TypeLinesMax = 600;
    private const int MethodLinesMax = 70;

    private static readonly string s_source = Path.Combine(Repository.Root, "src");

    /// <summary>Exactly these references: one that is not there any more goes from here too.</summary>
    private static readonly Dictionary<string, string[]> s_projects = new()
    {
        ["FastRtspProxy.Protocol"] = [],
        ["FastRtspProxy.Captures"] = ["FastRtspProxy.Protocol"],
        ["FastRtspProxy.Net"] = ["FastRtspProxy.Protocol"],
        ["FastRtspProxy.SimulatedCamera"] = ["FastRtspProxy.Captures", "FastRtspProxy.Net"],
        ["FastRtspProxy.Engine"] = ["FastRtspProxy.Net"],
        ["FastRtspProxy.Simulator"] = ["FastRtspProxy.SimulatedCamera"],
        ["FastRtspProxy.Operations"] = ["FastRtspProxy.Captures", "FastRtspProxy.Engine"],
        ["FastRtspProxy"] = ["FastRtspProxy.Operations", "FastRtspProxy.SimulatedCamera"],
    };

    /// <summary>Exactly these arrows between the rooms of the engine. What stands in its root is the whole of it, and knows all.</summary>
    private static readonly Dictionary<string, string[]> s_rooms = new()
    {
        ["Relay"] = [],
        ["Access"] = ["Counters"],
        ["Status"] = [],
        ["Counters"] = [],
        ["Backend"] = [],
        ["Ingest"] = ["Counters", "Relay"],
        ["Delivery"] = ["Counters", "Relay"],
        ["Frontend"] = ["Access", "Counters", "Delivery", "Relay", "Status"],
        ["Mounts"] = ["Backend", "Counters", "Delivery", "Frontend", "Ingest", "Relay", "Status"],
    };

    /// <summary>Types that are larger, and how large they may be: the one with a file for each RTSP method. It does not grow.</summary>
    private static readonly Dictionary<string, int> s_largeTypes = new()
    {
        ["RequestHandler"] = 900,
    };

    /// <summary>The first of a hundred numbers for each file of log lines.</summary>
    private static readonly Dictionary<string, int> s_events = new()
    {
        ["NetLog.cs"] = 1,
        ["EngineLog.cs"] = 100,
        ["BackendLog.cs"] = 200,
        ["MountLog.cs"] = 300,
        ["SourceLog.cs"] = 330,
        ["FrontendLog.cs"] = 400,
        ["ReloadLog.cs"] = 600,
        ["HttpLog.cs"] = 700,
        ["ClusterLog.cs"] = 650,
        ["StatsLog.cs"] = 900,
        ["HookLog.cs"] = 950,
        ["StreamsLog.cs"] = 800,
    };

    [Fact]
    public void Projects_ReferenceExactlyThese()
    {
        Assert.Equal(s_projects.Keys.Order(), Directory.GetDirectories(s_source).Select(Path.GetFileName).Order());
        foreach ((string project, string[] expected) in s_projects)
        {
            IEnumerable<string> references = XDocument.Load(Path.Combine(s_source, project, project + ".csproj"))
                .Descendants("ProjectReference").Select(static reference => Path.GetFileNameWithoutExtension(reference.Attribute("Include")!.Value));
            Assert.Equal((project, string.Join(' ', expected.Order())), (project, string.Join(' ', references.Order())));
        }
    }

    /// <summary>By whole names and by relative ones (<c>Backend.BackendState</c>).</summary>
    [Fact]
    public void Rooms_KnowExactlyThese()
    {
        string engine = Path.Combine(s_source, "FastRtspProxy.Engine");
        Dictionary<string, HashSet<string>> types = s_rooms.Keys.ToDictionary(static room => room, room => Files(Path.Combine(engine, room)).Select(static file => Path.GetFileName(file).Split('.')[0]).ToHashSet());
        string[] rooms = [.. Directory.GetDirectories(engine).Select(static folder => Path.GetFileName(folder)!).Where(static name => name is not "bin" and not "obj")];
        Assert.Equal(s_rooms.Keys.Order(), rooms.Order());
        foreach (string room in rooms)
        {
            HashSet<string> known = [];
            foreach (string file in Files(Path.Combine(engine, room)))
            {
                string code = Comment().Replace(File.ReadAllText(file), string.Empty);
                known.UnionWith(WholeName().Matches(code).Select(static match => match.Groups[1].Value));
                known.UnionWith(RelativeName().Matches(code)
                    .Where(match => types.TryGetValue(match.Groups[1].Value, out HashSet<string>? of) && of.Contains(match.Groups[2].Value)).Select(static match => match.Groups[1].Value));
            }

            known.Remove(room);
            known.IntersectWith(rooms);
            Assert.Equal((room, string.Join(' ', s_rooms[room].Order())), (room, string.Join(' ', known.Order())));
        }
    }

    [Fact]
    public void SystemCalls_AreInNetOnly()
    {
        IEnumerable<string> offences = Files(s_source).Where(static file => !file.Contains("FastRtspProxy.Net" + Path.DirectorySeparatorChar, StringComparison.Ordinal))
            .Where(static file => File.ReadAllText(file) is var text && (text.Contains("LibraryImport", StringComparison.Ordinal) || text.Contains("DllImport", StringComparison.Ordinal)));

        Assert.Empty(offences);
    }

    /// <summary>The header of an interleaved frame is written, and its first byte named, in one file.</summary>
    [Fact]
    public void InterleavedFrames_HaveOneWriter()
    {
        IEnumerable<string> offences = Files(s_source)
            .Where(static file => Path.GetFileName(file) != "InterleavedFrame.cs" && !file.Contains("FastRtspProxy.Operations", StringComparison.Ordinal))
            .Where(static file => File.ReadAllText(file).Contains("'$'", StringComparison.Ordinal));

        Assert.Empty(offences);
    }

    [Fact]
    public void Files_AreSmall() => Assert.All(Files(s_source), static file => Assert.True(File.ReadLines(file).Count() <= FileLinesMax, file));

    [Fact]
    public void Types_AreSmallWithAllTheirParts()
    {
        var offences = Files(s_source).GroupBy(static file => Path.GetFileName(file).Split('.')[0])
            .Select(static parts => (Type: parts.Key, Lines: parts.Sum(static file => File.ReadLines(file).Count())))
            .Where(static entry => entry.Lines > s_largeTypes.GetValueOrDefault(entry.Type, TypeLinesMax));

        Assert.Empty(offences);
    }

    [Theory]
    [InlineData("FastRtspProxy.Protocol")]
    [InlineData("FastRtspProxy.Net")]
    [InlineData("FastRtspProxy.Engine/Relay")]
    [InlineData("FastRtspProxy.Engine/Delivery")]
    public void Methods_AreShort(string folder)
    {
        List<string> offences = [];
        foreach (string file in Files(Path.Combine(s_source, folder)))
        {
            string[] lines = File.ReadAllLines(file);
            int begin = 0;
            for (int i = 1; i < lines.Length; i++)
            {
                // The braces of a type's members; those of types within it begin with their own keyword.
                if (lines[i] == "    {")
                {
                    begin = TypeKeyword().IsMatch(lines[i - 1]) ? 0 : i;
                }
                else if (lines[i] == "    }" && begin > 0)
                {
                    offences.AddRange(i - begin - 1 > MethodLinesMax ? [$"{file}:{begin} has {i - begin - 1} lines"] : Array.Empty<string>());
                    begin = 0;
                }
            }
        }

        Assert.Empty(offences);
    }

    [Fact]
    public void Events_HaveNumbersOfTheirOwnInTheRangeOfTheirRoom()
    {
        Dictionary<string, List<int>> numbers = Files(s_source).Select(static file => (Name: Path.GetFileName(file), Numbers: EventNumber().Matches(File.ReadAllText(file)).Select(static match => int.Parse(match.Groups[1].Value)).ToList()))
            .Where(static entry => entry.Numbers.Count > 0).ToDictionary(static entry => entry.Name, static entry => entry.Numbers);

        Assert.Equal(s_events.Keys.Order(), numbers.Keys.Order());
        Assert.All(numbers, static entry => Assert.Equal(entry.Value.Distinct(), entry.Value));
        Assert.All(numbers, static entry => Assert.All(entry.Value, number => Assert.InRange(number, s_events[entry.Key], (s_events[entry.Key] / 100 * 100) + 99)));
    }

    private static IEnumerable<string> Files(string folder) => Directory.GetFiles(folder, "*.cs", SearchOption.AllDirectories)
        .Where(static file => Path.GetRelativePath(s_source, file).Split(Path.DirectorySeparatorChar) is var parts && !parts.Contains("bin") && !parts.Contains("obj"));

    [GeneratedRegex(@"^\s*//.*$", RegexOptions.Multiline)]
    private static partial Regex Comment();

    [GeneratedRegex(@"FastRtspProxy\.Engine\.([A-Z]\w*)")]
    private static partial Regex WholeName();

    [GeneratedRegex(@"(?<![\w.])([A-Z]\w*)\.([A-Z]\w*)")]
    private static partial Regex RelativeName();

    [GeneratedRegex(@"\b(class|struct|record|enum|interface)\b")]
    private static partial Regex TypeKeyword();

    [GeneratedRegex(@"EventId = (\d+)")]
    private static partial Regex EventNumber();
}
