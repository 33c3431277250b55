using System.Buffers;

namespace FastRtspProxy.Net;

/// <summary>Bytes that wait to be sent, in one rented buffer that exists only while something waits. Mutable; one owner.</summary>
internal struct SendQueue
{
    private byte[]? _buffer;
    private int _start;
    private int _end;

    /// <summary>Bytes that wait.</summary>
    public readonly int Bytes => _end - _start;

    /// <summary>What waits; valid until the next call.</summary>
    public readonly ReadOnlySpan<byte> View => _buffer.AsSpan(_start, Bytes);

    /// <summary>Puts bytes behind what waits. False: that would be over the limit.</summary>
    public bool TryAppend(ReadOnlySpan<byte> bytes, int limitBytes)
    {
        if (Bytes + bytes.Length > limitBytes)
        {
            return false;
        }

        if (_buffer is null || _end + bytes.Length > _buffer.Length)
        {
            byte[] larger = ArrayPool<byte>.Shared.Rent(Math.Max(1024, Bytes + bytes.Length));
            View.CopyTo(larger);
            _end = Bytes;
            _start = 0;
            Return();
            _buffer = larger;
        }

        bytes.CopyTo(_buffer.AsSpan(_end));
        _end += bytes.Length;
        return true;
    }

    /// <summary>What waits, in its rented buffer: the caller's now, and the queue is empty.</summary>
    public ArraySegment<byte> Take()
    {
        ArraySegment<byte> taken = new(_buffer!, _start, Bytes);
        _buffer = null;
        _start = _end = 0;
        return taken;
    }

    /// <summary>The first bytes were sent.</summary>
    public void Advance(int bytes)
    {
        _start += bytes;
        if (_start == _end)
        {
            Clear();
        }
    }

    /// <summary>Forgets everything and returns the buffer.</summary>
    public void Clear()
    {
        Return();
        _start = _end = 0;
    }

    private void Return()
    {
        if (_buffer is not null)
        {
            ArrayPool<byte>.Shared.Return(_buffer);
            _buffer = null;
        }
    }
}
