using System.Net.Sockets;
using FastRtspProxy.Net;

namespace FastRtspProxy.Engine.Backend;

/// <summary>
/// One of the two UDP ports that sound leaves from to a camera. What comes to them, the camera's reports of what it hears, says nothing.
/// </summary>
internal sealed class TalkSocket(Shard shard, Socket socket, ICameraTap? tap) : DatagramSocket(shard, socket)
{
    /// <summary>Where the camera wants it; empty: it did not say.</summary>
    public PeerAddress Peer { get; set; }

    /// <summary>False: dropped, the machine refuses.</summary>
    public bool TrySend(ReadOnlySpan<byte> packet)
    {
        tap?.OnDatagram(isSent: true, LocalPort, packet);
        return Send(packet, Peer) == SocketError.Success;
    }

    /// <inheritdoc/>
    protected override void OnDatagram(ReadOnlySpan<byte> data, in PeerAddress from)
    {
    }

    /// <inheritdoc/>
    protected override void OnBatchEnd()
    {
    }
}
