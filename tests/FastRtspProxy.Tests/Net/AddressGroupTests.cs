using System.Net;
using FastRtspProxy.Net;

namespace FastRtspProxy.Tests.Net;

/// <summary>What counts as one address.</summary>
public sealed class AddressGroupTests
{
    [Theory]
    [InlineData("192.0.2.7", "192.0.2.7", true)]
    [InlineData("192.0.2.7", "::ffff:192.0.2.7", true)]
    [InlineData("192.0.2.7", "192.0.2.8", false)]
    [InlineData("2001:db8:1:2::1", "2001:db8:1:2:ffff:ffff:ffff:ffff", true)]
    [InlineData("2001:db8:1:2::1", "2001:db8:1:3::1", false)]
    [InlineData("fe80::1%2", "fe80::2%2", true)]
    [InlineData("fe80::1%2", "fe80::1%3", false)]
    [InlineData("::1", "0.0.0.1", false)]
    [InlineData("::", "0.0.0.0", false)]
    public void Of_TwoAddresses_AreOneOrTwo(string one, string other, bool isSame) =>
        Assert.Equal(isSame, AddressGroup.Of(IPAddress.Parse(one)) == AddressGroup.Of(IPAddress.Parse(other)));
}
