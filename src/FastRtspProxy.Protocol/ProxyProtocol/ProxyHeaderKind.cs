namespace FastRtspProxy.Protocol.ProxyProtocol;

/// <summary>What a PROXY header says of the connection that it stands in front of.</summary>
public enum ProxyHeaderKind
{
    /// <summary>Relayed for a client, whose addresses the header has.</summary>
    Relayed,

    /// <summary>The balancer's own connection: a health check. The socket's addresses hold.</summary>
    Local,

    /// <summary>Relayed for somebody whom the header cannot name (UNKNOWN, AF_UNSPEC). The socket's addresses hold.</summary>
    Unknown,
}
