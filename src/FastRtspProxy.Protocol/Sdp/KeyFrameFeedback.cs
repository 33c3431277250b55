namespace FastRtspProxy.Protocol.Sdp;

/// <summary>How a sender lets its receivers ask for a picture that stands alone.</summary>
public enum KeyFrameFeedback
{
    /// <summary>It says nothing of it.</summary>
    None,

    /// <summary>PLI, RFC 4585.</summary>
    PictureLoss,

    /// <summary>FIR, RFC 5104.</summary>
    FullIntra,
}
