using System.Net;
using FastRtspProxy.Engine.Frontend;

namespace FastRtspProxy.Tests.Engine.Frontend;

/// <summary>What counts as one address.</summary>
public sealed class AddressGroupTests
{
    [Theory]
    [InlineData("192.0.2.7", "192.0.2.7")]
    [InlineData("::ffff:192.0.2.7", "192.0.2.7")]
    [InlineData("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::")]
    [InlineData("2001:db8:1:2::", "2001:db8:1:2::")]
    [InlineData("::1", "::")]
    [InlineData("fe80::1234%3", "fe80::%3")]
    public void Of_Address_IsItselfOrItsNetwork(string address, string group) =>
        Assert.Equal(IPAddress.Parse(group), AddressGroup.Of(IPAddress.Parse(address)));

    [Theory]
    [InlineData("192.0.2.7", "192.0.2.8")]
    [InlineData("2001:db8:1:2::1", "2001:db8:1:3::1")]
    [InlineData("fe80::1%2", "fe80::1%3")]
    public void Of_OtherNetworks_AreOthers(string one, string other) =>
        Assert.NotEqual(AddressGroup.Of(IPAddress.Parse(one)), AddressGroup.Of(IPAddress.Parse(other)));
}
