namespace FastRtspProxy.Engine.Frontend;

/// <summary>Whether a datagram from an address that nobody announced is a punch.</summary>
internal enum PunchDoubt
{
    /// <summary>It is one.</summary>
    None,

    /// <summary>It looks like RTP, and its host has a back channel that nothing has come for.</summary>
    MayBeTalk,

    /// <summary>Another one went on from it: somebody talks from there.</summary>
    IsTalk,
}
