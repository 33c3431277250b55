using System.Diagnostics;
using CommunityToolkit.HighPerformance.Buffers;

namespace FastRtspProxy.Engine.Backend;

/// <summary>
/// Copies of the packets of a source on probation, in the order in which they came; <see cref="SourceChoice.KeptMax"/> at most, in rented memory.
/// </summary>
internal sealed class KeptPackets
{
    /// <summary>The first <see cref="_count"/> hold a packet each; null behind those.</summary>
    private readonly MemoryOwner<byte>?[] _packets = new MemoryOwner<byte>?[SourceChoice.KeptMax];
    private int _count;

    /// <summary>Copies a packet.</summary>
    /// <param name="packet">The whole packet.</param>
    /// <param name="isFirst">Of its source: what was kept of another one goes.</param>
    public void Add(ReadOnlySpan<byte> packet, bool isFirst)
    {
        if (isFirst)
        {
            Clear();
        }

        Debug.Assert(_count < SourceChoice.KeptMax, "The next packet confirms the source, and is not kept.");
        MemoryOwner<byte> copy = MemoryOwner<byte>.Allocate(packet.Length);
        packet.CopyTo(copy.Span);
        _packets[_count++] = copy;
    }

    /// <summary>One of them; valid until <see cref="Clear"/>.</summary>
    public ReadOnlySpan<byte> View(int index) => _packets[index]!.Span;

    /// <summary>Gives all back.</summary>
    public void Clear()
    {
        for (int i = 0; i < _count; i++)
        {
            _packets[i]!.Dispose();
            _packets[i] = null;
        }

        _count = 0;
    }
}
