namespace FastRtspProxy.Captures.PacketFiles;

/// <summary>
/// One direction of a TCP connection, put in order: what was sent again is taken once, what overtook waits, and what the capture lacks is said.
/// Bounded.
/// </summary>
/// <param name="take">Gets the bytes in order.</param>
/// <param name="missed">Told of bytes that are missing, before what follows them.</param>
/// <param name="budget">Of all connections together.</param>
internal sealed class TcpDirection(TcpDirection.Bytes take, Action<long> missed, WaitingBudget budget)
{
    /// <summary>What waits behind a gap; a window of TCP is seldom larger, and then the capture lost something.</summary>
    private const int WaitingBytesMax = 1 << 20;

    private const int WaitingMax = 2048;

    /// <summary>A number so far ahead is no gap, but another connection of the same ports, or nonsense.</summary>
    private const int JumpMax = 1 << 26;

    private readonly SortedDictionary<long, byte[]> _waiting = [];
    private int _waitingBytes;

    /// <summary>The position of the next byte, counted from the first one that was seen; the number of position 0.</summary>
    private long _next;
    private uint _origin;
    private bool _hasBegun;

    internal delegate void Bytes(ReadOnlySpan<byte> bytes);

    /// <summary>A SYN: bytes are counted from behind it.</summary>
    public void Begin(uint number)
    {
        Flush();
        _origin = number + 1;
        _next = 0;
        _hasBegun = true;
    }

    /// <summary>A segment.</summary>
    /// <param name="number">Of its first byte.</param>
    /// <param name="payload">What was captured of it.</param>
    /// <param name="lengthSent">Of the whole segment.</param>
    public void Add(uint number, ReadOnlySpan<byte> payload, int lengthSent)
    {
        if (lengthSent == 0)
        {
            return;
        }

        if (!_hasBegun)
        {
            _origin = number;
            _hasBegun = true;
        }

        long at = _next + (int)(number - (uint)(_origin + (ulong)_next));
        if (at > _next + JumpMax || at < _next - JumpMax)
        {
            Begin(number - 1);
            at = 0;
        }

        if (at + lengthSent <= _next)
        {
            return; // sent again
        }

        if (at <= _next)
        {
            int known = (int)(_next - at);
            Take(known < payload.Length ? payload[known..] : default, (int)(lengthSent - known));
            TakeWaiting();
        }
        else if (!_waiting.ContainsKey(at))
        {
            _waiting.Add(at, payload.ToArray());
            _waitingBytes += payload.Length;
            budget.Bytes += payload.Length;
            if (_waitingBytes > WaitingBytesMax || _waiting.Count > WaitingMax || budget.IsSpent)
            {
                SkipGap();
            }
        }
    }

    /// <summary>Nothing more comes: what waits is taken, and what lacks before it is said.</summary>
    public void Flush()
    {
        while (_waiting.Count > 0)
        {
            SkipGap();
        }
    }

    private void SkipGap()
    {
        using SortedDictionary<long, byte[]>.Enumerator first = _waiting.GetEnumerator();
        if (first.MoveNext())
        {
            missed(first.Current.Key - _next);
            _next = first.Current.Key;
            TakeWaiting();
        }
    }

    private void TakeWaiting()
    {
        while (_waiting.Count > 0)
        {
            (long at, byte[] bytes) = First();
            if (at > _next)
            {
                return;
            }

            _waiting.Remove(at);
            _waitingBytes -= bytes.Length;
            budget.Bytes -= bytes.Length;
            if (at + bytes.Length > _next)
            {
                Take(bytes.AsSpan((int)(_next - at)), (int)(at + bytes.Length - _next));
            }
        }
    }

    private (long At, byte[] Bytes) First()
    {
        foreach ((long at, byte[] bytes) in _waiting)
        {
            return (at, bytes);
        }

        return (long.MaxValue, []);
    }

    private void Take(ReadOnlySpan<byte> bytes, int length)
    {
        if (!bytes.IsEmpty)
        {
            take(bytes);
        }

        _next += length;
        if (bytes.Length < length)
        {
            missed(length - bytes.Length); // cut by the snapshot length
        }
    }
}
