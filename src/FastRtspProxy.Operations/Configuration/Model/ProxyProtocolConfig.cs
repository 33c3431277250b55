using System.Net;

namespace FastRtspProxy.Operations.Configuration.Model;

/// <summary>The balancers in front of us.</summary>
internal sealed record ProxyProtocolConfig
{
    /// <summary>Those that send a PROXY header; empty: nobody is believed.</summary>
    public ValueList<IPNetwork> From { get; init; } = [];
}
