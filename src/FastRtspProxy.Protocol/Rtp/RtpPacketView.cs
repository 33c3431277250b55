using System.Buffers.Binary;

namespace FastRtspProxy.Protocol.Rtp;

/// <summary>A packet that was found valid once (RFC 3550 section 5.1); its properties check nothing. Valid as long as the bytes are.</summary>
public readonly ref struct RtpPacketView
{
    public const int FixedHeaderBytes = 12;

    private readonly ReadOnlySpan<byte> _packet;
    private readonly int _paddingBytes;

    private RtpPacketView(ReadOnlySpan<byte> packet, int headerBytes, int paddingBytes)
    {
        _packet = packet;
        HeaderBytes = headerBytes;
        _paddingBytes = paddingBytes;
    }

    /// <summary>The whole packet.</summary>
    public ReadOnlySpan<byte> Packet => _packet;

    public bool Marker => (_packet[1] & 0x80) != 0;

    public byte PayloadType => (byte)(_packet[1] & 0x7f);

    public ushort SequenceNumber => BinaryPrimitives.ReadUInt16BigEndian(_packet[2..]);

    public uint Timestamp => BinaryPrimitives.ReadUInt32BigEndian(_packet[4..]);

    public uint Ssrc => BinaryPrimitives.ReadUInt32BigEndian(_packet[8..]);

    /// <summary>Fixed header, CSRC list and extension.</summary>
    public int HeaderBytes { get; }

    public int CsrcCount => _packet[0] & 0x0f;

    public bool HasExtension => (_packet[0] & 0x10) != 0;

    /// <summary>The 16 bits that the profile defines (0xABAC for ONVIF replay); 0 without an extension.</summary>
    public ushort ExtensionProfile =>
        HasExtension ? BinaryPrimitives.ReadUInt16BigEndian(_packet[(FixedHeaderBytes + (4 * CsrcCount))..]) : (ushort)0;

    /// <summary>The extension's data without its 4-byte header; empty without one.</summary>
    public ReadOnlySpan<byte> Extension => HasExtension ? _packet[(FixedHeaderBytes + (4 * CsrcCount) + 4)..HeaderBytes] : default;

    /// <summary>Without padding; may be empty.</summary>
    public ReadOnlySpan<byte> Payload => _packet[HeaderBytes..^_paddingBytes];

    public static bool TryParse(ReadOnlySpan<byte> packet, out RtpPacketView view, out RtpDefect defect)
    {
        view = default;
        if (packet.Length < FixedHeaderBytes)
        {
            defect = RtpDefect.TooShort;
            return false;
        }

        if (packet[0] >> 6 != 2)
        {
            defect = RtpDefect.BadVersion;
            return false;
        }

        int headerBytes = FixedHeaderBytes + (4 * (packet[0] & 0x0f));
        if (headerBytes > packet.Length)
        {
            defect = RtpDefect.TooShort;
            return false;
        }

        if ((packet[0] & 0x10) != 0 && !TryAddExtension(packet, ref headerBytes))
        {
            defect = RtpDefect.BadExtension;
            return false;
        }

        int paddingBytes = (packet[0] & 0x20) == 0 ? 0 : packet[^1];
        if ((packet[0] & 0x20) != 0 && (paddingBytes == 0 || paddingBytes > packet.Length - headerBytes))
        {
            defect = RtpDefect.BadPadding;
            return false;
        }

        view = new RtpPacketView(packet, headerBytes, paddingBytes);
        defect = RtpDefect.None;
        return true;
    }

    private static bool TryAddExtension(ReadOnlySpan<byte> packet, ref int headerBytes)
    {
        if (packet.Length - headerBytes < 4)
        {
            return false;
        }

        headerBytes += 4 + (4 * BinaryPrimitives.ReadUInt16BigEndian(packet[(headerBytes + 2)..]));
        return headerBytes <= packet.Length;
    }
}
