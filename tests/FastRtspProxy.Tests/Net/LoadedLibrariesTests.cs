using FastRtspProxy.Net.Linux;

namespace FastRtspProxy.Tests.Net;

/// <summary>The loader's own list of what is loaded.</summary>
public sealed class LoadedLibrariesTests
{
    [Fact]
    public void Paths_OfThisProcess_HaveTheCLibraryThatItsMapsHave()
    {
        string libc = Assert.Single(LoadedLibraries.Paths(), static path => path.EndsWith("/libc.so.6", StringComparison.Ordinal));

        string target = File.ResolveLinkTarget(libc, returnFinalTarget: true)?.FullName ?? libc;
        Assert.Contains(File.ReadLines("/proc/self/maps"), line => line.EndsWith(Path.GetFileName(target), StringComparison.Ordinal));
    }
}
