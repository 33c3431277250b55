namespace FastRtspProxy.Engine.Relay;

/// <summary>
/// A linear map that squeezes the timestamps before the live edge together: <c>f(t) = edge - (edge - t) * squeezed / span</c> for t before the edge,
/// and t itself from there on. Order is kept, in decoding and in presentation; a player that decodes quickly through what lies before the edge then
/// shows now.
/// </summary>
internal sealed class TimestampMap(int track, uint edge, uint spanTicks, uint squeezedTicks)
{
    /// <summary>The track that it is for.</summary>
    public int Track => track;

    /// <summary>The timestamp from which on nothing changes.</summary>
    public uint Edge => edge;

    /// <summary>
    /// The same beginning, with an edge so much later: for a client whose past takes that long to send. Each squeezed picture then has the time at
    /// which it comes, and so have those that the camera sends meanwhile.
    /// </summary>
    public TimestampMap SpreadOver(uint ticks) => new(track, edge + ticks, spanTicks + ticks, squeezedTicks + ticks);

    /// <summary>A timestamp of the track as this client gets it. RFC 3550: 32 bits that wrap.</summary>
    public uint Map(uint timestamp)
    {
        int behind = (int)(edge - timestamp);
        return behind <= 0 || squeezedTicks >= spanTicks ? timestamp : edge - (uint)((ulong)behind * squeezedTicks / spanTicks);
    }
}
