using FastRtspProxy.Protocol.ProxyProtocol;

namespace FastRtspProxy.Engine.Frontend;

/// <summary>What came of reading a PROXY header: the header, or why there is none.</summary>
/// <param name="Refusal"><see cref="DoorRefusal.None"/>: there is a header.</param>
/// <param name="Defect">What is wrong with it.</param>
/// <param name="Header">The header.</param>
internal readonly record struct ProxyHeaderReading(DoorRefusal Refusal, ProxyHeaderDefect Defect, ProxyHeader Header);
