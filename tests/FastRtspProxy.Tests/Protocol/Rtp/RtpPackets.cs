using System.Buffers.Binary;

namespace FastRtspProxy.Tests.Protocol.Rtp;

/// <summary>Builds RTP packets for tests.</summary>
internal static class RtpPackets
{
    public static byte[] Make(ReadOnlySpan<byte> payload, bool marker = false, ushort sequence = 1, uint timestamp = 2, uint ssrc = 3, byte payloadType = 96)
    {
        byte[] packet = new byte[12 + payload.Length];
        packet[0] = 0x80;
        packet[1] = (byte)((marker ? 0x80 : 0) | payloadType);
        BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(2), sequence);
        BinaryPrimitives.WriteUInt32BigEndian(packet.AsSpan(4), timestamp);
        BinaryPrimitives.WriteUInt32BigEndian(packet.AsSpan(8), ssrc);
        payload.CopyTo(packet.AsSpan(12));
        return packet;
    }

    /// <summary>Two CSRCs, an ONVIF extension of one word, five bytes of payload and three of padding.</summary>
    public static byte[] Full() =>
    [
        0xB2, 0xE0, 0xFF, 0xFE, 1, 2, 3, 4, 5, 6, 7, 8, 0, 0, 0, 1, 0, 0, 0, 2,
        0xAB, 0xAC, 0, 1, 9, 9, 9, 9, 10, 11, 12, 13, 14, 0, 0, 3,
    ];
}
