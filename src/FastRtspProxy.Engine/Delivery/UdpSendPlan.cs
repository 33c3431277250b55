using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using FastRtspProxy.Engine.Relay;
using FastRtspProxy.Net;
using FastRtspProxy.Net.Linux;
using FastRtspProxy.Protocol.Rtp;

namespace FastRtspProxy.Engine.Delivery;

/// <summary>
/// How a batch of packets goes out over UDP: runs of packets of one track and one size (the last may be shorter), each run one message a client
/// (UDP_SEGMENT, udp(7)). The vectors are built once and shared by every client's message. One a shard; rebuilt for each batch; allocates nothing.
/// </summary>
internal sealed unsafe class UdpSendPlan : IDisposable
{
    /// <summary>Packets a plan: a 4 Mbit key frame is some 360.</summary>
    public const int PacketsMax = 512;

    /// <summary>Messages a sendmmsg.</summary>
    public const int MessagesMax = 128;

    /// <summary>Bytes a message: the largest UDP payload is 65,507 and the kernel builds headers for each segment.</summary>
    private const int MessageBytesMax = 65_000;

    /// <summary>CMSG_SPACE(sizeof(uint16_t)).</summary>
    private const int ControlBytes = 24;

    private const int SourceBytes = SourceAddress.ControlBytes + ControlBytes;

    private readonly IoVector* _vectors = (IoVector*)NativeMemory.AllocZeroed(PacketsMax * 2, (nuint)sizeof(IoVector));
    private readonly MultiMessage* _messages = (MultiMessage*)NativeMemory.AllocZeroed(MessagesMax, (nuint)sizeof(MultiMessage));
    private readonly byte* _control = (byte*)NativeMemory.AllocZeroed(ControlBytes);

    /// <summary>For messages that name the address that they leave from: that, and the segments behind it.</summary>
    private readonly byte* _sources = (byte*)NativeMemory.AllocZeroed(MessagesMax, SourceBytes);

    /// <summary>Where the reports of one call go: a viewer's own addresses stand in memory that the collector moves.</summary>
    private readonly PeerAddress* _reportTo = (PeerAddress*)NativeMemory.AllocZeroed(MessagesMax, PeerAddress.Bytes);

    /// <summary>For packets that go without RTP's headers.</summary>
    private readonly IoVector* _payloads = (IoVector*)NativeMemory.AllocZeroed(MessagesMax, (nuint)sizeof(IoVector));
    private readonly UdpRun[] _runs = new UdpRun[PacketsMax];
    private readonly byte* _headers = (byte*)NativeMemory.AllocZeroed(PacketsMax * RtpPacketView.FixedHeaderBytes);

    /// <summary>By track, one more than the index of its newest RTP run; 0: it has none.</summary>
    private readonly int[] _lastRuns = new int[RingOptions.TracksMax];
    private int _vectorCount;
    private int _packetCount;

    public UdpSendPlan()
    {
        for (int i = 0; i < MessagesMax; i++)
        {
            _messages[i].Header.NameBytes = PeerAddress.Bytes;
        }

        ControlHeader* header = (ControlHeader*)_control;
        header->Bytes = sizeof(ControlHeader) + sizeof(ushort);
        header->Level = LinuxConstants.UdpProtocol;
        header->Type = LinuxConstants.UdpSegment;
    }

    /// <summary>The runs, in the order of the ring.</summary>
    public ReadOnlySpan<UdpRun> Runs => _runs.AsSpan(0, RunCount);

    /// <inheritdoc cref="Runs"/>
    public int RunCount { get; private set; }

    /// <summary>
    /// Plans the packets from <paramref name="from"/> up to <paramref name="to"/>, at most so many of those that pass; returns how far it came. RTCP
    /// stands in runs of its own.
    /// </summary>
    public long Build(
        in RingEntries entries, long from, long to, bool segmentation, in PlanFilter filter = default, int packetsMax = PacketsMax)
    {
        RunCount = 0;
        _vectorCount = 0;
        _packetCount = 0;
        Array.Clear(_lastRuns);
        long sequence = from;
        for (; sequence < to && _packetCount < packetsMax; sequence++)
        {
            ref readonly RingEntry entry = ref entries[sequence];
            if (filter.Passes(entry))
            {
                Add(entry, sequence, segmentation, filter.MapFor(entry));
            }
        }

        return sequence;
    }

