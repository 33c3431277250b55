using System.Net;
using FastRtspProxy.Net;

namespace FastRtspProxy.Tests.Net;

public sealed class MappedAddressesTests
{
    [Theory]
    [InlineData("::ffff:192.0.2.7", "192.0.2.7")]
    [InlineData("192.0.2.7", "192.0.2.7")]
    [InlineData("2001:db8::7", "2001:db8::7")]
    [InlineData("fe80::7%3", "fe80::7%3")]
    [InlineData("::192.0.2.7", "::192.0.2.7")] // IPv4-compatible (RFC 4291, 2.5.5.1) is another thing, and no peer has it
    [InlineData("64:ff9b::192.0.2.7", "64:ff9b::192.0.2.7")]
    public void Unmapped_Address_IsIPv4OnlyWhereItWasMapped(string address, string expected)
    {
        IPAddress parsed = IPAddress.Parse(address);

        Assert.Equal(IPAddress.Parse(expected), parsed.Unmapped());
        Assert.Equal(new IPEndPoint(IPAddress.Parse(expected), 554), new IPEndPoint(parsed, 554).Unmapped());
    }
}
