using FastRtspProxy.Net;

namespace FastRtspProxy.Engine.Delivery;

/// <summary>
/// TCP viewers whose connection takes nothing now. None of them has a turn; together they say how far back the ring should go for them: to the lowest
/// cursor that is within its lag limit. On the shard only.
/// </summary>
internal sealed class ParkedViewers(Shard shard, FanOutLimits limits)
{
    /// <summary>How long a lowest cursor stays looked up: a thousand of them are not looked through in each pass.</summary>
    private const long LookMicros = 100_000;

    /// <summary>Each at its slot.</summary>
    private readonly List<TcpViewer> _viewers = [];

    /// <summary>Not above the cursor of any viewer that counts; raised when they are looked through.</summary>
    private long _lowest = long.MaxValue;
    private long _lookedMicros;

    /// <summary>The viewer is parked at its cursor.</summary>
    public void Add(TcpViewer viewer)
    {
        viewer.ParkedMicros = shard.NowMicros;
        viewer.Slot = _viewers.Count;
        _viewers.Add(viewer);
        _lowest = Math.Min(_lowest, viewer.Cursor);
    }

    /// <summary>The viewer is parked no longer; the last one takes its place.</summary>
    public void Remove(TcpViewer viewer)
    {
        TcpViewer last = _viewers[^1];
        _viewers[viewer.Slot] = last;
        last.Slot = viewer.Slot;
        _viewers.RemoveAt(_viewers.Count - 1);
        viewer.Slot = -1;
    }

    /// <summary>The lowest cursor of one that does not lag too far yet; <see cref="long.MaxValue"/>: there is none.</summary>
    public long LowestNeeded()
    {
        if (_viewers.Count == 0)
        {
            _lowest = long.MaxValue;
        }
        else if (shard.NowMicros - _lookedMicros >= LookMicros)
        {
            _lookedMicros = shard.NowMicros;
            _lowest = long.MaxValue;
            long lagMicros = (long)limits.LagMax.TotalMicroseconds;
            foreach (TcpViewer viewer in _viewers)
            {
                // Its next packet came when it was parked, or before. One that begins in the past has the time that its catch-up may take.
                bool isWithin = shard.NowMicros - viewer.ParkedMicros <= lagMicros
                    || shard.NowMicros <= viewer.CatchUp?.UntilMicros || shard.NowMicros <= viewer.MayLagUntilMicros;
                _lowest = isWithin ? Math.Min(_lowest, viewer.Cursor) : _lowest;
            }
        }

        return _lowest;
    }
}
