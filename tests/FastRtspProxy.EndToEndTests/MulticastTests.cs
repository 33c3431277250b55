using System.Text.Json;
using FastRtspProxy.EndToEndTests.Network;
using Xunit.Abstractions;

namespace FastRtspProxy.EndToEndTests;

/// <summary>Players of others that listen to multicast groups, on hosts of their own (Network/multicast.py; as root, or where users may make namespaces).</summary>
public sealed class MulticastTests(ITestOutputHelper log) : NamespaceTest(log)
{
    /// <summary>Of the 100 that a player with four seconds has: it may lose two key intervals at its start.</summary>
    private const int FramesMin = 25;

    private static readonly TimeSpan s_limit = TimeSpan.FromMinutes(4);

    [Fact]
    public async Task Groups_IPv4AndIPv6_EachPlayerHasItsPictureAndWithTheLastOneTheyEnd()
    {
        JsonElement found = await RunInNamespacesAsync("multicast.py", "util-linux, mount, iproute2", s_limit);

        Assert.All(
            (string[])["ffmpeg4", "ffmpeg6", "rtspsrc4", "rtspsrc6"],
            name => Assert.True(found.GetProperty(name).GetInt32() >= FramesMin, $"{name} has {found.GetProperty(name)} pictures of some 100"));
        Assert.All((string[])["listener4", "listener6"], name => Assert.InRange(found.GetProperty(name).GetInt32(), 25, int.MaxValue));
        Assert.InRange(found.GetProperty("verified").GetInt32(), 100, int.MaxValue);
        Assert.Equal(0, found.GetProperty("corrupt").GetInt32());
        string[] groups = [.. found.GetProperty("groups").EnumerateArray().Select(static line => line.GetString()!)];
        Assert.Matches(@"^incl IN IP4 239\.192\.\d+\.\d+ 10\.1\.0\.1$", groups[0]);
        Assert.All(groups.Skip(1), static line => Assert.Matches(@"^IN IP4 239\.192\.\d+\.\d+/2$", line));
    }
}
