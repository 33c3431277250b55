using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using FastRtspProxy.Net.Linux;

namespace FastRtspProxy.Net;

/// <summary>
/// Reads what the kernel tells of datagrams that we sent earlier (IP_RECVERR, ip(7)). The one thing that counts is a port that nobody listens on,
/// said by the host that the datagram went to. All else is no word about the port: an unreachable network or host is a hint about the way (RFC 1122,
/// 3.2.3.1) and passes when a cable is plugged in again, time-exceeded is a loop of routers, EMSGSIZE a smaller MTU. What anybody else says of the
/// port is a firewall's opinion or a forgery.
/// </summary>
internal static unsafe class DatagramErrors
{
    /// <summary>sizeof(struct sock_extended_err); the offender's address follows it (SO_EE_OFFENDER).</summary>
    private const int ErrorBytes = 16;

    private const byte OriginIcmp = 2;
    private const byte OriginIcmp6 = 3;

    /// <summary>True when the message says that the host of the destination has nobody on its port.</summary>
    /// <param name="control">The control messages that came with the error.</param>
    /// <param name="destination">Where our datagram went.</param>
    public static bool IsPortClosed(ReadOnlySpan<byte> control, in PeerAddress destination)
    {
        while (control.Length >= sizeof(ControlHeader))
        {
            ControlHeader header = MemoryMarshal.Read<ControlHeader>(control);
            if (header.Bytes < sizeof(ControlHeader) || header.Bytes > control.Length)
            {
                return false;
            }

            int bytes = (int)header.Bytes;
            if (header is { Level: LinuxConstants.IpProtocol, Type: LinuxConstants.IpReceiveError }
                or { Level: LinuxConstants.IpV6Protocol, Type: LinuxConstants.IpV6ReceiveError })
            {
                return IsPortClosedBy(control[sizeof(ControlHeader)..bytes], destination);
            }

            // CMSG_NXTHDR, cmsg(3): headers stand at multiples of a word.
            int aligned = (bytes + sizeof(nint) - 1) & -sizeof(nint);
            control = aligned < control.Length ? control[aligned..] : default;
        }

        return false;
    }

    private static bool IsPortClosedBy(ReadOnlySpan<byte> error, in PeerAddress destination)
    {
        if (error.Length < ErrorBytes)
        {
            return false;
        }

        // ICMP (RFC 792): destination unreachable, port unreachable; ICMPv6 (RFC 4443, 3.1) numbers the same otherwise.
        (byte origin, byte type, byte code) = (error[4], error[5], error[6]);
        if ((origin, type, code) is not ((OriginIcmp, 3, 3) or (OriginIcmp6, 1, 4)))
        {
            return false;
        }

        ReadOnlySpan<byte> offender = error[ErrorBytes..];
        Span<byte> padded = stackalloc byte[PeerAddress.Bytes];
        padded.Clear();
        offender[..Math.Min(offender.Length, padded.Length)].CopyTo(padded);
        fixed (byte* address = padded)
        {
            PeerAddress from = PeerAddress.FromKernel(address);
            return !from.IsEmpty && from.SameAddress(destination);
        }
    }
}
