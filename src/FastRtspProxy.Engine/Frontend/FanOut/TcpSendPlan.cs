using System.Buffers.Binary;
using System.Runtime.InteropServices;
using FastRtspProxy.Engine.Net.Linux;
using FastRtspProxy.Engine.Relay;

namespace FastRtspProxy.Engine.Frontend;

/// <summary>
/// How a batch goes out over TCP for one class: where the class's channels are the ring's own, neighbours in memory become one vector (usually the whole
/// batch is one); elsewhere a header of the class's own stands before each packet. One a shard; rebuilt for each batch and class; allocates nothing.
/// </summary>
internal sealed unsafe class TcpSendPlan : IDisposable
{
    /// <summary>Packets a plan.</summary>
    public const int MaxPackets = 512;

    /// <summary>Two for each packet, at the worst; below IOV_MAX (1024).</summary>
    private const int MaxVectors = MaxPackets * 2;

    private readonly IoVector* _vectors = (IoVector*)NativeMemory.AllocZeroed(MaxVectors, (nuint)sizeof(IoVector));
    private readonly byte* _headers = (byte*)NativeMemory.AllocZeroed(MaxPackets * PacketRing.FrameHeaderBytes);

    /// <summary>The vectors of the batch.</summary>
    public IoVector* Vectors => _vectors;

    /// <inheritdoc cref="Vectors"/>
    public int VectorCount { get; private set; }

    /// <summary>Bytes in all vectors.</summary>
    public int TotalBytes { get; private set; }

    /// <summary>Packets in the batch.</summary>
    public int PacketCount { get; private set; }

    /// <summary>Plans packets for a class; returns how far it came (a plan is bounded). <paramref name="withoutTracks"/>: tracks (a bit each) whose RTP is left out.</summary>
    public long Build(in PacketRing.EntriesView entries, long from, long to, TcpClass channels, uint withoutTracks, int maxBytes = int.MaxValue)
    {
        VectorCount = 0;
        TotalBytes = 0;
        PacketCount = 0;
        long sequence = from;
        for (; sequence < to && PacketCount < MaxPackets && TotalBytes < maxBytes; sequence++)
        {
            ref readonly RingEntry entry = ref entries[sequence];
            if (IsWanted(entry, channels, withoutTracks, out byte channel))
            {
                Add(entry, channel);
            }
        }

        return sequence;
    }

    /// <summary>Whether a class gets a packet, and on which channel.</summary>
    public static bool IsWanted(in RingEntry entry, TcpClass channels, uint withoutTracks, out byte channel)
    {
        channel = channels.ChannelOf(entry);
        return channel != TcpViewer.NoChannel && (entry.IsRtcp || (withoutTracks & (1u << entry.Track)) == 0);
    }

    /// <summary>Copies planned bytes from an offset on, as many as fit; for parking.</summary>
    public int CopyTo(int offsetBytes, Span<byte> destination)
    {
        int copied = 0;
        for (int i = 0; i < VectorCount && copied < destination.Length; i++)
        {
            int length = (int)_vectors[i].Length;
            if (offsetBytes >= length)
            {
                offsetBytes -= length;
                continue;
            }

            int count = Math.Min(length - offsetBytes, destination.Length - copied);
            new ReadOnlySpan<byte>(_vectors[i].Base + offsetBytes, count).CopyTo(destination[copied..]);
            copied += count;
            offsetBytes = 0;
        }

        return copied;
    }

    public void Dispose()
    {
        NativeMemory.Free(_vectors);
        NativeMemory.Free(_headers);
    }

    private void Add(in RingEntry entry, byte channel)
    {
        TotalBytes += entry.FrameBytes;
        byte* frame = entry.Frame;
        if (frame[1] == channel)
        {
            PacketCount++;
            if (VectorCount > 0 && _vectors[VectorCount - 1].Base + _vectors[VectorCount - 1].Length == frame)
            {
                _vectors[VectorCount - 1].Length += entry.FrameBytes;
                return;
            }

            _vectors[VectorCount++] = new IoVector { Base = frame, Length = entry.FrameBytes };
            return;
        }

        byte* header = _headers + (PacketCount++ * PacketRing.FrameHeaderBytes);
        header[0] = (byte)'$';
        header[1] = channel;
        BinaryPrimitives.WriteUInt16BigEndian(new Span<byte>(header + 2, 2), (ushort)entry.PacketBytes);
        _vectors[VectorCount++] = new IoVector { Base = header, Length = PacketRing.FrameHeaderBytes };
        _vectors[VectorCount++] = new IoVector { Base = entry.Packet, Length = entry.PacketBytes };
    }
}
