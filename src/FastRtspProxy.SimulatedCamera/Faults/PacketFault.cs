using Media = FastRtspProxy.SimulatedCamera.Media;

namespace FastRtspProxy.SimulatedCamera.Faults;

/// <summary>When a packet fault strikes: with a probability, or exactly once, at the packet of this ordinal.</summary>
/// <param name="Probability">0 to 1.</param>
/// <param name="Ordinal">Counts from 0 for each session and track; -1: not by ordinal.</param>
internal readonly record struct PacketFault(double Probability, long Ordinal = -1)
{
    public static PacketFault Never => new(0);

    public bool IsSet => Probability > 0 || Ordinal >= 0;

    /// <summary>The same (seed, ordinal) always gives the same answer.</summary>
    public bool Strikes(ulong seed, long ordinal) =>
        Ordinal >= 0 ? ordinal == Ordinal : Probability > 0 && Media.Hash64.Unit(seed, (ulong)ordinal) < Probability;
}
