namespace FastRtspProxy.Engine.Frontend;

/// <summary>What a client is, as far as that matters for where it begins, and for what its datagrams mean.</summary>
internal enum PlayerKind
{
    /// <summary>Nothing is known of it.</summary>
    Unknown,

    /// <summary>FFmpeg's demuxer: ffmpeg, ffprobe, ffplay, mpv, OpenCV, PyAV. It looks at a second of the stream before it shows any.</summary>
    Ffmpeg,

    /// <summary>GStreamer's rtspsrc. Its jitter buffer takes a past of more than some 0.9 s for a jump of the clock.</summary>
    GStreamer,

    /// <summary>A recorder that stamps packets by their arrival: what comes in haste is squeezed in its files.</summary>
    StampsByArrival,

    /// <summary>Another FastRtspProxy, whose own viewers join from what it keeps.</summary>
    Relay,
}
