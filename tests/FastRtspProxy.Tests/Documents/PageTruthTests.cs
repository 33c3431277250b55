using System.Text.Json;
using System.Text.RegularExpressions;
using FastRtspProxy.CommandLine;
using FastRtspProxy.Operations.Configuration.Reading;
using FastRtspProxy.Operations.Configuration.Table;
using FastRtspProxy.Operations.Metrics;
using FastRtspProxy.Tests.Operations.Configuration;

namespace FastRtspProxy.Tests.Documents;

/// <summary>What the pages quote is the program's: lines of its log, options, keys, metrics, routes, and configurations that load.</summary>
public sealed partial class PageTruthTests
{
    /// <summary>Options of other programs that pages show, by themselves in backquotes.</summary>
    private static readonly string[] s_foreignOptions =
    [
        "--network-caching", "--profile", "--rtsp-transport", "--demuxer-lavf-o", // VLC, mpv
        "--name", "--blame-hang", // any option, dotnet test
        "--ulimit", "--network", "--no-healthcheck", "--publish", "--install", // container engines, tests/run-tests.sh
        "--dry-run", "--only", // packaging/release.sh
        "--system-openssl", "--rid", "--fail", "--video", "--clients", "--transport", // packaging/publish.sh, rtspsim
    ];

    private const string DefaultStreamName = "proxyStream";

    private static readonly HashSet<string> s_options =
        [.. LongOptions.Rows.Select(static row => row.Name), .. HelpText.OptionsOfLive555.Concat(HelpText.OptionsThatPrint).Select(static row => row.Head.Split(' ')[0])];

    private static readonly string[] s_paths =
        [.. RootKeys.Rows.Select(static row => row.Path.Replace("[]", "", StringComparison.Ordinal).Replace(".NAME", "", StringComparison.Ordinal))];

    private static readonly HashSet<string> s_keys = [.. RootKeys.Rows.Select(static row => row.Key.Name)];

    [Fact]
    public void LogLines_EachThatAPageQuotes_IsOneThatTheProgramSays()
    {
        string[] lines = [.. PageText.All.SelectMany(static page => page.Blocks.Where(static block => block.Kind == "log").SelectMany(static block => block.Text.Split('\n')))
            .Where(static line => line.Length > 0)];
        string[] unknown = [.. lines.Where(static line => !SaidLines.Has(line))];

        Assert.True(SaidLines.Templates > 70 && lines.Length > 40, $"{SaidLines.Templates} templates, {lines.Length} lines");
        Assert.True(unknown.Length == 0, string.Join('\n', unknown));
    }

    [Theory]
    [InlineData("gate (rtsp://192.0.2.10/a): cannot connect to 192.0.2.10:554: connection refused; trying again in 1 s", true)]
    [InlineData("gate (rtsp://192.0.2.10/a): cannot talk to that camera over there; trying again in 1 s", false)]
    [InlineData("gate: packets are dropped because the memory budget is used up. Remedy: a larger --memory, or a smaller --gop-cache", true)]
    [InlineData("gate: packets are dropped because the memory is used up. Remedy: a larger --memory, or a smaller --gop-cache", false)]
    [InlineData("Failed to create RTSP server: bind() error (port number: 554): Permission denied", true)]
    [InlineData("Could not create the RTSP server at port 554: it is in use", false)]
    public void LogLines_OneWithAnotherWord_IsNotTheProgramsOwn(string line, bool isSaid) => Assert.Equal(isSaid, SaidLines.Has(line));

    [Fact]
    public void Options_EachThatAPageNames_IsInTheProgramsTable()
    {
        string[] unknown = [.. PageText.All.Where(static page => !page.IsOfConsumer).SelectMany(page => page.Spans.Where(static span => span.StartsWith("--", StringComparison.Ordinal))
            .Select(static span => OptionName().Match(span).Value).Where(static name => !s_options.Contains(name) && !s_foreignOptions.Contains(name)).Select(name => $"{page}: {name}"))];

        Assert.True(s_options.Count > 30);
        Assert.True(unknown.Length == 0, string.Join('\n', unknown));
    }

