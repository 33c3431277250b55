namespace FastRtspProxy.Protocol.Rtp;

/// <summary>What the first bytes of a packet say about its place in the stream.</summary>
[Flags]
public enum AccessUnitHint : byte
{
    None = 0,

    /// <summary>A decoder can start at the access unit of this packet: IDR, recovery point, IRAP, VP8 key frame, MJPEG frame.</summary>
    RandomAccess = 1,

    /// <summary>Holds SPS, PPS or VPS.</summary>
    ParameterSets = 2,

    /// <summary>The first bytes of a slice or frame, as far as one packet can tell.</summary>
    StartsFrame = 4,

    /// <summary>The marker bit is set.</summary>
    EndsFrame = 8,

    /// <summary>No picture data: parameter sets, SEI, delimiters.</summary>
    NonVcl = 16,
}
