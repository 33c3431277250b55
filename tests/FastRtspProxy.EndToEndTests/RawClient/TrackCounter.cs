using System.Buffers.Binary;
using FastRtspProxy.EndToEndTests.Players;

namespace FastRtspProxy.EndToEndTests.RawClient;

/// <summary>Watches the numbers of one track of one player: every packet, in order, once; timestamps and sender reports as they came.</summary>
public sealed class TrackCounter
{
    private readonly Lock _lock = new();
    private readonly List<(DateTime At, uint Timestamp)> _units = [];
    private readonly List<(DateTime At, double NtpSeconds, uint Timestamp)> _reports = [];
    private readonly List<(DateTime At, RecordedUnit Unit)> _pictures = [];

    public long Packets { get; private set; }

    public long RtcpPackets { get; private set; }

    public int Disorders { get; private set; }

    public string? FirstDisorder { get; private set; }

    public ushort FirstSequenceNumber { get; private set; }

    public ushort LastSequenceNumber { get; private set; }

    public uint FirstTimestamp { get; private set; }

    public uint Ssrc { get; private set; }

    /// <summary>RTP ticks a second, by the description.</summary>
    public int ClockRate { get; init; }

    /// <summary>Units with a timestamp of their own, as they came.</summary>
    public IReadOnlyList<(DateTime At, uint Timestamp)> Units
    {
        get
        {
            lock (_lock)
            {
                return [.. _units];
            }
        }
    }

    /// <summary>Sender reports: when they came, the time that they tell, in seconds since 1900, and its timestamp.</summary>
    public IReadOnlyList<(DateTime At, double NtpSeconds, uint Timestamp)> Reports
    {
        get
        {
            lock (_lock)
            {
                return [.. _reports];
            }
        }
    }

    /// <summary>Pictures of a simulated camera, by what it says in them, and when that came.</summary>
    public IReadOnlyList<(DateTime At, RecordedUnit Unit)> Pictures
    {
        get
        {
            lock (_lock)
            {
                return [.. _pictures];
            }
        }
    }

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
            uint timestamp = BinaryPrimitives.ReadUInt32BigEndian(packet[4..]);
            uint ssrc = BinaryPrimitives.ReadUInt32BigEndian(packet[8..]);
            if (Packets == 0)
            {
                FirstSequenceNumber = number;
                FirstTimestamp = timestamp;
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

            if (_units.Count == 0 || _units[^1].Timestamp != timestamp)
            {
                _units.Add((DateTime.UtcNow, timestamp));
            }

            ReadOnlySpan<byte> rest = packet;
            while (RecordedUnit.TryTake(ref rest, out RecordedUnit? picture))
            {
                _pictures.Add((DateTime.UtcNow, picture));
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
                if (compound[1] == 200 && compound.Length >= 20)
                {
                    double seconds = BinaryPrimitives.ReadUInt32BigEndian(compound[8..]) + (BinaryPrimitives.ReadUInt32BigEndian(compound[12..]) / 4294967296.0);
                    _reports.Add((DateTime.UtcNow, seconds, BinaryPrimitives.ReadUInt32BigEndian(compound[16..])));
                }

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
