using System.Net.Sockets;
using FastRtspProxy.Engine.Net;

namespace FastRtspProxy.Engine.Backend;

/// <summary>One UDP port of a track. Datagrams from other hosts than the camera are counted and dropped: anybody can send to a port.</summary>
internal sealed class BackEndMediaSocket(Shard shard, Socket socket, BackEndSession session, BackEndTrack track, bool isRtcp) : DatagramSocket(shard, socket, wantsJoinedDatagrams: !isRtcp)
{
    private PeerAddress _camera;
    private PeerAddress _media;
    private bool _allowsAny;

    /// <summary>Where our own packets go; empty: nowhere yet.</summary>
    public PeerAddress Peer { get; private set; }

    /// <summary>Datagrams of strangers.</summary>
    public long Foreign { get; private set; }

    /// <summary>Tells who may send: the RTSP connection's peer, and the address that the camera named as its source.</summary>
    public void Allow(in PeerAddress camera, in PeerAddress media, int peerPort)
    {
        _camera = camera;
        _media = media;
        Peer = peerPort > 0 ? media.WithPort(peerPort) : default;
    }

    /// <summary>A multicast group: whoever sends to it; the SSRC tells sources apart.</summary>
    public void AllowAny(in PeerAddress peer)
    {
        _allowsAny = true;
        Peer = peer;
    }

    /// <inheritdoc/>
    protected override void OnDatagram(ReadOnlySpan<byte> data, in PeerAddress from)
    {
        if (!_allowsAny && !from.SameAddress(_media) && !from.SameAddress(_camera))
        {
            Foreign++;
            return;
        }

        if (isRtcp)
        {
            if (!_allowsAny && (Peer.IsEmpty || !from.SameAddress(Peer)))
            {
                // No server_port, or another host than it said: reports go to where the camera's reports come from.
                Peer = from;
            }

            session.OnRtcp(track, data);
            return;
        }

        track.OnDatagram(data, Shard.NowMicros);
        if (track.Window.Held > 0)
        {
            session.OnReorderNeeded();
        }
    }

    /// <inheritdoc/>
    protected override void OnBatchEnd() => session.OnMediaBatchEnd();
}
