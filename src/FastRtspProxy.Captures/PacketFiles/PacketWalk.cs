using System.Buffers.Binary;

namespace FastRtspProxy.Captures.PacketFiles;

/// <summary>From a file of frames to segments and datagrams.</summary>
internal sealed class PacketWalk(IPacketHandler handler)
{
    private readonly IpReader _ip = new();

    /// <summary>Frames that hold TCP or UDP, and all.</summary>
    public long Packets { get; private set; }

    /// <inheritdoc cref="Packets"/>
    public long Frames { get; private set; }

    /// <summary>Frames that the snapshot length cut.</summary>
    public long CutFrames { get; private set; }

    /// <inheritdoc cref="IpReader.LostFragments"/>
    public int LostFragments => _ip.LostFragments;

    /// <summary>The file ends in the middle of a frame.</summary>
    public bool IsCut { get; private set; }

    /// <summary>Reads it to its end.</summary>
    /// <exception cref="CaptureDefectException">It cannot be read; what came before was told.</exception>
    public void Read(PacketFileReader reader)
    {
        while (reader.TryRead(out CapturedFrame frame))
        {
            Frames++;
            CutFrames += frame.IsCut ? 1 : 0;
            if (LinkLayer.TryStrip(frame.LinkType, frame.Bytes.Span, out ReadOnlySpan<byte> packet)
                && _ip.TryRead(packet, out IpAddressPair pair, out int protocol, out ReadOnlySpan<byte> payload))
            {
                Take(frame, packet, pair, protocol, payload);
            }
        }

        IsCut = reader.IsCut;
    }

    private void Take(in CapturedFrame frame, ReadOnlySpan<byte> packet, in IpAddressPair pair, int protocol, ReadOnlySpan<byte> payload)
    {
        if (protocol == 17 && payload.Length >= 8)
        {
            Packets++;
            int length = Math.Clamp(BinaryPrimitives.ReadUInt16BigEndian(payload[4..]), 8, payload.Length);
            handler.OnDatagram(
                pair,
                BinaryPrimitives.ReadUInt16BigEndian(payload),
                BinaryPrimitives.ReadUInt16BigEndian(payload[2..]),
                payload[8..length],
                frame.Micros);
        }
        else if (protocol == 6 && payload.Length >= 20 && (payload[12] >> 4) * 4 is >= 20 and int header && header <= payload.Length)
        {
            Packets++;
            int cut = frame.IsCut ? Math.Max(0, LengthOf(packet) - packet.Length) : 0;
            handler.OnSegment(
                new TcpSegment(
                    pair,
                    BinaryPrimitives.ReadUInt16BigEndian(payload),
                    BinaryPrimitives.ReadUInt16BigEndian(payload[2..]),
                    BinaryPrimitives.ReadUInt32BigEndian(payload[4..]),
                    payload[13],
                    payload.Length - header + cut,
                    frame.Micros),
                payload[header..]);
        }
    }

    /// <summary>Of an IP packet, as its header says it.</summary>
    private static int LengthOf(ReadOnlySpan<byte> packet) => packet[0] >> 4 == 4
        ? BinaryPrimitives.ReadUInt16BigEndian(packet[2..])
        : 40 + BinaryPrimitives.ReadUInt16BigEndian(packet[4..]);
}