    /// <summary>Points the messages at a run, for so many clients at once.</summary>
    public void Aim(in UdpRun run, int clients)
    {
        int count = Math.Min(clients, MessagesMax);
        bool segmented = run.PacketCount > 1;
        if (segmented)
        {
            *(ushort*)(_control + sizeof(ControlHeader)) = (ushort)run.SegmentBytes;
        }

        IoVector* first = _vectors + run.FirstVector;
        for (int i = 0; i < count; i++)
        {
            ref MessageHeader header = ref _messages[i].Header;
            header.Vectors = first;
            header.VectorCount = run.VectorCount;
            header.Control = segmented ? _control : null;
            header.ControlBytes = segmented ? ControlBytes : 0;
        }
    }

    /// <summary>Addresses the first messages to consecutive addresses and gives the vector of messages.</summary>
    public MultiMessage* Address(PeerAddress* addresses, int count)
    {
        for (int i = 0; i < count; i++)
        {
            _messages[i].Header.Name = (byte*)(addresses + i);
        }

        return _messages;
    }

    /// <summary>The messages, as they were last aimed and addressed.</summary>
    public MultiMessage* Messages => _messages;

    /// <summary>
    /// Points the messages at the packets of a run, one each, for one client, and gives the vector of messages. The address must stay where it is
    /// while they are sent.
    /// </summary>
    /// <param name="run">Of this plan.</param>
    /// <param name="to">The client's address.</param>
    /// <param name="source">Which of our addresses they leave from; empty: the kernel's choice.</param>
    /// <param name="isRaw">What the packets carry goes without RTP's headers and padding.</param>
    public MultiMessage* Packets(in UdpRun run, PeerAddress* to, in PeerAddress source, bool isRaw)
    {
        int vectors = run.VectorCount / run.PacketCount; // two where headers are its own
        int controlBytes = source.IsEmpty ? 0 : SourceAddress.WriteControl(_sources, source);
        for (int i = 0; i < run.PacketCount; i++)
        {
            ref MessageHeader header = ref _messages[i].Header;
            header.Name = (byte*)to;
            header.Vectors = _vectors + run.FirstVector + (i * vectors);
            header.VectorCount = vectors;
            header.Control = controlBytes > 0 ? _sources : null;
            header.ControlBytes = controlBytes;
            if (isRaw)
            {
                PutPayload(header.Vectors, vectors, _payloads + i);
                header.Vectors = _payloads + i;
                header.VectorCount = 1;
            }
        }

        return _messages;
    }

    /// <summary>Makes one of the messages the RTCP packet that a run is, for one client.</summary>
    public void PutReport(in UdpRun run, int message, in PeerAddress to, in PeerAddress source)
    {
        _reportTo[message] = to.ForKernel();
        ref MessageHeader header = ref _messages[message].Header;
        header.Name = (byte*)(_reportTo + message);
        header.Vectors = _vectors + run.FirstVector;
        header.VectorCount = run.VectorCount;
        LeaveFrom(source, run, message);
    }

    /// <summary>
    /// Lets one of the messages that were aimed at a run leave from one of our addresses; empty: from the one that the kernel chooses.
    /// </summary>
    public void LeaveFrom(in PeerAddress source, in UdpRun run, int message)
    {
        ref MessageHeader header = ref _messages[message].Header;
        int segmentBytes = run.PacketCount > 1 ? ControlBytes : 0;
        if (source.IsEmpty)
        {
            header.Control = segmentBytes > 0 ? _control : null;
            header.ControlBytes = segmentBytes;
            return;
        }

        byte* control = _sources + (message * SourceBytes);
        int bytes = SourceAddress.WriteControl(control, source);
        new ReadOnlySpan<byte>(_control, segmentBytes).CopyTo(new Span<byte>(control + bytes, segmentBytes));
        header.Control = control;
        header.ControlBytes = bytes + segmentBytes;
    }

