using System.Buffers.Binary;

namespace FastRtspProxy.Protocol.Rtp;

/// <summary>Changes fields in place in a packet that <see cref="RtpPacketView.TryParse"/> accepted.</summary>
public static class RtpPatch
{
    public static void SetSequenceNumber(Span<byte> packet, ushort value) => BinaryPrimitives.WriteUInt16BigEndian(packet[2..], value);

    public static void SetTimestamp(Span<byte> packet, uint value) => BinaryPrimitives.WriteUInt32BigEndian(packet[4..], value);

    public static void SetSsrc(Span<byte> packet, uint value) => BinaryPrimitives.WriteUInt32BigEndian(packet[8..], value);

    public static void SetMarker(Span<byte> packet, bool value) => packet[1] = (byte)(value ? packet[1] | 0x80 : packet[1] & 0x7f);

    public static void SetPayloadType(Span<byte> packet, byte value) => packet[1] = (byte)((packet[1] & 0x80) | (value & 0x7f));
}