    [Fact]
    public void Options_OfCommandsThatAPageShows_AreInTheProgramsTable()
    {
        string[] unknown = [.. PageText.All.SelectMany(page => page.Lines.Concat(page.Spans).SelectMany(static line => Command().Matches(line)).SelectMany(static match => OptionName().Matches(match.Groups["arguments"].Value))
            .Select(static match => match.Value).Where(static name => !s_options.Contains(name)).Select(name => $"{page}: {name}"))];

        Assert.True(unknown.Length == 0, string.Join('\n', unknown));
    }

    [Fact]
    public void Metrics_EachThatAPageNames_IsAFamilyWithTheseLabels()
    {
        Dictionary<string, string[]> families = MetricFamilies.All.ToDictionary(static family => family.Name, static family => family.Labels.Split(", "));
        string[] unknown = [.. PageText.All.SelectMany(page => page.Lines.SelectMany(static line => Metric().Matches(line)).Where(match => !IsKnown(match)).Select(match => $"{page}: {match.Value}"))];

        Assert.True(families.Count > 40);
        Assert.True(unknown.Length == 0, string.Join('\n', unknown));

        bool IsKnown(Match match) =>
            families.TryGetValue(HistogramSuffix().Replace(match.Groups["name"].Value, ""), out string[]? labels)
                && LabelName().Matches(match.Groups["labels"].Value).All(label => labels.Contains(label.Value))
                && LabelValue().Matches(match.Groups["labels"].Value).All(static value => SaidLines.HasWord(value.Groups[1].Value));
    }

    [Fact]
    public void Routes_EachThatAPageNames_IsServed()
    {
        using JsonDocument openApi = JsonDocument.Parse(Repository.Text("docs/openapi.json"));
        HashSet<string> routes = ["GET /metrics", "GET /", .. openApi.RootElement.GetProperty("paths").EnumerateObject()
            .SelectMany(static path => path.Value.EnumerateObject().Select(method => $"{method.Name.ToUpperInvariant()} {path.Name}"))];
        string[] unknown = [.. PageText.All.Where(static page => !page.IsOfConsumer).SelectMany(page => page.Spans.Select(static span => Route().Match(span)).Where(static match => match.Success)
            .Select(static match => $"{match.Groups["method"].Value} {RouteName().Replace(match.Groups["path"].Value, "/{name}")}").Where(route => !routes.Contains(route)).Select(route => $"{page}: {route}"))];

        Assert.True(unknown.Length == 0, string.Join('\n', unknown));
    }

    /// <summary>`limits.viewers`, `transport: tcp`; a key by itself where it is of several words (`streamsDirectory`).</summary>
    [Fact]
    public void Keys_EachThatAPageNames_IsInTheTable()
    {
        HashSet<string> members = [.. JsonName().Matches(Repository.Text("docs/openapi.json")).Select(static match => match.Groups[1].Value)];
        string[] unknown = [.. PageText.All.Where(IsForUsers).SelectMany(page => page.Spans.Where(span => !IsKnown(span)).Select(span => $"{page}: {span}"))];

        Assert.True(unknown.Length == 0, string.Join('\n', unknown));

        bool IsKnown(string span)
        {
            if (KeyPath().Match(span) is { Success: true } path && s_paths.Any(known => known.Split('.')[0] == path.Value.Split('.')[0]))
            {
                return s_paths.Contains(path.Value) || span.Contains(".NAME", StringComparison.Ordinal);
            }

            return KeyAndValue().Match(span) is { Success: true } pair ? s_keys.Contains(pair.Groups[1].Value)
                : !SeveralWords().IsMatch(span) || s_keys.Contains(span) || members.Contains(span) || span == DefaultStreamName;
        }

        // The others have words of the sources, of protocols and of other programs.
        static bool IsForUsers(PageText page) =>
            page.Path is "docs/install.md" or "docs/operate.md" or "docs/observe.md" or "docs/troubleshoot.md" or "docs/secure.md" or "docs/http.md" or "docs/page.md"
                or "docs/coming-from-live555.md" or "docs/options.md";
    }

