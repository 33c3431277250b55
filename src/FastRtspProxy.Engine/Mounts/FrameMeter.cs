namespace FastRtspProxy.Engine.Mounts;

/// <summary>
/// How many pictures a second come, by their timestamps, over the last four to eight seconds. Pure: whoever calls says the time. Mutable, one owner.
/// </summary>
internal struct FrameMeter
{
    private const long WindowMicros = 4_000_000;

    /// <summary>Fewer say nothing.</summary>
    private const long FramesMin = 5;

    private (long Micros, long Frames, long Ticks) _since;
    private (long Micros, long Frames, long Ticks) _next;
    private bool _hasBegun;

    /// <summary>Null: not known.</summary>
    public double? PerSecond { get; private set; }

    /// <summary>Counts as they are now.</summary>
    /// <param name="frames">Pictures that came.</param>
    /// <param name="ticks">How far their timestamps have gone on.</param>
    /// <param name="clockRate">Ticks a second.</param>
    /// <param name="nowMicros">The shard's clock.</param>
    public void Note(long frames, long ticks, int clockRate, long nowMicros)
    {
        (long Micros, long Frames, long Ticks) now = (nowMicros, frames, ticks);
        if (!_hasBegun)
        {
            _hasBegun = true;
            _since = _next = now;
            return;
        }

        long grown = frames - _since.Frames;
        if (grown >= FramesMin && ticks > _since.Ticks)
        {
            PerSecond = grown * (double)clockRate / (ticks - _since.Ticks);
        }

        if (nowMicros - _next.Micros >= WindowMicros)
        {
            (_since, _next) = (_next, now);
        }
    }

    /// <summary>What is counted is something else from now on, or begins anew.</summary>
    public void Forget() => this = default;
}
