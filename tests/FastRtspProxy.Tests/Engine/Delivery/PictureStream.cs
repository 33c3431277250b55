using System.Buffers.Binary;
using FastRtspProxy.Engine.Relay;

namespace FastRtspProxy.Tests.Engine.Delivery;

/// <summary>
/// Writes pictures whose packets say what they are, so that a reader can tell torn ones: behind the RTP header stand the track, 1 for a random access point, the packet's index in its
/// picture, how many packets the picture has, and the packet's number in its track in 32 bits. On the shard.
/// </summary>
internal sealed class PictureStream(PacketRing ring, int packetBytes = 1400)
{
    private readonly int[] _numbers = new int[2];
    private readonly byte[] _packet = new byte[packetBytes];

    /// <summary>Of the newest picture.</summary>
    public uint Timestamp { get; private set; } = 0xFFFF_0000;

    /// <summary>A picture, published in pieces of at most so many packets; between two pieces <paramref name="between"/> runs.</summary>
    public void AppendPicture(int packets, bool isRandomAccess, int piece, long nowMicros, Action? between = null)
    {
        Timestamp += 3600;
        for (int i = 0; i < packets; i++)
        {
            EntryFlags flags = (isRandomAccess ? EntryFlags.RandomAccess : EntryFlags.None) | (i == packets - 1 ? EntryFlags.Marker : EntryFlags.None);
            Append(0, flags, isRandomAccess, i, packets, _packet.Length, nowMicros);
            if (i % piece == piece - 1)
            {
                ring.Publish();
                between?.Invoke();
            }
        }

        ring.Publish();
    }

    /// <summary>A packet of sound; not published.</summary>
    public void AppendSound(long nowMicros) => Append(1, EntryFlags.Marker, false, 0, 1, Math.Min(200, packetBytes), nowMicros);

    private void Append(int track, EntryFlags flags, bool isRandomAccess, int index, int count, int bytes, long nowMicros)
    {
        int number = _numbers[track]++;
        _packet[0] = 0x80;
        _packet[1] = (byte)((flags & EntryFlags.Marker) != 0 ? 0xE0 : 0x60);
        BinaryPrimitives.WriteUInt16BigEndian(_packet.AsSpan(2), (ushort)number);
        BinaryPrimitives.WriteUInt32BigEndian(_packet.AsSpan(4), Timestamp);
        _packet[12] = (byte)track;
        _packet[13] = isRandomAccess ? (byte)1 : (byte)0;
        BinaryPrimitives.WriteUInt16BigEndian(_packet.AsSpan(14), (ushort)index);
        BinaryPrimitives.WriteUInt16BigEndian(_packet.AsSpan(16), (ushort)count);
        BinaryPrimitives.WriteInt32BigEndian(_packet.AsSpan(18), number);
        ring.Append(track, flags, (ushort)number, Timestamp, nowMicros, _packet.AsSpan(0, bytes));
    }
}
