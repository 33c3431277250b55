using System.Numerics;

namespace FastRtspProxy.SimulatedCamera.Media;

/// <summary>Writes bits, most significant first, into a span that is large enough. Mutable: keep it in a local and pass it by reference.</summary>
internal ref struct BitWriter(Span<byte> output)
{
    private readonly Span<byte> _output = output;
    private ulong _pending;
    private int _pendingBits;

    /// <summary>Whole bytes written so far.</summary>
    public int Bytes { get; private set; }

    /// <summary>Bits written so far.</summary>
    public readonly int Bits => 8 * Bytes + _pendingBits;

    /// <summary>The lowest <paramref name="count"/> (at most 32) bits of the value.</summary>
    public void Put(uint value, int count)
    {
        _pending = _pending << count | value & (uint)((1UL << count) - 1);
        _pendingBits += count;
        while (_pendingBits >= 8)
        {
            _pendingBits -= 8;
            _output[Bytes++] = (byte)(_pending >> _pendingBits);
        }
    }

    /// <summary>ue(v), the unsigned Exp-Golomb code (H.264 section 9.1).</summary>
    public void PutUe(uint value)
    {
        int length = BitOperations.Log2(value + 1);
        Put(0, length);
        Put(value + 1, length + 1);
    }

    /// <summary>Fills up the current byte with zeros (or ones).</summary>
    public void Align(bool ones = false)
    {
        if (_pendingBits > 0)
        {
            Put(ones ? 0xFFu : 0, 8 - _pendingBits);
        }
    }

    /// <summary>rbsp_trailing_bits: a one, then zeros up to the byte.</summary>
    public void PutTrailing()
    {
        Put(1, 1);
        Align();
    }

    /// <summary>Whole bytes; the writer must be aligned.</summary>
    public Span<byte> Take(int bytes)
    {
        Span<byte> taken = _output.Slice(Bytes, bytes);
        Bytes += bytes;
        return taken;
    }
}
