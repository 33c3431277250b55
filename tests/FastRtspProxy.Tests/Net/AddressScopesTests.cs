using System.Net;
using System.Net.NetworkInformation;
using FastRtspProxy.Net;

namespace FastRtspProxy.Tests.Net;

/// <summary>The table of networks, at its borders, and every way to write an IPv4 address as an IPv6 one.</summary>
public sealed class AddressScopesTests
{
    [Theory]
    [InlineData("127.0.0.1", "ThisMachine")]
    [InlineData("127.255.255.255", "ThisMachine")]
    [InlineData("126.255.255.255", "Elsewhere")]
    [InlineData("128.0.0.0", "Elsewhere")]
    [InlineData("0.0.0.0", "ThisMachine")]
    [InlineData("0.255.255.255", "ThisMachine")]
    [InlineData("1.0.0.0", "Elsewhere")]
    [InlineData("223.255.255.255", "Elsewhere")]
    [InlineData("224.0.0.0", "ThisMachine")]
    [InlineData("239.255.255.255", "ThisMachine")]
    [InlineData("255.255.255.255", "ThisMachine")]
    [InlineData("169.253.255.255", "Elsewhere")]
    [InlineData("169.254.0.0", "Neighbourhood")]
    [InlineData("169.254.169.254", "Neighbourhood")]
    [InlineData("169.254.255.255", "Neighbourhood")]
    [InlineData("169.255.0.0", "Elsewhere")]
    [InlineData("100.100.100.200", "Neighbourhood")]
    [InlineData("168.63.129.16", "Neighbourhood")]
    [InlineData("10.0.0.1", "Elsewhere")]
    [InlineData("172.16.0.1", "Elsewhere")]
    [InlineData("192.168.1.1", "Elsewhere")]
    [InlineData("198.51.100.9", "ThisMachine")] // our own, see below
    [InlineData("::", "ThisMachine")]
    [InlineData("::1", "ThisMachine")]
    [InlineData("::2", "ThisMachine")] // 0.0.0.2
    [InlineData("ff02::1", "ThisMachine")]
    [InlineData("feff::1", "Elsewhere")]
    [InlineData("fe80::1", "Neighbourhood")]
    [InlineData("fe80::1%2", "Neighbourhood")]
    [InlineData("febf:ffff::1", "Neighbourhood")]
    [InlineData("fec0::1", "Elsewhere")]
    [InlineData("fd00:ec2::254", "Neighbourhood")]
    [InlineData("fd00:ec3::254", "Elsewhere")]
    [InlineData("fc00::1", "Elsewhere")]
    [InlineData("2001:db8::9", "ThisMachine")] // our own
    [InlineData("2001:db8::8", "Elsewhere")]
    [InlineData("::ffff:127.0.0.1", "ThisMachine")]
    [InlineData("::ffff:169.254.169.254", "Neighbourhood")]
    [InlineData("::ffff:192.168.1.1", "Elsewhere")]
    [InlineData("::ffff:198.51.100.9", "ThisMachine")]
    [InlineData("::127.0.0.1", "ThisMachine")]
    [InlineData("::169.254.169.254", "Neighbourhood")]
    [InlineData("64:ff9b::7f00:1", "ThisMachine")]
    [InlineData("64:ff9b::a9fe:a9fe", "Neighbourhood")]
    [InlineData("64:ff9b::c0a8:101", "Elsewhere")]
    [InlineData("64:ff9b::c633:6409", "ThisMachine")]
    [InlineData("64:ff9b:1:7f00:0:100::", "ThisMachine")]
    [InlineData("64:ff9b:1::7f00:1", "ThisMachine")]
    [InlineData("64:ff9b:1:a9fe:a9:fe00::", "Neighbourhood")]
    [InlineData("64:ff9b:1:c0a8:1:101:c0a8:101", "Elsewhere")]
    [InlineData("64:ff9b:1::", "ThisMachine")] // 0.0.0.0
    [InlineData("64:ff9b:1::a9fe:a9fe", "Neighbourhood")]
    [InlineData("64:ff9b:1::c0a8:101", "Elsewhere")]
    [InlineData("64:ff9b:1:c0a8:e6:500::", "Elsewhere")] // 192.168.230.5, not 230.5.0.0
    [InlineData("64:ff9b:1:a7f:0:100::", "Elsewhere")] // 10.127.0.1, not 127.0.1.0
    [InlineData("64:ff9b:1:7f00:0:100::9", "ThisMachine")] // a translator does not look at what follows
    [InlineData("64:ff9b:1:7f:0:1::", "ThisMachine")] // 127.0.0.1 behind 56 bits
    [InlineData("64:ff9b:1:0:7f:0:100::", "ThisMachine")] // and behind 64
    [InlineData("64:ff9b:0:ffff:ffff:ffff:7f00:1", "Elsewhere")]
    [InlineData("::ffff:0:127.0.0.1", "ThisMachine")] // translated, RFC 2765
    [InlineData("::ffff:0:192.168.1.1", "Elsewhere")]
    [InlineData("::1:7f00:1", "Elsewhere")]
    [InlineData("fd00::5efe:7f00:1", "ThisMachine")] // ISATAP
    [InlineData("2001:db8:1::200:5efe:a9fe:a9fe", "Neighbourhood")]
    [InlineData("fe80::5efe:c0a8:101", "Neighbourhood")]
    [InlineData("fd20:ce::254", "Neighbourhood")]
    [InlineData("fd20:ce::255", "Elsewhere")]
    [InlineData("fd00:c1::a9fe:a9fe", "Neighbourhood")]
    [InlineData("fd00:ec2:ffff:ffff:ffff:ffff:ffff:ffff", "Neighbourhood")]
    [InlineData("fd00:ec1:ffff::1", "Elsewhere")]
    [InlineData("fe7f:ffff::1", "Elsewhere")]
    [InlineData("ff00::", "ThisMachine")]
    [InlineData("2003:7f00:1::1", "Elsewhere")]
    [InlineData("2001:0:7f00:1::3f57:fefe", "Elsewhere")] // Teredo: its server's address is not where it leads
    [InlineData("64:ff9b:2::7f00:1", "Elsewhere")]
    [InlineData("2002:7f00:1::1", "ThisMachine")]
    [InlineData("2002:a9fe:a9fe::1", "Neighbourhood")]
    [InlineData("2002:c0a8:101::1", "Elsewhere")]
    [InlineData("2001:0:c633:6401::80ff:fffe", "ThisMachine")] // Teredo, the client's address inverted
    [InlineData("2001:0:c633:6401::5601:5601", "Neighbourhood")]
    [InlineData("2001:0:c633:6401::3f57:fefe", "Elsewhere")]
    [InlineData("2001:1::80ff:fffe", "Elsewhere")]
    public void Of_AnAddress_IsAsNearAsTheTableSays(string address, string scope) =>
        Assert.Equal(scope, AddressScopes.Of(IPAddress.Parse(address), static own => own.ToString() is "198.51.100.9" or "2001:db8::9").ToString());

    /// <summary>Asked of the kernel of the machine that the test runs on.</summary>
    [Theory]
    [InlineData("127.0.0.1", true)]
    [InlineData("255.255.255.255", true)]
    [InlineData("203.0.113.1", false)]
    public void Contains_AnAddress_IsOwnWhereTheKernelSaysSo(string address, bool isOwn) => Assert.Equal(isOwn, OwnAddresses.Contains(IPAddress.Parse(address)));

    [Fact]
    public void Contains_EveryAddressOfTheInterfaces_IsOwn()
    {
        foreach (NetworkInterface one in NetworkInterface.GetAllNetworkInterfaces().Where(one => one.OperationalStatus is OperationalStatus.Up or OperationalStatus.Unknown))
        {
            Assert.All(one.GetIPProperties().UnicastAddresses, own => Assert.True(OwnAddresses.Contains(own.Address), own.Address.ToString()));
        }
    }
}
