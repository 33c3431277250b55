using System.Buffers.Binary;

namespace FastRtspProxy.Protocol.Srtp;

/// <summary>Where in a protected packet what stands (RFC 3711 sections 3.1 and 3.4).</summary>
internal static class SrtpPackets
{
    /// <summary>The first header and its SSRC: never encrypted.</summary>
    public const int RtcpHeaderBytes = 8;

    /// <summary>Whether RTCP is encrypted, and its index.</summary>
    public const int RtcpWordBytes = 4;

    private const int RtpFixedBytes = 12;

    /// <summary>
    /// What of an RTP packet is not encrypted: header, sources and extension; 0: it is no RTP. Padding is encrypted, and not looked at.
    /// </summary>
    public static int RtpHeaderBytes(ReadOnlySpan<byte> packet)
    {
        if (packet.Length < RtpFixedBytes || packet[0] >> 6 != 2)
        {
            return 0;
        }

        int bytes = RtpFixedBytes + (4 * (packet[0] & 0x0F));
        if ((packet[0] & 0x10) != 0)
        {
            if (packet.Length < bytes + 4)
            {
                return 0;
            }

            bytes += 4 + (4 * BinaryPrimitives.ReadUInt16BigEndian(packet[(bytes + 2)..]));
        }

        return bytes <= packet.Length ? bytes : 0;
    }

    /// <summary>The E bit.</summary>
    public static bool IsEncrypted(ReadOnlySpan<byte> word) => (word[0] & 0x80) != 0;
}
