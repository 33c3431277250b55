using System.Text;
using System.Text.Json;
using FastRtspProxy.Operations.Configuration;
using FastRtspProxy.Operations.Configuration.Reading;
using FastRtspProxy.Operations.Configuration.Table;
using FastRtspProxy.Tests.Operations.Configuration;

namespace FastRtspProxy.Tests.Documents;

/// <summary>Reference page, schema, sample and man page are what the program's own table says.</summary>
public sealed class MadeFileTests
{
    public static TheoryData<string> Paths => [.. MadeFile.All.Select(static file => file.Path)];

    /// <summary>With UPDATE_DOCS=1 in the environment the file is written anew instead.</summary>
    [Theory]
    [MemberData(nameof(Paths))]
    public void File_IsMadeFromTheTableOfTheProgram(string path)
    {
        MadeFile file = MadeFile.All.Single(file => file.Path == path);
        if (Environment.GetEnvironmentVariable("UPDATE_DOCS") == "1")
        {
            file.Write();
        }

        Assert.True(file.IsUpToDate, $"{path} differs from the table. Remedy: UPDATE_DOCS=1 dotnet test tests/FastRtspProxy.Tests --filter MadeFile");
    }

    [Fact]
    public void Sample_IsAConfigurationWithoutErrorsAndWarnings()
    {
        ConfigBench bench = new();
        foreach (string secret in ConfigurationSample.Secrets)
        {
            bench.With($"/etc/frp/{secret}", "a-secret-of-24-characters\n");
        }

        LoadedConfig loaded = bench.Load(Repository.Text(ConfigurationSample.Path));

        Assert.Empty(loaded.Lines);
        Assert.NotNull(loaded.Config);
    }

    /// <summary>What the hand-written part of the page shows.</summary>
    [Fact]
    public void Page_ShowsConfigurationsThatLoad()
    {
        string page = Repository.Text(ConfigurationPage.Path);
        string example = page.Split("```yaml\n")[1].Split("```")[0];

        LoadedConfig loaded = new ConfigBench().With("/etc/fastrtspproxy/gate1", "secret\n").Load(example);

        Assert.Empty(loaded.Lines);
        Assert.Equal("rtsp://10.1.0.11/Streaming/Channels/101", loaded.Config!.Streams[0].Sources[0].Url);
    }

    [Fact]
    public void Sample_HasEveryKey()
    {
        ConfigMap sample = new YamlParser().Parse(Repository.Text(ConfigurationSample.Path), new ConfigRemarks())!;

        foreach ((string path, ConfigKey key) in RootKeys.Rows)
        {
            Assert.True(Find(sample, path.Split('.', '[')), path);
        }
    }

    [Fact]
    public void Schema_IsJsonThatNamesEveryKey()
    {
        using JsonDocument schema = JsonDocument.Parse(Repository.Text("docs/config.schema.json"));

        JsonElement properties = schema.RootElement.GetProperty("properties");
        Assert.All(
            RootKeys.Shape.Keys,
            key => Assert.True(properties.TryGetProperty(key.Name, out _), key.Name));
    }

    [Theory]
    [InlineData(null, "")]
    [InlineData("streams: {a: {source: rtsp://192.0.2.9/a, allow: {from: 10.0.0.0/8, roles: [a, b]}, linger: 10, keep: {bytes: 8M}}}", "")]
    [InlineData("rtsp: {listen: [8554, \":554\"], bind: null}\nthreads: ${env:N}", "")]
    [InlineData("egress: {total: 2.5}\ndscp: {viewers: EF, cameras: 46}", "")]
    [InlineData("limts: {}", "/limts is not known")]
    [InlineData("streams: {a: {sorce: x}}", "/streams/a/sorce is not known")]
    [InlineData("cluster: {name: a, node: a, advertise: a, engine: {}, secret: a, nodes: {}}", "/cluster/nodes is not known")]
    [InlineData("limits: {viewers: 0}", "/limits/viewers fits 0 of anyOf")]
    [InlineData("defaults: {alwaysOn: yes}", "/defaults/alwaysOn fits 0 of anyOf")]
    [InlineData("defaults: {start: now}", "/defaults/start fits 0 of oneOf")]
    [InlineData("auth: {users: [{name: a}]}", "/auth/users[0]/password is missing")]
    public void Schema_HeldAgainstAConfiguration_FindsWhatTheProgramFinds(string? text, string expected)
    {
        using JsonDocument schema = JsonDocument.Parse(Repository.Text("docs/config.schema.json"));
        ConfigMap map = new YamlParser().Parse(text ?? Repository.Text(ConfigurationSample.Path), new ConfigRemarks())!;

        Assert.Equal(expected, string.Join('\n', new SchemaCheck(schema.RootElement).Run(map)));
    }

    /// <summary>Each default that the table shows is what a file without the key has.</summary>
    [Fact]
    public void Defaults_OfTheTable_ReadBackAsThemselves()
    {
        StringBuilder text = new();
        foreach (
            (string path, ConfigKey key) in RootKeys.Rows.Where(
                static row =>
                    row.Key is { Form: KeyForm.Value or KeyForm.Values, Type.IsSecret: false, DefaultText: not null }
                        && !row.Path.Contains("NAME", StringComparison.Ordinal) && !row.Path.Contains("[]", StringComparison.Ordinal)))
        {
            ConfigRemarks remarks = new();
            string[] parts = path.Split('.');
            string yaml = string.Concat(
                parts.Select(static (part, depth) => new string(' ', depth * 2) + part + ":\n")).TrimEnd('\n') + " " + key.DefaultText + "\n";
            ConfigMap map = new YamlParser().Parse(yaml, remarks)!;
            RootKeys.Shape.Read(map, new(), "", new ConfigReading(remarks, null));
            bool isWrong = remarks.InOrder().Any(static remark => !remark.Text.EndsWith("it is missing", StringComparison.Ordinal));
            if (isWrong && !IsInWords(key))
            {
                text.Append(path).Append(": ").Append(key.DefaultText).Append('\n');
            }
        }

        Assert.Equal("", text.ToString());
    }

    /// <summary>A default in words needs a sample that is a value.</summary>
    private static bool IsInWords(ConfigKey key) =>
        key.Sample is not null || key.DefaultText!.Contains(' ', StringComparison.Ordinal) || key.DefaultText is "any" or "all";

    private static bool Find(ConfigNode node, ReadOnlySpan<string> path)
    {
        if (path.IsEmpty)
        {
            return true;
        }

        switch (node)
        {
            case ConfigList list:
                return path[0] == "]" && Find(list.Items[0], path[1..]);
            case ConfigMap map when path[0] == "NAME":
                foreach (ConfigEntry entry in map.Entries)
                {
                    if (Find(entry.Value, path[1..]))
                    {
                        return true;
                    }
                }

                return false;
            case ConfigMap map:
                return map.Find(path[0]) is { } inner && Find(inner, path[1..]);
            default:
                return false;
        }
    }
}
