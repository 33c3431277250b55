namespace FastRtspProxy.Protocol.Srtp;

/// <summary>How often the sequence numbers of a source have wrapped (RFC 3711 section 3.3.1), as key management says it.</summary>
/// <param name="Ssrc">The source; 0: whichever comes (RFC 3830 section 6.1.1).</param>
/// <param name="Rollovers">Its rollover counter.</param>
public readonly record struct SrtpSource(uint Ssrc, uint Rollovers);
