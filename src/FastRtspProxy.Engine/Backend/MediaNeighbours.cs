using FastRtspProxy.Net;

namespace FastRtspProxy.Engine.Backend;

/// <summary>
/// Whose RTP may be taken for a camera's although it comes from another address (multi-homed recorders, relays such as the Freebox's; ffmpeg,
/// GStreamer and VLC take it from anybody): a neighbour in the same /24 (IPv6: /64), or anybody in a private network (RFC 1918, fc00::/7) where the
/// camera is in one. Strangers on the internet stay out: anybody can send to a port.
/// </summary>
internal static class MediaNeighbours
{
    private const int V4At = 12;

    /// <summary>True where the one may stand in for the other. Allocates nothing: it is asked for datagrams.</summary>
    public static bool MayStandIn(in PeerAddress camera, in PeerAddress from)
    {
        Span<byte> expected = stackalloc byte[PeerAddress.AddressBytes];
        Span<byte> other = stackalloc byte[PeerAddress.AddressBytes];
        camera.CopyAddress(expected);
        from.CopyAddress(other);
        if (IsPrivate(expected) && IsPrivate(other))
        {
            return true;
        }

        bool isV4 = IsV4(expected);
        return isV4 == IsV4(other) && (isV4 ? expected[..(V4At + 3)].SequenceEqual(other[..(V4At + 3)]) : expected[..8].SequenceEqual(other[..8]));
    }

    private static bool IsPrivate(ReadOnlySpan<byte> address)
    {
        if (!IsV4(address))
        {
            return (address[0] & 0xFE) == 0xFC; // RFC 4193
        }

        ReadOnlySpan<byte> v4 = address[V4At..];
        return v4[0] == 10 || (v4[0] == 172 && (v4[1] & 0xF0) == 16) || (v4[0] == 192 && v4[1] == 168);
    }

    /// <summary>All addresses are in the form of IPv6 here; those of IPv4 are mapped (RFC 4291 section 2.5.5.2).</summary>
    private static bool IsV4(ReadOnlySpan<byte> address) => address[..V4At].SequenceEqual<byte>([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF]);
}
