namespace FastRtspProxy.Engine.Relay;

/// <summary>
/// The random access points that a ring keeps, oldest first, with the times at which they came and their tracks. One owner, the producer.
/// </summary>
internal sealed class RandomAccessIndex
{
    /// <summary>
    /// Where every picture is one, as in JPEG, a minute of them and more. With more the oldest are forgotten: a joiner then begins a little later.
    /// </summary>
    private const int CountMax = 4096;

    private readonly Queue<(long Sequence, long ArrivalMicros, int Track)> _points = new();

    /// <summary>One has come.</summary>
    public void Add(long sequence, long arrivalMicros, int track = 0)
    {
        if (_points.Count == CountMax)
        {
            _points.Dequeue();
        }

        _points.Enqueue((sequence, arrivalMicros, track));
    }

    /// <summary>What lies before is kept no longer.</summary>
    public void ForgetBefore(long sequence)
    {
        while (_points.TryPeek(out (long Sequence, long ArrivalMicros, int Track) oldest) && oldest.Sequence < sequence)
        {
            _points.Dequeue();
        }
    }

    /// <summary>The newest that came at a moment or before it, else the oldest; below 0: there is none.</summary>
    /// <param name="micros">The moment.</param>
    /// <param name="oldestMicros">Those that came before do not count.</param>
    /// <param name="tracks">Those of other tracks do not count.</param>
    /// <param name="from">Those that lie before this sequence do not count.</param>
    public long At(long micros, long oldestMicros = long.MinValue, uint tracks = uint.MaxValue, long from = 0)
    {
        long found = -1;
        foreach ((long sequence, long arrivalMicros, int track) in _points)
        {
            if (found >= 0 && arrivalMicros > micros)
            {
                break;
            }

            bool counts = sequence >= from && arrivalMicros >= oldestMicros && (tracks & (1u << track)) != 0;
            found = counts ? sequence : found;
        }

        return found;
    }

    /// <summary>The earliest of what <see cref="At"/> finds for each of the tracks: whoever begins there misses no point of any.</summary>
    public long AtOfEach(long micros, long oldestMicros, uint tracks, long from = 0)
    {
        long earliest = -1;
        for (uint rest = tracks; rest != 0; rest &= rest - 1)
        {
            long found = At(micros, oldestMicros, rest & ~(rest - 1), from);
            earliest = found >= 0 && (earliest < 0 || found < earliest) ? found : earliest;
        }

        return earliest;
    }
}
