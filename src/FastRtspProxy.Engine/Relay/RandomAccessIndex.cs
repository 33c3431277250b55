namespace FastRtspProxy.Engine.Relay;

/// <summary>
/// The random access points that a ring keeps, oldest first, with the times at which they came. One owner, the producer.
/// </summary>
internal sealed class RandomAccessIndex
{
    /// <summary>
    /// Where every picture is one, as in JPEG, a minute of them and more. With more the oldest are forgotten: a joiner then begins a little later.
    /// </summary>
    private const int CountMax = 4096;

    private readonly Queue<(long Sequence, long ArrivalMicros)> _points = new();

    /// <summary>One has come.</summary>
    public void Add(long sequence, long arrivalMicros)
    {
        if (_points.Count == CountMax)
        {
            _points.Dequeue();
        }

        _points.Enqueue((sequence, arrivalMicros));
    }

    /// <summary>What lies before is kept no longer.</summary>
    public void ForgetBefore(long sequence)
    {
        while (_points.TryPeek(out (long Sequence, long ArrivalMicros) oldest) && oldest.Sequence < sequence)
        {
            _points.Dequeue();
        }
    }

    /// <summary>The newest that came at a moment or before it, else the oldest; below 0: there is none.</summary>
    /// <param name="micros">The moment.</param>
    /// <param name="oldestMicros">Those that came before do not count.</param>
    public long At(long micros, long oldestMicros = long.MinValue)
    {
        long found = -1;
        foreach ((long sequence, long arrivalMicros) in _points)
        {
            if (found >= 0 && arrivalMicros > micros)
            {
                break;
            }

            found = arrivalMicros >= oldestMicros ? sequence : found;
        }

        return found;
    }
}
