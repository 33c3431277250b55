namespace FastRtspProxy.Protocol.Srtp;

/// <summary>Why what key management says cannot be used.</summary>
public enum SrtpDefect
{
    None,

    /// <summary>It cannot be read.</summary>
    Malformed,

    /// <summary>A crypto suite, or what amounts to one, that is none of ours.</summary>
    UnknownSuite,

    /// <summary>The key has not the length of its suite, or there is none.</summary>
    BadKey,

    /// <summary>No authentication, keys that change with time, forward error correction, or another thing that is not known here.</summary>
    UnsupportedParameter,

    /// <summary>MIKEY with keys that are encrypted, or agreed on by public keys: a secret would be needed that nobody gave.</summary>
    EncryptedKeys,
}
