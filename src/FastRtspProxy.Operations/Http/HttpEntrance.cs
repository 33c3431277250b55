using System.Net;

namespace FastRtspProxy.Operations.Http;

/// <summary>What Kestrel takes for an address: those whose connections begin with TLS, and the others. Which there are is not its business.</summary>
internal sealed class HttpEntrance(bool isSecure) : EndPoint
{
    public bool IsSecure => isSecure;

    public override string ToString() => isSecure ? "secure" : "plain";
}
