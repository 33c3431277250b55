using System.Buffers.Binary;
using System.Runtime.InteropServices;
using FastRtspProxy.Engine.Relay;
using FastRtspProxy.Net.Linux;
using FastRtspProxy.Protocol.Rtp;
using FastRtspProxy.Protocol.Rtsp;

namespace FastRtspProxy.Engine.Delivery;

/// <summary>
/// How a batch goes out over TCP for one class: where the class's channels are the ring's own, neighbours in memory become one vector (usually the
/// whole batch is one); elsewhere a header of the class's own stands before each packet. One a shard; rebuilt for each batch and class; allocates
/// nothing.
/// </summary>
internal sealed unsafe class TcpSendPlan : IDisposable
{
    /// <summary>Packets a plan.</summary>
    public const int PacketsMax = 512;

    /// <summary>Two for each packet, at the worst; below IOV_MAX (1024).</summary>
    private const int VectorsMax = PacketsMax * 2;

    /// <summary>A class's own frame header and, where a timestamp changes, the packet's own fixed header (RFC 3550, 5.1).</summary>
    private const int HeaderBytes = InterleavedFrame.HeaderBytes + RtpPacketView.FixedHeaderBytes;

    private readonly IoVector* _vectors = (IoVector*)NativeMemory.AllocZeroed(VectorsMax, (nuint)sizeof(IoVector));
    private readonly byte* _headers = (byte*)NativeMemory.AllocZeroed(PacketsMax * HeaderBytes);

    /// <summary>The vectors of the batch.</summary>
    public IoVector* Vectors => _vectors;

    /// <inheritdoc cref="Vectors"/>
    public int VectorCount { get; private set; }

    /// <summary>Bytes in all vectors.</summary>
    public int TotalBytes { get; private set; }

    /// <summary>Packets in the batch.</summary>
    public int PacketCount { get; private set; }

    /// <summary>Of the packets, those that are not RTCP; and their bytes with what frames them.</summary>
    public int MediaCount { get; private set; }

    /// <inheritdoc cref="MediaCount"/>
    public int MediaBytes { get; private set; }

    /// <summary>
    /// Plans packets for a class; returns how far it came (a plan is bounded). <paramref name="filter"/>: for viewers that are not in step.
    /// </summary>
    public long Build(in RingEntries entries, long from, long to, TcpClass channels, in PlanFilter filter, int bytesMax = int.MaxValue)
    {
        VectorCount = 0;
        TotalBytes = 0;
        PacketCount = 0;
        MediaCount = 0;
        MediaBytes = 0;
        long sequence = from;
        for (; sequence < to && PacketCount < PacketsMax && TotalBytes < bytesMax; sequence++)
        {
            ref readonly RingEntry entry = ref entries[sequence];
            if (IsWanted(entry, channels, filter, out byte channel))
            {
                Add(entry, channel, filter.MapFor(entry));
            }
        }

        return sequence;
    }

    /// <summary>Whether a class gets a packet, and on which channel.</summary>
    public static bool IsWanted(in RingEntry entry, TcpClass channels, in PlanFilter filter, out byte channel)
    {
        channel = channels.ChannelOf(entry);
        return channel != TcpViewer.NoChannel && filter.Passes(entry);
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

    private void Add(in RingEntry entry, byte channel, TimestampMap? map)
    {
        TotalBytes += entry.FrameBytes;
        if (!entry.IsRtcp)
        {
            MediaCount++;
            MediaBytes += entry.FrameBytes;
        }

        byte* frame = entry.Frame;
        if (frame[1] == channel && map is null)
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

        byte* header = _headers + (PacketCount++ * HeaderBytes);
        InterleavedFrame.Write(new Span<byte>(header, InterleavedFrame.HeaderBytes), channel, entry.PacketBytes);
        int own = InterleavedFrame.HeaderBytes;
        if (map is not null)
        {
            entry.PacketView[..RtpPacketView.FixedHeaderBytes].CopyTo(new Span<byte>(header + own, RtpPacketView.FixedHeaderBytes));
            BinaryPrimitives.WriteUInt32BigEndian(new Span<byte>(header + own + 4, 4), map.Map(entry.Timestamp));
            own += RtpPacketView.FixedHeaderBytes;
        }

        _vectors[VectorCount++] = new IoVector { Base = header, Length = own };
        if (entry.FrameBytes > own) // of a packet without a payload nothing is left
        {
            _vectors[VectorCount++] = new IoVector { Base = frame + own, Length = entry.FrameBytes - own };
        }
    }
}
