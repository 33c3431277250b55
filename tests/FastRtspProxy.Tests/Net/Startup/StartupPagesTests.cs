using FastRtspProxy.Net.Startup;

namespace FastRtspProxy.Tests.Net.Startup;

/// <summary>Which mappings may be given back, and which would come back as something else.</summary>
public sealed class StartupPagesTests
{
    private const string Map = """
        55d000000000-55d000100000 r--p 00000000 fe:00 42                         /usr/bin/frp
        Size:               1024 kB
        Rss:                 512 kB
        Anonymous:             0 kB
        55d000100000-55d000300000 r-xp 00100000 fe:00 42                         /usr/bin/frp
        Rss:                1024 kB
        Anonymous:             0 kB
        55d000300000-55d000310000 r--p 00300000 fe:00 42                         /usr/bin/frp
        Rss:                  64 kB
        Anonymous:            64 kB
        55d000310000-55d000320000 rw-p 00310000 fe:00 42                         /usr/bin/frp
        Rss:                   0 kB
        Anonymous:             0 kB
        7f0000000000-7f0000100000 r-xp 00000000 fe:00 43                         /usr/lib/libc.so.6
        Rss:                 100 kB
        Anonymous:             0 kB
        7f0000200000-7f0000300000 rw-p 00000000 00:00 0
        Rss:                 100 kB
        Anonymous:             0 kB
        """;

    [Fact]
    public void Unchanged_AreTheFilesOwnPagesThatNobodyWrote() => Assert.Equal(
        ["55d000000000 100000 524288", "55d000100000 200000 1048576"],
        StartupPages.Unchanged(Map.Split('\n'), "/usr/bin/frp").Select(static m => $"{m.Begin:x} {m.Length:x} {m.ResidentBytes}"));

    [Fact]
    public void Unchanged_OfThisProcess_CanBeRead() =>
        Assert.All(StartupPages.Unchanged(File.ReadAllLines("/proc/self/smaps"), Environment.ProcessPath!), static mapping => Assert.True(mapping.Length > 0));

    [Fact]
    public void Release_WhereTheRuntimeCompiles_DoesNothing() => Assert.Equal(0, StartupPages.Release());
}
