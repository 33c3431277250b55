namespace FastRtspProxy.Protocol.Rtsp;

/// <summary>Why an RTSP message was refused.</summary>
public enum RtspDefect
{
    None,

    /// <summary>The start line is neither `METHOD uri RTSP/x.y` nor `RTSP/x.y code reason`.</summary>
    BadStartLine,

    /// <summary>No end of the head within <see cref="RtspLimits.HeadBytes"/>; an endless line ends here too.</summary>
    HeadTooLong,

    /// <summary>More header lines than <see cref="RtspLimits.HeaderLines"/>.</summary>
    TooManyHeaders,

    /// <summary>Content-Length is not a number, or two of them contradict each other.</summary>
    BadContentLength,

    /// <summary>Content-Length is above <see cref="RtspLimits.BodyBytes"/>.</summary>
    BodyTooLong,
}
