using System.Buffers.Binary;
using System.Text;

namespace FastRtspProxy.Protocol.Rtcp;

/// <summary>
/// One packet of a compound, made by <see cref="RtcpCompoundReader"/>, which has checked that what the type needs is there. Ask only for what the
/// type has: anything else answers 0 or empty. Valid as long as the bytes are.
/// </summary>
public readonly ref struct RtcpPacketView
{
    /// <summary>Version, count, type and length: what every packet begins with (section 6.4).</summary>
    public const int HeaderBytes = 4;

    /// <summary>A source, wherever one is named.</summary>
    public const int SsrcBytes = 4;

    /// <summary>The header and the sender, which all but SDES and BYE begin with.</summary>
    public const int HeadBytes = HeaderBytes + SsrcBytes;

    /// <summary>NTP time, RTP time, packets and octets of an SR (section 6.4.1).</summary>
    public const int SenderInfoBytes = 20;

    /// <summary>A report block of an SR or RR (section 6.4.1).</summary>
    public const int BlockBytes = 24;

    /// <summary>The name of an APP packet (section 6.7).</summary>
    public const int ApplicationNameBytes = 4;

    /// <summary>The format of a PLI (RFC 4585 section 6.3.1).</summary>
    public const int PictureLossFormat = 1;

    /// <summary>The format of a FIR (RFC 5104 section 4.3.1).</summary>
    public const int FullIntraFormat = 4;

    /// <summary>A source, the number of the request, and three octets of nothing.</summary>
    public const int FullIntraEntryBytes = 8;

    private readonly ReadOnlySpan<byte> _packet; // with its header, without padding

    internal RtcpPacketView(ReadOnlySpan<byte> packet) => _packet = packet;

    public RtcpPacketType Type => (RtcpPacketType)_packet[1];

    /// <summary>The five bits that count blocks, chunks or sources, or are a feedback format.</summary>
    public int Count => _packet[0] & 0x1f;

    /// <summary>The sender, or the first source of SDES and BYE; 0 when the packet has none.</summary>
    public uint Ssrc => _packet.Length >= HeadBytes ? BinaryPrimitives.ReadUInt32BigEndian(_packet[HeaderBytes..]) : 0;

    /// <summary>All behind the 4-byte header.</summary>
    public ReadOnlySpan<byte> Body => _packet[HeaderBytes..];

    /// <summary>SR: the sender's clock, 32.32 since 1900; 0 in other packets.</summary>
    public ulong Ntp => IsSenderReport ? BinaryPrimitives.ReadUInt64BigEndian(_packet[HeadBytes..]) : 0;

    /// <summary>SR: the RTP time of <see cref="Ntp"/>.</summary>
    public uint RtpTimestamp => IsSenderReport ? BinaryPrimitives.ReadUInt32BigEndian(_packet[16..]) : 0;

    /// <summary>SR: packets sent since the beginning, wraps.</summary>
    public uint PacketCount => IsSenderReport ? BinaryPrimitives.ReadUInt32BigEndian(_packet[20..]) : 0;

    /// <summary>SR: payload octets sent since the beginning, wraps.</summary>
    public uint OctetCount => IsSenderReport ? BinaryPrimitives.ReadUInt32BigEndian(_packet[24..]) : 0;

    /// <summary>SR and RR: report blocks that are really there.</summary>
    public int ReportBlockCount => Type is RtcpPacketType.SenderReport or RtcpPacketType.ReceiverReport ? Count : 0;

    /// <summary>BYE: sources that leave.</summary>
    public int SourceCount => Type == RtcpPacketType.Bye ? Count : 0;

    private bool IsSenderReport => Type == RtcpPacketType.SenderReport;

    /// <summary>PLI and FIR: whether the source is asked for a picture that stands alone.</summary>
    public bool AsksForKeyFrame(uint source)
    {
        if (Type != RtcpPacketType.PayloadFeedback)
        {
            return false;
        }

        if (Count == PictureLossFormat)
        {
            return BinaryPrimitives.ReadUInt32BigEndian(_packet[HeadBytes..]) == source;
        }

        ReadOnlySpan<byte> entries = Count == FullIntraFormat ? _packet[(HeadBytes + SsrcBytes)..] : default;
        for (; entries.Length >= FullIntraEntryBytes; entries = entries[FullIntraEntryBytes..])
        {
            if (BinaryPrimitives.ReadUInt32BigEndian(entries) == source)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>SR and RR: a block, <paramref name="index"/> below <see cref="ReportBlockCount"/>.</summary>
    public RtcpReportBlock ReportBlock(int index)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)index, (uint)ReportBlockCount, nameof(index));
        ReadOnlySpan<byte> block = _packet.Slice(HeadBytes + (IsSenderReport ? SenderInfoBytes : 0) + (index * BlockBytes), BlockBytes);
        uint lost = BinaryPrimitives.ReadUInt32BigEndian(block[4..]);
        return new RtcpReportBlock(
            BinaryPrimitives.ReadUInt32BigEndian(block),
            (byte)(lost >> 24),
            (int)(lost << 8) >> 8,
            BinaryPrimitives.ReadUInt32BigEndian(block[8..]),
            BinaryPrimitives.ReadUInt32BigEndian(block[12..]),
            BinaryPrimitives.ReadUInt32BigEndian(block[16..]),
            BinaryPrimitives.ReadUInt32BigEndian(block[20..]));
    }

    /// <summary>BYE: a source, <paramref name="index"/> below <see cref="SourceCount"/>.</summary>
    public uint Source(int index)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)index, (uint)SourceCount, nameof(index));
        return BinaryPrimitives.ReadUInt32BigEndian(_packet[(HeaderBytes + (SsrcBytes * index))..]);
    }

    /// <summary>BYE: whether a source is among those that leave.</summary>
    public bool Leaves(uint source)
    {
        for (int i = 0; i < SourceCount; i++)
        {
            if (Source(i) == source)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>BYE: the reason in bytes (UTF-8); empty without one.</summary>
    public ReadOnlySpan<byte> ReasonBytes
    {
        get
        {
            int at = HeaderBytes + (SsrcBytes * Count);
            if (Type != RtcpPacketType.Bye || at >= _packet.Length)
            {
                return default;
            }

            ReadOnlySpan<byte> text = _packet[(at + 1)..];
            return text[..int.Min(_packet[at], text.Length)];
        }
    }

    public string Reason => Encoding.UTF8.GetString(ReasonBytes);

    /// <summary>SDES: the CNAME of the first chunk that has one. False in other packets.</summary>
    public bool TryGetCname(out uint ssrc, out ReadOnlySpan<byte> cname)
    {
        ReadOnlySpan<byte> rest = Type == RtcpPacketType.SourceDescription ? Body : default;
        for (int chunk = 0; chunk < Count && rest.Length >= SsrcBytes; chunk++)
        {
            ssrc = BinaryPrimitives.ReadUInt32BigEndian(rest);
            int position = SsrcBytes;
            while (position < rest.Length && rest[position] != 0)
            {
                if (position + 2 > rest.Length || position + 2 + rest[position + 1] > rest.Length)
                {
                    cname = default;
                    return false;
                }

                if (rest[position] == 1)
                {
                    cname = rest.Slice(position + 2, rest[position + 1]);
                    return true;
                }

                position += 2 + rest[position + 1];
            }

            // Items end with at least one null, chunks at a multiple of four (RFC 3550 section 6.5).
            position = (position & ~3) + 4;
            rest = position < rest.Length ? rest[position..] : default;
        }

        ssrc = 0;
        cname = default;
        return false;
    }

    /// <summary>SDES: the CNAME as text, null without one.</summary>
    public string? Cname => TryGetCname(out _, out ReadOnlySpan<byte> cname) ? Encoding.UTF8.GetString(cname) : null;
}
