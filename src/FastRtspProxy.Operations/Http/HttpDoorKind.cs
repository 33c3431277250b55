namespace FastRtspProxy.Operations.Http;

/// <summary>How the connections of an address begin, and what they may ask for; a connection keeps what it came by.</summary>
/// <param name="Doorway">What it may ask for.</param>
/// <param name="IsSecure">It begins with a TLS handshake.</param>
internal sealed record HttpDoorKind(HttpDoorway Doorway, bool IsSecure);
