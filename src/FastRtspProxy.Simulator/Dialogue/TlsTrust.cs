namespace FastRtspProxy.Simulator.Dialogue;

/// <summary>Whose certificate is taken.</summary>
internal enum TlsTrust
{
    /// <summary>What this machine trusts, for the host's name.</summary>
    System,

    /// <summary>Any (<c>--insecure-tls</c>).</summary>
    Anybody,
}
