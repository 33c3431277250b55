using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using FastRtspProxy.Net;
using FastRtspProxy.Net.Linux;
using FastRtspProxy.Protocol.Rtsp;

namespace FastRtspProxy.SimulatedCamera;

/// <summary>One end of a shard's RTP/RTCP port pair. What comes in is a sign of life of the session at that address.</summary>
internal sealed class CameraMediaSocket : DatagramSocket
{
    /// <summary>What one call takes with UDP_SEGMENT: 64 segments (UDP_MAX_SEGMENTS) and one UDP payload.</summary>
    private const int BurstPackets = 64;

    /// <inheritdoc cref="BurstPackets"/>
    private const int BurstBytes = 65_000;

    private readonly Action<PeerAddress, ReadOnlySpan<byte>> _alive;
    private bool _sendsBursts = true;

    public CameraMediaSocket(Shard shard, Socket socket, Action<PeerAddress, ReadOnlySpan<byte>> alive)
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

    /// <summary>Sends packets <paramref name="from"/> up to before <paramref name="to"/>; returns how many the network layer did not take.</summary>
    public unsafe int SendBatch(RtpBatch batch, int from, int to, in PeerAddress peer)
    {
        int dropped = 0;
        IoVector* packets = stackalloc IoVector[BurstPackets];
        fixed (byte* bytes = batch.Framed)
        {
            for (int i = from; i < to;)
            {
                int count = _sendsBursts ? BurstAt(batch, i, to) : 1;
                for (int k = 0; k < count; k++)
                {
                    packets[k] = new IoVector
                    {
                        Base = bytes + batch.FrameOffset(i + k) + InterleavedFrame.HeaderBytes,
                        Length = batch.Packet(i + k).Length,
                    };
                }

                if (count == 1 || !TrySendBurst(packets, count, batch.Packet(i).Length, peer))
                {
                    // Without UDP_SEGMENT in the kernel, or with a device or path that takes no such packets: one by one, from now on.
                    _sendsBursts &= count == 1 || Marshal.GetLastPInvokeError() is LinuxConstants.ErrorAgain or LinuxConstants.ErrorConnectionRefused;
                    for (int k = 0; k < count; k++)
                    {
                        dropped += Send(batch.Packet(i + k), peer) == SocketError.Success ? 0 : 1;
                    }
                }

                i += count;
            }
        }

        return dropped;
    }

    // Packets of the first one's size, and one shorter one behind them.
    private static int BurstAt(RtpBatch batch, int first, int to)
    {
        int packetBytes = batch.Packet(first).Length;
        int total = packetBytes;
        int count = 1;
        while (first + count < to && count < BurstPackets)
        {
            int next = batch.Packet(first + count).Length;
            if (next > packetBytes || total + next > BurstBytes)
            {
                break;
            }

            total += next;
            count++;
            if (next < packetBytes)
            {
                break;
            }
        }

        return count;
    }

    protected override void OnDatagram(ReadOnlySpan<byte> data, in PeerAddress from) => _alive(from, data);
}
