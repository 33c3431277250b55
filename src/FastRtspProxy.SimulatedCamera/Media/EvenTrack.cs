namespace FastRtspProxy.SimulatedCamera.Media;

/// <summary>
/// A track whose units come evenly: <c>ticks = unit * ticksPerUnits / units</c>, in whole numbers, so that 29.97 pictures a second do not drift.
/// </summary>
internal abstract class EvenTrack(long ticks, long units) : MediaTrack
{
    /// <inheritdoc/>
    public sealed override long UnitTicks(long unit) => unit * ticks / units;

    /// <inheritdoc/>
    public sealed override long FirstUnitAt(long atTicks)
    {
        long unit = Math.Max(0, atTicks * units / ticks);
        while (UnitTicks(unit) < atTicks)
        {
            unit++;
        }

        return unit;
    }
}
