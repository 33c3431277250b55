namespace FastRtspProxy.Simulator.Load;

/// <summary>How a client reads.</summary>
internal enum ClientManner : byte
{
    /// <summary>As fast as it comes.</summary>
    Normal,

    /// <summary>64 KiB (over UDP: what one socket buffer holds) once a second.</summary>
    Slow,

    /// <summary>Nothing any more after its first packet.</summary>
    Stopped,
}
