namespace FastRtspProxy.Protocol.Srtp;

/// <summary>Where the keys of a stream come from.</summary>
public enum SrtpKeySource
{
    /// <summary>The description names none, or none that can be used: whoever receives invents them (RFC 4567 section 3.2).</summary>
    Receiver,

    /// <summary><c>a=key-mgmt:mikey</c> in the description.</summary>
    Mikey,

    /// <summary><c>a=crypto</c> in the description.</summary>
    Crypto,
}
