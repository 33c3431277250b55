namespace FastRtspProxy.Protocol.Rtsp;

/// <summary>The three answers of a parser. On the last two the input has not been consumed.</summary>
public enum ParseStatus
{
    /// <summary>A whole unit was read.</summary>
    Complete,

    /// <summary>The bytes so far are the beginning of a unit.</summary>
    NeedMore,

    /// <summary>The bytes can not become a unit; the defect says why.</summary>
    Malformed,
}
