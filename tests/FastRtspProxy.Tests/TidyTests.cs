using System.Net.Sockets;
using System.Reflection;
using System.Text.RegularExpressions;

namespace FastRtspProxy.Tests;

/// <summary>Guards what the compiler can not: how the tree looks. Who may know whom: <see cref="HouseTests"/>.</summary>
public class TidyTests
{
    private const int ColumnsMax = 150;

    private static readonly string[] s_roomsWithoutLinq =
        ["FastRtspProxy.Protocol", "FastRtspProxy.Net", "FastRtspProxy.Engine/Relay"];

    /// <summary>Rooms (projects, and what stands in their roots) that have lines of more than <see cref="ColumnsMax"/>, and how many. No number grows, no room comes.</summary>
    private static readonly Dictionary<string, int> s_longLines = new()
    {
        ["FastRtspProxy.Simulator/Report"] = 43,
    };

    private static readonly string s_root = Repository.Root;

    [Fact]
    public void Folders_AreNamedByWhatTheyHold()
    {
        string[] banned = ["Common", "Utils", "Util", "Helpers", "Helper", "Misc"];
        List<string> offences = [.. new[] { "src", "tests", "bench" }
            .Select(name => Path.Combine(s_root, name)).Where(Directory.Exists)
            .SelectMany(folder => Directory.GetDirectories(folder, "*", SearchOption.AllDirectories))
            .Where(folder => IsSource(folder) && banned.Contains(Path.GetFileName(folder), StringComparer.OrdinalIgnoreCase))];

        Assert.Empty(offences);
    }

    /// <summary>A line of more columns does not stand beside another one on a screen (.editorconfig says the same to editors).</summary>
    [Fact]
    public void Lines_KeepToTheColumns()
    {
        string source = Path.Combine(s_root, "src");
        IEnumerable<IGrouping<string, string>> rooms = Files(source, "*.cs")
            .SelectMany(file => File.ReadAllLines(file)
                .Select((line, index) => (line.Length, Place: $"{Path.GetRelativePath(source, file).Replace('\\', '/')}:{index + 1}")))
            .Where(static line => line.Length > ColumnsMax)
            .GroupBy(static line => string.Join('/', line.Place.Split('/').SkipLast(1).Take(2)), static line => line.Place);

        IEnumerable<string> offences = rooms.Where(static room => room.Count() > s_longLines.GetValueOrDefault(room.Key)).SelectMany(static room => room);

        Assert.Empty(offences);
    }

    [Fact]
    public void TextFiles_HoldNoPathsOfOneMachine()
    {
        // Put together here, so that this file does not accuse itself.
        string[] banned = ["/wo" + "rk/", "/ho" + "me/", "/tmp/w" + "t/", "/ro" + "ot/"];
        string[] kinds = [".cs", ".csproj", ".props", ".md", ".sh", ".json", ".py", ".sln", ".txt", ".sdp", ".yml"];
        List<string> offences = [];
        foreach (string file in new[] { "src", "tests", "bench", "perf-scripts", "docs", ".ci", ".github" }
            .Select(name => Path.Combine(s_root, name)).Where(Directory.Exists).SelectMany(folder => Files(folder, "*"))
            .Concat(Directory.GetFiles(s_root)))
        {
            if (!kinds.Contains(Path.GetExtension(file)) && Path.GetExtension(file).Length > 0)
            {
                continue;
            }

            string text = File.ReadAllText(file);
            offences.AddRange(banned.Where(path => text.Contains(path, StringComparison.Ordinal)).Select(path => $"{Path.GetRelativePath(s_root, file)}: {path}"));
        }

        Assert.Empty(offences);
    }

    /// <summary>The framework's look-ups block threads of the pool; NameLookup has threads of its own.</summary>
    [Fact]
    public void Names_AreResolvedInOnePlace()
    {
        string[] others = [@"\bDns\.", @"\bDnsEndPoint\b", @"\bTcpClient\b"];
        List<string> offences = [.. Files(Path.Combine(s_root, "src"), "*.cs")
            .Where(file => Path.GetFileName(file) != "NameLookup.cs" && others.Any(way => Regex.IsMatch(File.ReadAllText(file), way)))];

        Assert.Empty(offences);
    }

