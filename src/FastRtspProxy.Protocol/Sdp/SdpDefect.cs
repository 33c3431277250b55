namespace FastRtspProxy.Protocol.Sdp;

/// <summary>Why a session description was refused.</summary>
public enum SdpDefect
{
    None,

    /// <summary>No line that could be one.</summary>
    Empty,

    /// <summary>Above <see cref="SdpDocument.BytesMax"/>.</summary>
    TooLong,

    /// <summary>More media than <see cref="SdpDocument.MediaMax"/>.</summary>
    TooManyMedia,

    /// <summary>No m= line that could be read.</summary>
    NoMedia,
}
