namespace FastRtspProxy.Protocol.Rtp;

/// <summary>What a packet did to the access unit that is being put together.</summary>
public enum UnitStep
{
    /// <summary>It was taken; the unit is not at its end.</summary>
    Open,

    /// <summary>It was taken, and the unit is at its end.</summary>
    Ended,

    /// <summary>It belongs to the next unit and was not taken: the one before is at its end, and the packet is to be offered again.</summary>
    EndedBefore,
}
