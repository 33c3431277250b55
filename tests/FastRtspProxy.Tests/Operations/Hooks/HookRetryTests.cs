using FastRtspProxy.Operations.Hooks;

namespace FastRtspProxy.Tests.Operations.Hooks;

/// <summary>What follows a failed delivery.</summary>
public sealed class HookRetryTests
{
    [Theory]
    [InlineData(1, 0, null, 1)]
    [InlineData(2, 500, null, 2)]
    [InlineData(5, 503, null, 16)]
    [InlineData(7, 0, null, 60)]
    [InlineData(19, 0, null, 60)]
    [InlineData(20, 0, null, null)]
    [InlineData(1, 429, 7, 7)]
    [InlineData(1, 503, 3600, 60)]
    [InlineData(4, 503, 1, 8)]
    [InlineData(1, 408, null, 1)]
    [InlineData(1, 400, null, null)]
    [InlineData(1, 404, null, null)]
    [InlineData(1, 301, null, null)]
    public void After(int attempts, int status, int? wish, int? expected) => Assert.Equal(
        expected, (int?)HookRetry.After(attempts, status, wish is { } seconds ? TimeSpan.FromSeconds(seconds) : null)?.TotalSeconds);

    [Theory]
    [InlineData(200, true)]
    [InlineData(204, true)]
    [InlineData(302, false)]
    [InlineData(0, false)]
    public void IsTaken(int status, bool expected) => Assert.Equal(expected, HookRetry.IsTaken(status));
}
