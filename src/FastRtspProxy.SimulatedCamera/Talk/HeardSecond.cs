namespace FastRtspProxy.SimulatedCamera.Talk;

/// <summary>A second of samples that came by a back channel.</summary>
/// <param name="Codec">As in SDP.</param>
/// <param name="Hertz">How often they cross zero upwards.</param>
/// <param name="MissingPackets">By their sequence numbers.</param>
/// <param name="NewSources">How often another SSRC began, the first one included.</param>
internal readonly record struct HeardSecond(string Codec, int Hertz, int MissingPackets, int NewSources);
