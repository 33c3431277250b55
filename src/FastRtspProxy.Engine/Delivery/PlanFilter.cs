using FastRtspProxy.Engine.Relay;

namespace FastRtspProxy.Engine.Delivery;

/// <summary>What a viewer that is not in step does not get, or gets changed. The default changes nothing.</summary>
/// <param name="WithoutTracks">Tracks (a bit each) whose RTP is left out.</param>
/// <param name="WithoutRtcp">Reports are left out: those of the past say nothing.</param>
/// <param name="Map">New timestamps for one track.</param>
internal readonly record struct PlanFilter(uint WithoutTracks, bool WithoutRtcp, TimestampMap? Map)
{
    /// <summary>Whether a packet passes.</summary>
    public bool Passes(in RingEntry entry) => entry.IsRtcp ? !WithoutRtcp : (WithoutTracks & (1u << entry.Track)) == 0;

    /// <summary>The map for a packet, if it changes it.</summary>
    public TimestampMap? MapFor(in RingEntry entry) => Map is { } map && !entry.IsRtcp && entry.Track == map.Track ? map : null;
}
