using FastRtspProxy.Engine.Relay;

namespace FastRtspProxy.InterleavingTests.Scenarios;

/// <summary>Packets that can be told from each other, two to a slab, and what must hold of one that is read.</summary>
internal static class Packets
{
    public const int SlabBytes = 64;

    private const int PacketBytes = 20;

    /// <summary>Appends a packet full of its sequence number, and publishes it.</summary>
    public static void Append(PacketRing ring, int number)
    {
        Span<byte> packet = stackalloc byte[PacketBytes];
        packet.Fill((byte)number);
        ring.Append(0, EntryFlags.Marker, (ushort)number, (uint)number, number, packet);
        ring.Publish();
    }

    /// <summary>Everything in a scope: held by somebody, and the bytes that were put in. Returns where the next scope begins.</summary>
    public static long Check(in ReadScope scope)
    {
        for (long s = scope.From; s < scope.Head; s++)
        {
            ref readonly RingEntry entry = ref scope.Entries[s];
            Check(entry);
        }

        return scope.Head;
    }

    private static void Check(in RingEntry entry)
    {
        if (entry.Slab.Holders == 0)
        {
            throw new InvalidOperationException($"The slab of packet {entry.SequenceNumber} is in the pool, and somebody reads it.");
        }

        if (entry.PacketView.IndexOfAnyExcept((byte)entry.SequenceNumber) >= 0)
        {
            throw new InvalidOperationException($"Packet {entry.SequenceNumber} was written over while somebody reads it.");
        }
    }
}
