namespace FastRtspProxy.Protocol.Srtp;

/// <summary>What became of a protected packet.</summary>
public enum SrtpVerdict
{
    /// <summary>It is genuine, and was decrypted.</summary>
    Genuine,

    /// <summary>It is not RTP or RTCP, or too short to be protected.</summary>
    Malformed,

    /// <summary>It names a master key that nobody agreed on.</summary>
    UnknownKey,

    /// <summary>Its tag is not that of our keys: another key, or another sender.</summary>
    Forged,

    /// <summary>It came before, or is too old to tell.</summary>
    Replayed,
}