    public void Dispose()
    {
        NativeMemory.Free(_vectors);
        NativeMemory.Free(_messages);
        NativeMemory.Free(_control);
        NativeMemory.Free(_sources);
        NativeMemory.Free(_reportTo);
        NativeMemory.Free(_payloads);
        NativeMemory.Free(_headers);
    }

    private void Add(in RingEntry entry, long sequence, bool segmentation, TimestampMap? map)
    {
        int bytes = entry.PacketBytes;
        int firstVector = _vectorCount;
        AddVectors(entry, map);
        bool extends = false;
        if (RunCount > 0 && segmentation && !entry.IsRtcp)
        {
            ref UdpRun last = ref _runs[RunCount - 1];
            extends = last.Track == entry.Track && !last.IsRtcp && !last.IsClosed && bytes <= last.SegmentBytes &&
                      last.PacketCount < LinuxConstants.UdpMaxSegments && last.IsMapped == map is not null &&
                      last.TotalBytes + bytes <= MessageBytesMax;
            if (extends)
            {
                last.PacketCount++;
                last.VectorCount += _vectorCount - firstVector;
                last.TotalBytes += bytes;
                last.IsClosed = bytes < last.SegmentBytes;
            }
        }

        if (!extends)
        {
            _runs[RunCount++] = new UdpRun
            {
                FirstSequence = sequence,
                Track = entry.Track,
                IsRtcp = entry.IsRtcp,
                FirstVector = firstVector,
                VectorCount = _vectorCount - firstVector,
                IsMapped = map is not null,
                PacketCount = 1,
                SegmentBytes = bytes,
                TotalBytes = bytes,
            };
            if (!entry.IsRtcp)
            {
                Chain(entry.Track);
            }
        }

        _packetCount++;
    }

    /// <summary>The newest run follows those of its track.</summary>
    private void Chain(int track)
    {
        ref int last = ref _lastRuns[track];
        int run = RunCount - 1;
        _runs[run].IsFirst = last == 0;
        if (last > 0)
        {
            _runs[last - 1].Next = run;
        }

        last = RunCount;
    }

    /// <summary>
    /// Where the payload of a packet lies in the ring. A packet that was given a header of its own has two vectors; its second one lies in the ring,
    /// right behind the header that the ring has.
    /// </summary>
    private static void PutPayload(IoVector* packet, int vectors, IoVector* payload)
    {
        IoVector whole = vectors == 1 ? *packet : new IoVector
        {
            Base = packet[1].Base - RtpPacketView.FixedHeaderBytes,
            Length = packet[1].Length + RtpPacketView.FixedHeaderBytes,
        };
        ReadOnlySpan<byte> inRing = new(whole.Base, (int)whole.Length);
        ReadOnlySpan<byte> bytes = RtpPacketView.TryParse(inRing, out RtpPacketView rtp, out _) ? rtp.Payload : default;
        payload->Base = bytes.IsEmpty ? whole.Base : (byte*)Unsafe.AsPointer(ref MemoryMarshal.GetReference(bytes)); // slabs are pinned
        payload->Length = bytes.Length;
    }

    private void AddVectors(in RingEntry entry, TimestampMap? map)
    {
        if (map is null)
        {
            _vectors[_vectorCount++] = new IoVector { Base = entry.Packet, Length = entry.PacketBytes };
            return;
        }

        byte* header = _headers + (_packetCount * RtpPacketView.FixedHeaderBytes);
        entry.PacketView[..RtpPacketView.FixedHeaderBytes].CopyTo(new Span<byte>(header, RtpPacketView.FixedHeaderBytes));
        BinaryPrimitives.WriteUInt32BigEndian(new Span<byte>(header + 4, 4), map.Map(entry.Timestamp));
        _vectors[_vectorCount++] = new IoVector { Base = header, Length = RtpPacketView.FixedHeaderBytes };
        _vectors[_vectorCount++] = new IoVector
        {
            Base = entry.Packet + RtpPacketView.FixedHeaderBytes,
            Length = entry.PacketBytes - RtpPacketView.FixedHeaderBytes,
        };
    }
}
