using System.Buffers.Binary;

namespace FastRtspProxy.EndToEndTests.RawClient;

/// <summary>Watches the RTP sequence numbers of one track of one player: every packet, in order, once.</summary>
public sealed class TrackCounter
{
    private readonly Lock _lock = new();

    public long Packets { get; private set; }

    public long RtcpPackets { get; private set; }

    public int Disorders { get; private set; }

    public string? FirstDisorder { get; private set; }

    public ushort FirstSequenceNumber { get; private set; }

    public ushort LastSequenceNumber { get; private set; }

    public uint FirstTimestamp { get; private set; }

    public uint Ssrc { get; private set; }

    /// <summary>The BYE of RFC 3550 section 6.6 was seen.</summary>
    public bool SawBye { get; private set; }

    /// <summary>What RTP-Info promised for the first packet; null: nothing.</summary>
    public ushort? PromisedSequenceNumber { get; set; }

    public uint? PromisedTimestamp { get; set; }

    public void OnRtp(ReadOnlySpan<byte> packet)
    {
        lock (_lock)
        {
            if (packet.Length < 12 || packet[0] >> 6 != 2)
            {
                NoteDisorder($"not RTP: {packet.Length} bytes");
                return;
            }

            ushort number = BinaryPrimitives.ReadUInt16BigEndian(packet[2..]);
            uint ssrc = BinaryPrimitives.ReadUInt32BigEndian(packet[8..]);
            if (Packets == 0)
            {
                FirstSequenceNumber = number;
                FirstTimestamp = BinaryPrimitives.ReadUInt32BigEndian(packet[4..]);
                Ssrc = ssrc;
            }
            else if (number != (ushort)(LastSequenceNumber + 1))
            {
                NoteDisorder($"sequence number {number} after {LastSequenceNumber} (packet {Packets})");
            }
            else if (ssrc != Ssrc)
            {
                NoteDisorder($"SSRC {ssrc:x8} after {Ssrc:x8} (packet {Packets})");
            }

            Packets++;
            LastSequenceNumber = number;
        }
    }

    public void OnRtcp(ReadOnlySpan<byte> compound)
    {
        lock (_lock)
        {
            RtcpPackets++;
            while (compound.Length >= 4)
            {
                SawBye |= compound[1] == 203;
                int bytes = 4 * (BinaryPrimitives.ReadUInt16BigEndian(compound[2..]) + 1);
                compound = bytes <= compound.Length ? compound[bytes..] : [];
            }
        }
    }

    private void NoteDisorder(string text)
    {
        Disorders++;
        FirstDisorder ??= text;
    }
}
