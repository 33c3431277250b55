using System.Buffers.Binary;

namespace FastRtspProxy.Fuzz;

/// <summary>Cuts an input into the numbers that drive a state machine; behind its end everything is 0.</summary>
internal ref struct InputReader(ReadOnlySpan<byte> input)
{
    // A mutable struct on purpose: it lives in the loop that reads it.
    private ReadOnlySpan<byte> _rest = input;

    public readonly bool IsEmpty => _rest.IsEmpty;

    public byte Byte()
    {
        byte value = _rest.IsEmpty ? (byte)0 : _rest[0];
        _rest = _rest.IsEmpty ? default : _rest[1..];
        return value;
    }

    public ushort UInt16() => (ushort)((Byte() << 8) | Byte());

    public uint UInt32()
    {
        if (_rest.Length < 4)
        {
            return (uint)((UInt16() << 16) | UInt16());
        }

        uint value = BinaryPrimitives.ReadUInt32BigEndian(_rest);
        _rest = _rest[4..];
        return value;
    }
}
