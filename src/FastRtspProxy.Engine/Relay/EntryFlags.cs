namespace FastRtspProxy.Engine.Relay;

/// <summary>What the ring knows of a packet.</summary>
[Flags]
internal enum EntryFlags : byte
{
    None = 0,

    /// <summary>RTP's marker bit: by the usual profiles the last packet of an access unit.</summary>
    Marker = 1,

    /// <summary>A decoder can start at the access unit that this packet belongs to.</summary>
    RandomAccess = 2,

    /// <summary>Carries parameter sets.</summary>
    ParameterSets = 4,

    /// <summary>The first packet of an access unit (set by the ring: its timestamp differs from its track's last one).</summary>
    FrameStart = 8,

    /// <summary>An RTCP compound of the track, not media.</summary>
    Rtcp = 16,

    /// <summary>Nothing to show in it (SEI, delimiters).</summary>
    NonVcl = 32,

    /// <summary>An access unit of its own, whatever its timestamp says: a packet of a transport stream.</summary>
    StandsAlone = 64,
}