    [Fact]
    public void Configurations_EachThatAPageShows_Loads()
    {
        List<string> wrong = [];
        int shown = 0;
        foreach (PageText page in PageText.All)
        {
            foreach (string text in page.Blocks.Where(static block => block.Kind == "yaml").Select(static block => block.Text))
            {
                if (FirstKey().Match(text) is not { Success: true } key || !s_paths.Contains(key.Groups[1].Value))
                {
                    continue; // another program's
                }

                shown++;
                ConfigBench bench = new();
                foreach (Match file in Reference().Matches(text))
                {
                    string path = file.Groups[1].Value;
                    bench.With(path.StartsWith('/') ? path : "/etc/frp/" + path, "a-secret-of-24-characters\n");
                }

                foreach (Match variable in Variable().Matches(text))
                {
                    bench.Environment[variable.Groups[1].Value] = variable.Groups[1].Value == "CREDENTIALS_DIRECTORY" ? "/run/credentials/fastrtspproxy.service" : "a-secret-of-24-characters";
                }

                foreach (Match credential in Credential().Matches(text))
                {
                    bench.Environment["CREDENTIALS_DIRECTORY"] = "/run/credentials/fastrtspproxy.service";
                    bench.With("/run/credentials/fastrtspproxy.service/" + credential.Groups[1].Value, "a-secret-of-24-characters\n");
                }

                string whole = text.Contains("streams:", StringComparison.Ordinal) ? text : text + "streams: {gate: {source: rtsp://192.0.2.10/stream1}}\n";
                wrong.AddRange(bench.Load(whole).Lines.Select(line => $"{page}: {line}"));
            }
        }

        Assert.True(shown > 8, $"{shown} configurations");
        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
    }

    [GeneratedRegex(@"(?<![\w-])--?[A-Za-z][\w-]*")]
    private static partial Regex OptionName();

    /// <summary>A call of the program up to the end of the command: a comment, a pipe, another one.</summary>
    [GeneratedRegex(@"(?:^|[\s/])fastrtspproxy (?<arguments>-[^#|;&>]*)")]
    private static partial Regex Command();

    [GeneratedRegex(@"(?<name>(?:fastrtspproxy|process)_[a-z_]+[a-z])(?:\{(?<labels>[^}]*)\})?")]
    private static partial Regex Metric();

    [GeneratedRegex("_(bucket|sum|count)$")]
    private static partial Regex HistogramSuffix();

    [GeneratedRegex("""(?<!["\w])[a-z_]+(?=\s*(?:[=!,]|$))""")]
    private static partial Regex LabelName();

    /// <summary>Values that the program chooses: not names of streams and certificates.</summary>
    [GeneratedRegex("(?<!stream|name)=\"([^\"]*)\"")]
    private static partial Regex LabelValue();

    [GeneratedRegex(@"^(?<method>GET|PUT|POST|PATCH|DELETE) (?<path>/[\w/{}%.-]*)")]
    private static partial Regex Route();

    [GeneratedRegex(@"/(?:NAME|ID|\{id\})(?=/|$)")]
    private static partial Regex RouteName();

    [GeneratedRegex(@"^[a-z][A-Za-z]*(?:\.[a-z][A-Za-z]*)+$")]
    private static partial Regex KeyPath();

    [GeneratedRegex(@"^([a-z][A-Za-z]*):(?: |$)")]
    private static partial Regex KeyAndValue();

    [GeneratedRegex("^[a-z]+(?:[A-Z][a-z]+)+$")]
    private static partial Regex SeveralWords();

    [GeneratedRegex("\"([A-Za-z]+)\"")]
    private static partial Regex JsonName();

    [GeneratedRegex(@"^(?:#.*\n)*([A-Za-z]+):")]
    private static partial Regex FirstKey();

    [GeneratedRegex(@"\$\{file:([^}]+)\}")]
    private static partial Regex Reference();

    [GeneratedRegex(@"\$\{env:([^}]+)\}")]
    private static partial Regex Variable();

    [GeneratedRegex(@"\$\{credential:([^}]+)\}")]
    private static partial Regex Credential();
}
