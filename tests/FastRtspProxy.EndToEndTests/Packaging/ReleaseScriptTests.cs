using System.Text;
using FastRtspProxy.EndToEndTests.Processes;
using Xunit.Abstractions;

namespace FastRtspProxy.EndToEndTests.Packaging;

/// <summary>What packaging/release.sh refuses before it builds anything, in a repository of its own.</summary>
public sealed class ReleaseScriptTests(ITestOutputHelper log) : EndToEndTest(log)
{
    private const string Props = "<Project><PropertyGroup>\n    <Version>1.2.3</Version>\n</PropertyGroup></Project>\n";
    private const string Entry = "# Changelog\n\n## [1.2.3] - 2026-11-26\n\n- Something.\n";

    [Theory]
    [InlineData(Entry, "1.2", "\"1.2\" is no version")]
    [InlineData(Entry, "1.2.4", "Directory.Build.props names version 1.2.3, not 1.2.4")]
    [InlineData("# Changelog\n\n## [Unreleased]\n\n## [1.2.3] - 2026-11-26\n", "1.2.3", "is \"## [Unreleased]\"")]
    [InlineData("# Changelog\n\n## [1.2.3]\n", "1.2.3", "not \"## [1.2.3] - DATE\"")]
    [InlineData(Entry, "1.2.3", "the tree differs from its commit", "echo x >> CHANGELOG.md")]
    [InlineData(Entry, "1.2.3", "the tree differs from its commit", "touch new")]
    [InlineData(Entry, "1.2.3", "the tag v1.2.3 is another commit", "git tag v1.2.3 && echo x > new && git add new && git commit -qm more")]
    public async Task Release_OfWhatIsNotOneVersion_ASentenceAndStatusOne(string changelog, string version, string sentence, string change = "true")
    {
        using ReleaseTree tree = await ReleaseTree.MakeAsync(Props, changelog, change);

        ChildProcess release = StartProgram("release.sh", "/bin/bash", tree.Script, "--dry-run", version);

        Assert.Equal(1, await release.WaitForExitAsync(Soon));
        await release.WaitForLineAsync("why", line => line.IsError && line.Text.Contains(sentence, StringComparison.Ordinal), Soon);
    }

    [Fact]
    public async Task DryRun_OfOnePlatform_NamesItsFilesAndMakesNone()
    {
        using ReleaseTree tree = await ReleaseTree.MakeAsync(Props, Entry, "git tag v1.2.3");

        ChildProcess release = StartProgram("release.sh", "/bin/bash", tree.Script, "--dry-run", "--only", "arm64", "1.2.3");

        Assert.Equal(0, await release.WaitForExitAsync(Soon));
        Assert.Equal(
            ["fastrtspproxy-1.2.3-linux-arm64.tar.gz", "fastrtspproxy_1.2.3-1_arm64.deb", "fastrtspproxy-1.2.3.spdx.json", "NOTES.md", "SHA256SUMS"],
            release.Lines().Where(static line => !line.IsError).Select(static line => line.Text).Skip(1));
        Assert.False(Directory.Exists(Path.Combine(tree.Path, "artifacts")));
    }

    /// <summary>At another time, by somebody with another umask.</summary>
    [Fact]
    public async Task Release_MadeTwice_TheSameBytes()
    {
        using ReleaseTree tree = await ReleaseTree.MakeAsync(Props, Entry + "\n## [1.2.2] - 2026-11-01\n\n- Less.\n", "true");

        SortedDictionary<string, byte[]> first = await ReleaseAsync("umask 022");
        SortedDictionary<string, byte[]> second = await ReleaseAsync("umask 077; find . -exec touch -hd 2001-01-01 {} +; git update-index --refresh");

        Assert.Equal(
            [
                "NOTES.md", "SHA256SUMS", "fastrtspproxy-1.2.3-linux-arm64.tar.gz", "fastrtspproxy-1.2.3-linux-x64.tar.gz", "fastrtspproxy-1.2.3.spdx.json",
                "fastrtspproxy_1.2.3-1_amd64.deb", "fastrtspproxy_1.2.3-1_arm64.deb",
            ],
            first.Keys.Order(StringComparer.Ordinal));
        Assert.Equal(first, second);
        Assert.Equal("- Something.", Encoding.UTF8.GetString(first["NOTES.md"]).Trim());
        Assert.Equal("rtspsim --system-openssl --rid linux-arm64\n", Encoding.UTF8.GetString(first["fastrtspproxy_1.2.3-1_arm64.deb"]));
        Assert.Equal(6, Encoding.UTF8.GetString(first["SHA256SUMS"]).Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);

        async Task<SortedDictionary<string, byte[]>> ReleaseAsync(string before)
        {
            ChildProcess release = StartProgram("release.sh", "/bin/bash", "-ec", $"cd '{tree.Path}'; {before}; packaging/release.sh 1.2.3");
            Assert.Equal(0, await release.WaitForExitAsync(Soon));
            return tree.Made("1.2.3");
        }
    }
}
