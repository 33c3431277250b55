using System.Buffers.Binary;

namespace FastRtspProxy.Captures.PacketFiles;

/// <summary>What stands before the IP packet in a frame. Pure.</summary>
internal static class LinkLayer
{
    private const int VlanTags = 0x8100;
    private const int ProviderTags = 0x88A8;

    /// <summary>The IP packet of a frame; false: it holds none, or is of a link that we do not know.</summary>
    public static bool TryStrip(int linkType, ReadOnlySpan<byte> frame, out ReadOnlySpan<byte> packet)
    {
        packet = default;
        switch (linkType)
        {
            case 1: // Ethernet
                return TryEtherType(frame, 12, out packet);
            case 113: // Linux cooked
                return TryEtherType(frame, 14, out packet);
            case 276: // Linux cooked, version 2: the type stands first
                return frame.Length > 20 && TryAt(frame, BinaryPrimitives.ReadUInt16BigEndian(frame), 20, out packet);
            case 12 or 14 or 101 or 228 or 229: // raw IP
                packet = frame;
                return !frame.IsEmpty;
            case 0 or 108: // loopback of BSD: the family in four bytes
                packet = frame.Length > 4 ? frame[4..] : default;
                return frame.Length > 4;
            default:
                return false;
        }
    }

    private static bool TryEtherType(ReadOnlySpan<byte> frame, int at, out ReadOnlySpan<byte> packet)
    {
        packet = default;
        while (at + 2 <= frame.Length)
        {
            int type = BinaryPrimitives.ReadUInt16BigEndian(frame[at..]);
            if (type is not (VlanTags or ProviderTags))
            {
                return TryAt(frame, type, at + 2, out packet);
            }

            at += 4;
        }

        return false;
    }

    private static bool TryAt(ReadOnlySpan<byte> frame, int type, int at, out ReadOnlySpan<byte> packet)
    {
        bool isIp = type is 0x0800 or 0x86DD && at < frame.Length;
        packet = isIp ? frame[at..] : default;
        return isIp;
    }
}
