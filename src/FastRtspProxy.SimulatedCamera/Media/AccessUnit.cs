using FastRtspProxy.SimulatedCamera.Packetisers;

namespace FastRtspProxy.SimulatedCamera.Media;

/// <summary>An access unit of a clip: where its NAL units lie in the clip's bytes.</summary>
/// <param name="Nals">In decoding order, without start codes and access unit delimiters.</param>
/// <param name="IsRandomAccess">It holds an IDR or IRAP picture.</param>
/// <param name="VclCrc">As <see cref="SimulatorSei"/> carries it.</param>
/// <param name="VclCount">NAL units under the checksum.</param>
internal sealed record AccessUnit(NalRange[] Nals, bool IsRandomAccess, uint VclCrc, int VclCount);
