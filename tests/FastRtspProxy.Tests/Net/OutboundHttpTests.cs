using System.Net.Sockets;
using System.Security.Authentication;
using FastRtspProxy.Net;

namespace FastRtspProxy.Tests.Net;

/// <summary>What is said of requests to servers that the user named.</summary>
public sealed class OutboundHttpTests
{
    /// <summary>The log has no inner exceptions.</summary>
    [Fact]
    public void Cause_OfATlsFailure_IsWhatStandsInnermost() => Assert.Equal(
        "error:0A00042E:SSL routines::tlsv1 alert protocol version",
        OutboundHttp.Cause(new HttpRequestException(
            "The SSL connection could not be established, see inner exception.",
            new AuthenticationException(
                "Authentication failed, see inner exception.", new IOException("error:0A00042E:SSL routines::tlsv1 alert protocol version")))));

    [Fact]
    public void Cause_OfAConnectionThatCannotBeMade_HasItsAddress() => Assert.Equal(
        "Connection refused (192.0.2.7:443)",
        OutboundHttp.Cause(new HttpRequestException("Connection refused (192.0.2.7:443)", new SocketException((int)SocketError.ConnectionRefused))));
}
