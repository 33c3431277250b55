namespace FastRtspProxy.Operations.Cluster;

/// <summary>
/// Remembers what was read once, for as long as it could be read again; then it is refused by its age. Bounded: beyond <see cref="CountMax"/> what is
/// new is refused, so that nothing is forgotten too soon. Only proven requests come here. Any thread.
/// </summary>
internal sealed class NonceMemory(TimeProvider time, TimeSpan age)
{
    /// <summary>A thousand streams of two boxes that all begin anew, four requests each, four times.</summary>
    public const int CountMax = 65_536;

    private readonly Lock _lock = new();
    private readonly HashSet<string> _known = new(StringComparer.Ordinal);
    private readonly Queue<(string Nonce, long At)> _order = new();

    /// <summary>False: it was there, or there is no room to remember it.</summary>
    public bool TryAdd(string nonce)
    {
        lock (_lock)
        {
            while (_order.TryPeek(out (string Nonce, long At) oldest) && time.GetElapsedTime(oldest.At) > age)
            {
                _known.Remove(_order.Dequeue().Nonce);
            }

            if (_known.Count >= CountMax || !_known.Add(nonce))
            {
                return false;
            }

            _order.Enqueue((nonce, time.GetTimestamp()));
            return true;
        }
    }
}
