using System.Net;
using FastRtspProxy.Engine.Frontend;

namespace FastRtspProxy.Tests.Engine.Frontend.Guessing;

public sealed class GuesserKeyTests
{
    [Theory]
    [InlineData("192.0.2.7", "192.0.2.7", true)]
    [InlineData("192.0.2.7", "::ffff:192.0.2.7", true)]
    [InlineData("192.0.2.7", "192.0.2.8", false)]
    [InlineData("2001:db8:1:2::1", "2001:db8:1:2:ffff:ffff:ffff:ffff", true)]
    [InlineData("2001:db8:1:2::1", "2001:db8:1:3::1", false)]
    [InlineData("fe80::1%2", "fe80::2%3", true)]
    [InlineData("::1", "0.0.0.1", false)]
    [InlineData("::", "0.0.0.0", false)]
    public void Of_TwoAddresses_AreOneGuesserOrTwo(string one, string other, bool isSame)
    {
        Assert.Equal(isSame, GuesserKey.Of(IPAddress.Parse(one)) == GuesserKey.Of(IPAddress.Parse(other)));
    }
}
