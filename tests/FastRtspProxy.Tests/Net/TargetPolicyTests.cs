using System.Net;
using FastRtspProxy.Net;

namespace FastRtspProxy.Tests.Net;

public sealed class TargetPolicyTests
{
    private const string Own = "198.51.100.9";

    /// <summary>Columns: where to, who sends us there (empty: the stream's own URL), and whether it is refused for a camera of the command line, a registered one, and one registered with a log-in.</summary>
    [Theory]
    [InlineData("127.0.0.1", "", false, true, true)]
    [InlineData(Own, "", false, true, true)]
    [InlineData("224.1.1.1", "", false, true, true)]
    [InlineData("169.254.169.254", "", false, true, false)]
    [InlineData("192.168.1.5", "", false, false, false)]
    [InlineData("203.0.113.5", "", false, false, false)]
    [InlineData("127.0.0.1", "192.168.1.5", true, true, true)]
    [InlineData(Own, "192.168.1.5", true, true, true)]
    [InlineData("0.0.0.0", "192.168.1.5", true, true, true)]
    [InlineData("255.255.255.255", "192.168.1.5", true, true, true)]
    [InlineData("::ffff:127.0.0.1", "192.168.1.5", true, true, true)]
    [InlineData("64:ff9b::7f00:1", "192.168.1.5", true, true, true)]
    [InlineData("169.254.169.254", "192.168.1.5", false, true, false)]
    [InlineData("192.168.1.6", "192.168.1.5", false, false, false)]
    [InlineData(Own, Own, false, true, true)] // a registering connection may come through a reverse proxy on this machine
    [InlineData("::ffff:198.51.100.9", Own, false, true, true)]
    [InlineData("224.0.0.251", "192.168.1.5", true, true, true)]
    [InlineData("192.168.1.5", "192.168.1.5", false, false, false)]
    [InlineData("169.254.7.7", "169.254.7.7", false, true, false)]
    [InlineData("127.0.0.1", "::ffff:127.0.0.9", false, true, true)]
    [InlineData("127.0.0.2", "127.0.0.1", false, true, true)]
    public void Refuses_AnAddress_DependsOnWhoSaysIt(string address, string camera, bool given, bool registered, bool authenticated)
    {
        IPAddress? from = camera.Length == 0 ? null : IPAddress.Parse(camera);
        IPAddress to = IPAddress.Parse(address);
        Assert.Equal(given, Policy(false, false).Refuses(to, from));
        Assert.Equal(registered, Policy(true, false).Refuses(to, from));
        Assert.Equal(authenticated, Policy(true, true).Refuses(to, from));

        // Where strangers may name this machine, their cameras are what those of the command line are.
        Assert.Equal(given, new TargetPolicy(true, false, allowsPrivate: true, ScopeOf).Refuses(to, from));
    }

    [Theory]
    [InlineData(22, true)]
    [InlineData(80, false)]
    [InlineData(322, false)]
    [InlineData(443, false)]
    [InlineData(554, false)]
    [InlineData(1023, true)]
    [InlineData(1024, false)]
    [InlineData(8554, false)]
    public void RefusesPort_OfAStranger_Privileged(int port, bool isRefused)
    {
        Assert.Equal(isRefused, Policy(true, false).RefusesPort(port));
        Assert.Equal(isRefused, new TargetPolicy(true, false, allowsPrivate: true).RefusesPort(port));
        Assert.False(Policy(true, true).RefusesPort(port));
        Assert.False(Policy(false, false).RefusesPort(port));
    }

    private static TargetPolicy Policy(bool isRegistered, bool isAuthenticated) => new(isRegistered, isAuthenticated, allowsPrivate: false, ScopeOf);

    private static AddressScope ScopeOf(IPAddress address) => AddressScopes.Of(address, static own => own.ToString() == Own);
}
