using System.Net;
using System.Net.Sockets;
using FastRtspProxy.SimulatedCamera;

namespace FastRtspProxy.Tests.SimulatedCamera;

public class ListenAddressTests
{
    [Theory]
    [InlineData("0.0.0.0", "127.0.0.1")]
    [InlineData("::", "[::1]")]
    [InlineData("::1", "[::1]")]
    [InlineData("192.0.2.7", "192.0.2.7")]
    public void HostOf_WhatIsListenedOn_IsReachedByIt(string bind, string host) => Assert.Equal(host, ListenAddress.HostOf(IPAddress.Parse(bind)));

    [Theory]
    [InlineData(SocketError.AddressAlreadyInUse, "is another server there?")]
    [InlineData(SocketError.AddressNotAvailable, "no address of this machine")]
    [InlineData(SocketError.AccessDenied, "CAP_NET_BIND_SERVICE")]
    public void Refusal_ByItsCause_NamesTheRemedy(SocketError error, string remedy)
    {
        string refusal = ListenAddress.Refusal(IPAddress.Parse("192.0.2.7"), 554, error);

        Assert.StartsWith("cannot listen on 192.0.2.7 port 554: ", refusal, StringComparison.Ordinal);
        Assert.Contains(remedy, refusal, StringComparison.Ordinal);
    }
}
