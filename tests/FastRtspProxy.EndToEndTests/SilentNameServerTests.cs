using System.Text.Json;
using FastRtspProxy.EndToEndTests.Network;
using Xunit.Abstractions;

namespace FastRtspProxy.EndToEndTests;

/// <summary>A machine whose name server never answers, in namespaces of its own (Network/silent_resolver.py; as root, or where users may make namespaces).</summary>
public sealed class SilentNameServerTests(ITestOutputHelper log) : NamespaceTest(log)
{
    /// <summary>Whoever waits for the system's resolver waits for half a minute at least; a busy machine needs a part of that.</summary>
    private static readonly TimeSpan s_limit = TimeSpan.FromMinutes(4);

    [Fact]
    public async Task NameServerIsSilent_StrangersNamesAndALostCamera_TheCameraComesBackByNameAndTheStopKeepsItsTime()
    {
        JsonElement found = await RunInNamespacesAsync("silent_resolver.py", "util-linux, mount, iproute2", s_limit);

        // Of 300 names some are looked up and found unknown, the rest is told to come again; an address needs no look-up.
        Assert.Equal(["403", "503"], found.GetProperty("statuses").EnumerateObject().Select(static one => one.Name));
        Assert.Equal(300, found.GetProperty("statuses").EnumerateObject().Sum(static one => one.Value.GetInt32()));
        Assert.Equal(200, found.GetProperty("registeredByAddress").GetInt32());

        // At its last address after a second, long before the look-up ends; the stream whose URL has an address shows what the machine's business costs.
        JsonElement back = found.GetProperty("backAfterSeconds");
        Assert.InRange(back.GetProperty("proxyStream-2").GetDouble() - back.GetProperty("proxyStream-1").GetDouble(), -15, 15);
        Assert.InRange(found.GetProperty("threads").GetInt32(), 1, 64);
        Assert.Equal(0, found.GetProperty("stopStatus").GetInt32());
        Assert.InRange(found.GetProperty("stopSeconds").GetDouble(), 0, 20); // and not the half-minute
    }
}
