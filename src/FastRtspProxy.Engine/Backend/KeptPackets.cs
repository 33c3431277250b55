using System.Buffers;
using System.Diagnostics;

namespace FastRtspProxy.Engine.Backend;

/// <summary>
/// Copies of the packets of a source on probation, in the order in which they came; <see cref="SourceChoice.KeptMax"/> at most, in rented memory.
/// </summary>
internal sealed class KeptPackets
{
    /// <summary>Rented memory and the length of the packet in it, for the first <see cref="_count"/>; null behind those.</summary>
    private readonly byte[]?[] _memory = new byte[SourceChoice.KeptMax][];
    private readonly int[] _lengths = new int[SourceChoice.KeptMax];
    private int _count;

    /// <summary>Copies a packet.</summary>
    public void Add(ReadOnlySpan<byte> packet)
    {
        Debug.Assert(_count < SourceChoice.KeptMax, "The next packet confirms the source, and is not kept.");
        byte[] memory = ArrayPool<byte>.Shared.Rent(packet.Length);
        packet.CopyTo(memory);
        _memory[_count] = memory;
        _lengths[_count++] = packet.Length;
    }

    /// <summary>One of them; valid until <see cref="Clear"/>.</summary>
    public ReadOnlySpan<byte> View(int index) => _memory[index].AsSpan(0, _lengths[index]);

    /// <summary>Gives all back.</summary>
    public void Clear()
    {
        for (int i = 0; i < _count; i++)
        {
            ArrayPool<byte>.Shared.Return(_memory[i]!);
            _memory[i] = null;
        }

        _count = 0;
    }
}
