using FastRtspProxy.Protocol.Http;

namespace FastRtspProxy.Tests.Protocol;

/// <summary>Whose requests are ours.</summary>
public sealed class HttpOriginTests
{
    [Theory]
    [InlineData("10.0.0.1", true)]
    [InlineData("10.0.0.1:80", true)]
    [InlineData("[2001:db8::1]", true)]
    [InlineData("[2001:db8::1]:9554", true)]
    [InlineData("name.example", true)]
    [InlineData("NAME.example:9554", true)]
    [InlineData("2001:db8::1", false)]
    [InlineData("1", false)]
    [InlineData("0x7f000001", false)]
    [InlineData("localhost@evil.example", false)]
    [InlineData("localhost/", false)]
    [InlineData("localhost:", false)]
    [InlineData("localhost:0", false)]
    [InlineData("localhost:99999", false)]
    [InlineData("", false)]
    [InlineData(null, false)]
    public void Host(string? host, bool isOurs) => Assert.Equal(isOurs, HttpOrigin.IsOurHost(host, ["name.example"]));

    [Theory]
    [InlineData(null, null, "a:1", true)]
    [InlineData(null, "none", "a:1", true)]
    [InlineData(null, "cross-site", "a:1", false)]
    [InlineData("http://a:1", null, "a:1", true)]
    [InlineData("https://a", null, "a", true)]
    [InlineData("https://a", null, "a:443", true)]
    [InlineData("http://a", null, "a:443", false)]
    [InlineData("http://A", null, "a:80", true)]
    [InlineData("http://a:2", null, "a:1", false)]
    [InlineData("http://a.evil", null, "a", false)]
    [InlineData("file://", null, "a", false)]
    [InlineData("null", null, "null", false)]
    [InlineData("", null, "a", false)]
    [InlineData("https://friend.example", "cross-site", "a", true)]
    [InlineData("http://friend.example", "cross-site", "a", false)]
    public void Origin(string? origin, string? site, string host, bool isFriendly) =>
        Assert.Equal(isFriendly, HttpOrigin.IsFriendly(origin, site, host, ["https://friend.example"]));
}
