using FastRtspProxy.Operations.Configuration;
using FastRtspProxy.Tests.Operations.Configuration;

namespace FastRtspProxy.Tests.Documents;

/// <summary>packaging/config.yaml, which a distribution package installs.</summary>
public sealed class PackagedConfigTests
{
    private const string Path = "packaging/config.yaml";

    [Fact]
    public void Config_AsItIsInstalled_LoadsAndServesNothing()
    {
        LoadedConfig loaded = new ConfigBench().Load(Repository.Text(Path), isOpen: true);

        Assert.Empty(loaded.Lines);
        Assert.Empty(loaded.Config!.Streams);
        Assert.False(loaded.Config.Http.IsOn);
    }

    /// <summary>One blank stands behind the # of a sentence, and only there.</summary>
    [Fact]
    public void Config_WithItsExamples_Loads()
    {
        ConfigBench bench = new ConfigBench().With("/credentials/gate", "secret\n").With("/credentials/viewer", "secret\n");
        bench.Environment["CREDENTIALS_DIRECTORY"] = "/credentials";
        IEnumerable<string> lines = Repository.Text(Path).Split('\n').Select(static line => line is ['#', ' ', not ' ', ..] ? "" : line.TrimStart('#'));

        LoadedConfig loaded = bench.Load(string.Join('\n', lines), isOpen: true);

        Assert.Empty(loaded.Lines);
        Assert.Equal("gate", Assert.Single(loaded.Config!.Streams).Name);
        Assert.True(loaded.Config.Http.IsOn);
    }
}
