using FastRtspProxy.Net.Linux;

namespace FastRtspProxy.Engine.Delivery;

/// <summary>
/// The refusals of one message, sent until it goes or is given up. Mutable; a new one for each message. EMSGSIZE is what a router's word about an
/// earlier datagram looks like (ICMP 3/4, ICMPv6 2, a forged one too), and what a segment that does not fit looks like: only a message that is
/// refused for its size again, with nothing left of the news, is too large itself.
/// </summary>
internal struct UdpRefusals
{
    /// <summary>Errors of other datagrams that may come up before the innocent one goes out or is given up.</summary>
    private const int OthersMax = 16;

    /// <summary>How many were taken for others' so far.</summary>
    private int _others;

    /// <summary>True once it was refused for its size, and that was taken as news.</summary>
    private bool _hasBeenTooLarge;

    /// <summary>
    /// True when the same refusal meets whatever goes to that client, until somebody changes an address or a route: the address that it is to leave
    /// from is gone (EINVAL of a message that names it, ipv6(7)), or there is no way to the client. Of a step of
    /// <see cref="UdpRefusalStep.AgainIfDrained"/> that drained nothing: another datagram's error is no reason to rest.
    /// </summary>
    public static bool Lasts(int errno) =>
        errno is LinuxConstants.ErrorInvalid or LinuxConstants.ErrorAddressNotAvailable
            or LinuxConstants.ErrorNetworkUnreachable or LinuxConstants.ErrorHostUnreachable or LinuxConstants.ErrorNetworkDown;

    /// <summary>What to do about the next refusal.</summary>
    /// <param name="errno">Of the call.</param>
    /// <param name="isSegmented">The message holds several packets (UDP_SEGMENT).</param>
    public UdpRefusalStep Next(int errno, bool isSegmented)
    {
        switch (errno)
        {
            case LinuxConstants.ErrorAgain or LinuxConstants.ErrorNoBuffers:
                return UdpRefusalStep.Wait;
            case LinuxConstants.ErrorInterrupted:
                return UdpRefusalStep.Again;
            case LinuxConstants.ErrorMessageSize when !_hasBeenTooLarge:
                _hasBeenTooLarge = true;
                return UdpRefusalStep.DrainAndAgain;

            // EMSGSIZE, EINVAL: a segment does not fit the way's MTU, and plain datagrams do (the kernel fragments them); EIO: the device cannot
            // checksum segments.
            case LinuxConstants.ErrorMessageSize or LinuxConstants.ErrorIo or LinuxConstants.ErrorInvalid when isSegmented:
                return UdpRefusalStep.Plain;
            case LinuxConstants.ErrorNotPermitted or LinuxConstants.ErrorAccess
                or LinuxConstants.ErrorNoSystemCall or LinuxConstants.ErrorNotSupported
                when isSegmented:
                return UdpRefusalStep.TryPlain;
            default:
                return _others++ < OthersMax ? UdpRefusalStep.AgainIfDrained : UdpRefusalStep.GiveUp;
        }
    }
}