    /// <summary>
    /// What blocks, or goes on inline, on the thread that waits for all sockets (Net/Outbound.cs). The compiler refuses what the list names; new
    /// members of the framework come into the list by this test.
    /// </summary>
    [Fact]
    public void BannedSymbols_NameEachWayToWaitByTheFramework()
    {
        string[] types =
        [
            "System.Net.Http.HttpClient", "System.Net.Http.HttpMessageInvoker", "System.Net.WebSockets.ClientWebSocket", "System.Net.Security.SslStream", "System.Net.Security.NegotiateStream",
            "System.Net.Sockets.NetworkStream", "System.Net.Sockets.TcpClient", "System.Net.Sockets.TcpListener", "System.Net.Sockets.UdpClient", "System.Net.Sockets.SocketAsyncEventArgs",
            "System.Net.Sockets.SocketTaskExtensions", "System.Net.NetworkInformation.Ping", "System.IO.Pipes.NamedPipeClientStream", "System.IO.Pipes.NamedPipeServerStream",
            "System.IO.File", "System.IO.FileInfo", "System.IO.FileStream", "System.IO.RandomAccess", "System.IO.Directory", "System.IO.DirectoryInfo",
        ];
        IEnumerable<MethodBase> methods = typeof(Socket).GetMethods()
            .Where(static method => method.Name.EndsWith("Async", StringComparison.Ordinal) || method.Name.StartsWith("Begin", StringComparison.Ordinal))
            .Concat<MethodBase>(new[] { typeof(StreamReader), typeof(StreamWriter) }.SelectMany(static type => type.GetConstructors())
                .Where(static constructor => constructor.GetParameters() is [{ ParameterType: var first }, ..] && first == typeof(string)))
            .Concat(new[] { typeof(Task), typeof(Task<>), typeof(ValueTask), typeof(ValueTask<>) }.SelectMany(static type => type.GetMethods())
                .Where(static method => method.Name == "ConfigureAwait"));
        IEnumerable<string> wanted = types.Select(static type => "T:" + type).Concat(methods.Select(DocumentationId));

        IEnumerable<string> banned = File.ReadAllLines(Path.Combine(s_root, "src", "BannedSymbols.txt")).Select(static line => line.Split(';')[0]);

        Assert.Empty(wanted.Except(banned));
    }

    /// <summary>Who may use what is banned all the same: inside Outbound, or before there is a socket.</summary>
    [Fact]
    public void BannedSymbols_AreUsedInsideOutboundOnly()
    {
        string[] beforeTheFirstSocket = ["CameraCommandReader.cs", "LoadCommandReader.cs"];
        string[] runInOutbound = ["ProcessFigures.cs"]; // by LoadProgram
        List<string> offences = [.. Files(Path.Combine(s_root, "src"), "*.cs")
            .Where(static file => File.ReadAllText(file) is var text && text.Contains("RS0030", StringComparison.Ordinal) && !text.Contains("Outbound.RunAsync(", StringComparison.Ordinal))
            .Select(static file => Path.GetFileName(file)).Except([.. beforeTheFirstSocket, .. runInOutbound])];

        Assert.Empty(offences);
        Assert.Contains("Outbound.RunAsync(() => Task.FromResult(Load(", File.ReadAllText(Path.Combine(s_root, "src", "FastRtspProxy.Operations", "Configuration", "ConfigLoader.cs")), StringComparison.Ordinal);
        Assert.Contains("Outbound.RunAsync(() => run.RunAsync(cancel))", File.ReadAllText(Path.Combine(s_root, "src", "FastRtspProxy.Simulator", "Load", "LoadProgram.cs")), StringComparison.Ordinal);
    }

    [Fact]
    public void HotRooms_DoNotUseLinq()
    {
        List<string> offences = [.. s_roomsWithoutLinq.Select(room => Path.Combine(s_root, "src", room)).Where(Directory.Exists)
            .SelectMany(folder => Files(folder, "*.cs"))
            .Where(file => File.ReadAllText(file).Contains("using System." + "Linq", StringComparison.Ordinal))];

        Assert.Empty(offences);
    }

    private static IEnumerable<string> Files(string folder, string pattern) =>
        Directory.GetFiles(folder, pattern, SearchOption.AllDirectories).Where(IsSource);

    /// <summary>As the compiler's documentation names a member.</summary>
    private static string DocumentationId(MethodBase method)
    {
        string type = method.DeclaringType!.FullName!;
        string name = method is ConstructorInfo ? "#ctor" : method.Name;
        ParameterInfo[] parameters = method.GetParameters();
        return $"M:{type}.{name}{(parameters.Length == 0 ? "" : $"({string.Join(',', parameters.Select(static one => TypeId(one.ParameterType)))})")}";
    }

    private static string TypeId(Type type)
    {
        if (type.IsArray)
        {
            return TypeId(type.GetElementType()!) + "[]";
        }

        return type.IsGenericType
            ? $"{type.GetGenericTypeDefinition().FullName!.Split('`')[0]}{{{string.Join(',', type.GetGenericArguments().Select(TypeId))}}}"
            : type.FullName!.TrimEnd('&') + (type.IsByRef ? "@" : "");
    }

    private static bool IsSource(string path)
    {
        string[] parts = Path.GetRelativePath(s_root, path).Split(Path.DirectorySeparatorChar);
        return !parts.Contains("bin") && !parts.Contains("obj") && !parts.Contains("__pycache__") && !parts.Contains("BenchmarkDotNet.Artifacts");
    }
}
