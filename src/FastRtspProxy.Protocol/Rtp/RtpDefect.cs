namespace FastRtspProxy.Protocol.Rtp;

/// <summary>Why an RTP packet was refused (RFC 3550 appendix A.1).</summary>
public enum RtpDefect
{
    None,

    /// <summary>Below 12 bytes, or shorter than its CSRC list.</summary>
    TooShort,

    /// <summary>The version is not 2.</summary>
    BadVersion,

    /// <summary>The header extension does not fit.</summary>
    BadExtension,

    /// <summary>The padding is 0 or longer than the payload.</summary>
    BadPadding,
}
