using System.Net;
using System.Net.Sockets;
using FastRtspProxy.Engine.Net;

namespace FastRtspProxy.Engine.Camera;

/// <summary>One end of a shard's RTP/RTCP port pair. What comes in is a sign of life of the session at that address.</summary>
internal sealed class CameraMediaSocket : DatagramSocket
{
    private readonly Action<PeerAddress> _alive;

    public CameraMediaSocket(Shard shard, Socket socket, Action<PeerAddress> alive)
        : base(shard, socket)
    {
        _alive = alive;

        // A key frame of a high bit rate leaves in one burst.
        _ = SocketSetup.AskSendBuffer(socket, SocketSetup.ReceiveBufferBytes);
    }

    /// <summary>How far multicast from here travels, and from which interface; receivers on this machine get it too.</summary>
    public void AllowMulticast(int hops, IPAddress from)
    {
        if (from.AddressFamily == AddressFamily.InterNetwork && !from.Equals(IPAddress.Any))
        {
            Socket.SetSocketOption(SocketOptionLevel.IP, SocketOptionName.MulticastInterface, from.GetAddressBytes());
        }

        Socket.SetSocketOption(SocketOptionLevel.IP, SocketOptionName.MulticastTimeToLive, hops);
        Socket.SetSocketOption(SocketOptionLevel.IP, SocketOptionName.MulticastLoopback, true);
    }

    protected override void OnDatagram(ReadOnlySpan<byte> data, in PeerAddress from) => _alive(from);
}
