namespace FastRtspProxy.Captures;

/// <summary>
/// The bytes of the record that is being read, never more than <see cref="CaptureLimits.RecordBytes"/>. Used again for the next one.
/// </summary>
internal sealed class CaptureBlock
{
    private byte[] _bytes = new byte[2048];
    private int _count;

    /// <summary>Something did not fit, and is left out.</summary>
    public bool IsFull { get; private set; }

    /// <summary>For the next record.</summary>
    public void Clear()
    {
        _count = 0;
        IsFull = false;
    }

    /// <summary>A copy of what there is; yours to keep.</summary>
    public byte[] ToArray() => _bytes.AsSpan(0, _count).ToArray();

    public void Add(ReadOnlySpan<byte> bytes)
    {
        if (TryReserve(bytes.Length))
        {
            bytes.CopyTo(_bytes.AsSpan(_count));
            _count += bytes.Length;
        }
    }

    /// <summary>False: it is no number of zeros that fits.</summary>
    public bool TryAddZeros(int zeros)
    {
        if (zeros > CaptureLimits.PacketBytes - _count || !TryReserve(zeros))
        {
            return false;
        }

        _bytes.AsSpan(_count, zeros).Clear();
        _count += zeros;
        return true;
    }

    private bool TryReserve(int more)
    {
        if (more > CaptureLimits.RecordBytes - _count)
        {
            IsFull = true;
            return false;
        }

        if (_count + more > _bytes.Length)
        {
            Array.Resize(ref _bytes, Math.Max(2 * _bytes.Length, _count + more));
        }

        return true;
    }
}
