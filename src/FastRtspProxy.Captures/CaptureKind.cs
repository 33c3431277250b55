namespace FastRtspProxy.Captures;

/// <summary>What a record of a capture is; the word in the file is the name in lower case.</summary>
internal enum CaptureKind
{
    /// <summary>An RTSP message, head and body, as it stood in the connection.</summary>
    Message,

    /// <summary>An RTP packet.</summary>
    Rtp,

    /// <summary>An RTCP compound.</summary>
    Rtcp,

    /// <summary>A datagram or an interleaved frame that is neither.</summary>
    Data,

    /// <summary>Bytes of a connection that belong to nothing; only their number is kept.</summary>
    Garbage,

    /// <summary>A connection was made; the text says how.</summary>
    Open,

    /// <summary>A connection ended; the text says by whom, when that is known.</summary>
    Close,

    /// <summary>Something that whoever reads the file should know.</summary>
    Note,

    /// <summary>The file is whole; the text is the sum of it.</summary>
    End,
}
