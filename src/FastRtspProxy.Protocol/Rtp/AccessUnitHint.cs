namespace FastRtspProxy.Protocol.Rtp;

/// <summary>What the first bytes of a packet say about its place in the stream.</summary>
[Flags]
public enum AccessUnitHint : byte
{
    None = 0,

    /// <summary>
    /// A decoder can start at the access unit of this packet: IDR, recovery point, IRAP, VP8 or VP9 key frame, AV1 sequence, I-VOP, MPEG sequence
    /// header, a picture of JPEG.
    /// </summary>
    RandomAccess = 1,

    /// <summary>Holds SPS, PPS or VPS, an MPEG-4 object or layer, the program table of a transport stream.</summary>
    ParameterSets = 2,

    /// <summary>The first bytes of a slice or frame, as far as one packet can tell.</summary>
    StartsFrame = 4,

    /// <summary>The marker bit is set.</summary>
    EndsFrame = 8,

    /// <summary>No picture data: parameter sets, SEI, delimiters.</summary>
    NonVcl = 16,

    /// <summary>
    /// A picture that needs no other, without the headers that a decoder may need: the place to start where there is no better one.
    /// </summary>
    Intra = 32,

    /// <summary>The packet is no part of an access unit that timestamps could tell (a transport stream).</summary>
    StandsAlone = 64,
}
