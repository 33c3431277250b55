using FastRtspProxy.Net.Startup;

namespace FastRtspProxy.Tests.Net.Startup;

/// <summary>What a service manager asks for in the environment.</summary>
public sealed class ServiceManagerTests
{
    [Theory]
    [InlineData("20000000", null, 20)]
    [InlineData("20000000", "7", 20)]
    [InlineData("20000000", "8", null)]
    [InlineData("20000000", "", null)]
    [InlineData("0", null, null)]
    [InlineData("-1", null, null)]
    [InlineData("soon", null, null)]
    [InlineData(null, "7", null)]
    public void Watchdog(string? microseconds, string? process, int? seconds) =>
        Assert.Equal(seconds, (int?)ServiceManager.WatchdogOf(microseconds, process, own: 7)?.TotalSeconds);
}
