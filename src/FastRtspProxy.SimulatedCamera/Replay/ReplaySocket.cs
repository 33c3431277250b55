using System.Net.Sockets;
using FastRtspProxy.Net;

namespace FastRtspProxy.SimulatedCamera.Replay;

/// <summary>A UDP port that media leaves from. What comes in changes nothing: the recording goes on as it was.</summary>
internal sealed class ReplaySocket(Shard shard, Socket socket) : DatagramSocket(shard, socket)
{
    protected override void OnDatagram(ReadOnlySpan<byte> data, in PeerAddress from)
    {
    }
}
