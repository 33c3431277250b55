using System.Net;
using FastRtspProxy.Net.Linux;

namespace FastRtspProxy.Simulator.Load;

/// <summary>
/// Hands out pairs of UDP ports (RTP even, RTCP the next, RFC 3550 section 11) over one or several local addresses. An address has about 27,000
/// pairs; the clients are spread over the addresses by their number, because a client's control connection must come from the address that its media
/// goes to. Any thread.
/// </summary>
internal sealed class LocalPorts
{
    /// <summary>Below are services, and what other programs of a test bed like to use.</summary>
    private const int FirstPort = 10_240;

    private const int LastPort = 65_534;
    private const int Pairs = (LastPort - FirstPort) / 2;

    /// <summary>Four tracks each fit into an address with room for what others hold.</summary>
    private const int ClientsAnAddress = 6_000;

    private const int AddressInUse = -98;

    private readonly IPAddress[] _addresses;
    private readonly int[] _next;
    private readonly bool _isFixed;

    /// <param name="addresses">To be used in turn; empty: the kernel's choice.</param>
    /// <param name="loopback">The server is reached over 127.0.0.0/8, where every address is ours.</param>
    public LocalPorts(IReadOnlyList<IPAddress> addresses, bool loopback)
    {
        _isFixed = addresses.Count > 0;
        _addresses = _isFixed ? [.. addresses]
            : loopback ? [.. Enumerable.Range(1, 16).Select(static i => new IPAddress([127, 0, 0, (byte)i]))]
            : [IPAddress.Any];
        _next = new int[_addresses.Length];

        // Two runs side by side do not try the same ports one after the other.
        Array.Fill(_next, Random.Shared.Next(Pairs));
    }

    /// <summary>The address of a client by its number; null: any.</summary>
    public IPAddress? AddressOf(int client)
    {
        IPAddress address = _isFixed ? _addresses[client % _addresses.Length] : _addresses[client / ClientsAnAddress % _addresses.Length];
        return address.Equals(IPAddress.Any) ? null : address;
    }

    /// <summary>Binds a pair. False: <paramref name="error"/> is minus errno.</summary>
    public bool TryOpenPair(IPAddress? address, IPAddress peer, out int rtpFd, out int rtcpFd, out int rtpPort, out int error)
    {
        int slot = Math.Max(0, Array.IndexOf(_addresses, address));
        address ??= peer.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6 ? IPAddress.IPv6Any : IPAddress.Any;
        error = AddressInUse;
        rtpFd = rtcpFd = rtpPort = -1;
        for (int i = 0; i < Pairs; i++)
        {
            rtpPort = FirstPort + (2 * (int)((uint)Interlocked.Increment(ref _next[slot]) % Pairs));
            rtpFd = RawSocket.OpenUdp(address, rtpPort);
            if (rtpFd < 0)
            {
                error = rtpFd;
            }
            else
            {
                rtcpFd = RawSocket.OpenUdp(address, rtpPort + 1);
                if (rtcpFd >= 0)
                {
                    return true;
                }

                error = rtcpFd;
                _ = Libc.Close(rtpFd);
            }

            if (error != AddressInUse)
            {
                return false;
            }
        }

        return false;
    }
}
