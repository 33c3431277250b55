using FastRtspProxy.EndToEndTests.Processes;
using Xunit.Abstractions;

namespace FastRtspProxy.EndToEndTests.Packaging;

/// <summary>Apt sources of machines that keep their mirrors in a file of their own, as those of hosted CI do (packaging/mirrors.sh).</summary>
public sealed class MirrorsScriptTests(ITestOutputHelper log) : EndToEndTest(log), IDisposable
{
    private static readonly string s_script = Path.Combine(SourceTree.Root, "packaging/mirrors.sh");

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("frp-mirrors-");

    [Theory]
    [InlineData("mirror+file:")]
    [InlineData("mirror+file://")]
    public async Task Mirrors_AListOfMirrors_ItsFirstStandsThere(string scheme)
    {
        string list = await FileAsync("apt-mirrors.txt", "# of this region\n\nhttp://azure.archive.ubuntu.com/ubuntu/\tpriority:1\nhttps://archive.ubuntu.com/ubuntu/\tpriority:2\n");
        string sources = await FileAsync("ubuntu.sources", $"Types: deb\nURIs: {scheme}{list}\nSuites: noble noble-updates\n\nTypes: deb\nURIs: http://security.ubuntu.com/ubuntu/\n");

        ChildProcess script = StartProgram("mirrors.sh", "/bin/bash", s_script, sources);

        Assert.Equal(0, await script.WaitForExitAsync(Soon));
        Assert.Equal(
            ["Types: deb", "URIs: http://azure.archive.ubuntu.com/ubuntu/", "Suites: noble noble-updates", "", "Types: deb", "URIs: http://security.ubuntu.com/ubuntu/"],
            script.Lines().Select(static line => line.Text));
    }

    [Fact]
    public async Task Mirrors_AnEmptyList_ASentenceAndStatusOne()
    {
        string list = await FileAsync("apt-mirrors.txt", "# none\n");
        string sources = await FileAsync("sources.list", $"deb mirror+file:{list} noble main\n");

        ChildProcess script = StartProgram("mirrors.sh", "/bin/bash", s_script, sources);

        Assert.Equal(1, await script.WaitForExitAsync(Soon));
        await script.WaitForLineAsync("why", line => line.IsError && line.Text == $"mirrors.sh: {list} names no mirror", Soon);
    }

    public void Dispose() => _folder.Delete(recursive: true);

    private async Task<string> FileAsync(string name, string text)
    {
        string path = Path.Combine(_folder.FullName, name);
        await File.WriteAllTextAsync(path, text);
        return path;
    }
}
