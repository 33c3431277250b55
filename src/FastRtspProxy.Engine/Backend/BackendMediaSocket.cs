using System.Net.Sockets;
using FastRtspProxy.Net;
using FastRtspProxy.Protocol.Rtp;

namespace FastRtspProxy.Engine.Backend;

/// <summary>
/// One UDP port of a track. Datagrams of senders that <see cref="MediaPeers"/> does not know are counted and dropped: anybody can send to a port.
/// </summary>
/// <param name="shard">Where it lives.</param>
/// <param name="socket">Bound.</param>
/// <param name="owner">Who knows where reports may go, and who may stand in.</param>
/// <param name="media">Who hears of RTCP, of packets that wait, and of the end of each batch.</param>
/// <param name="track">Who gets the packets.</param>
/// <param name="peers">Who may send; null for a multicast group: anybody may send to it, and the SSRC tells sources apart.</param>
/// <param name="isRtcp">The pair's second port.</param>
/// <param name="tap">Hears what is taken and sent; null: nobody.</param>
internal sealed class BackendMediaSocket(
    Shard shard, Socket socket, MediaSockets owner, MediaReceiver media, BackendTrack track, MediaPeers? peers, bool isRtcp,
    ICameraTap? tap)
    : DatagramSocket(shard, socket, wantsJoinedDatagrams: !isRtcp, isForReports: isRtcp)
{
    /// <summary>Where our own packets go; empty: nowhere yet.</summary>
    public PeerAddress Peer { get; private set; }

    /// <summary>Where the camera wants our packets; empty: it did not say.</summary>
    public PeerAddress Named { get; private set; }

    /// <inheritdoc cref="MediaPeers"/>
    public MediaPeers? Peers => peers;

    /// <summary>The camera, or a group, said where our packets go; empty: to where its own come from.</summary>
    public void Name(in PeerAddress peer)
    {
        Named = peer;
        Peer = peer;
    }

    /// <summary>A stand-in's RTP is taken: our reports go there too.</summary>
    public void Follow(in PeerAddress standIn) => Peer = standIn;

    /// <summary>The stand-in has gone: reports go where the camera said, or to where its next report comes from.</summary>
    public void Unfollow() => Peer = Named;

    /// <summary>Sends where our packets go. False: it is not known where, or the machine refuses.</summary>
    public bool TrySend(ReadOnlySpan<byte> packet)
    {
        if (Peer.IsEmpty)
        {
            return false;
        }

        tap?.OnDatagram(isSent: true, LocalPort, packet);
        return Send(packet, Peer) == SocketError.Success;
    }

    /// <inheritdoc/>
    protected override void OnDatagram(ReadOnlySpan<byte> data, in PeerAddress from)
    {
        if (IsForReports)
        {
            OnRtcp(data, from);
            return;
        }

        if (peers is not null && !Accepts(peers, data, from))
        {
            peers.Refuse(from);
            return;
        }

        tap?.OnDatagram(isSent: false, LocalPort, data);
        track.OnDatagram(data, Shard.NowMicros);
        if (track.Window.Held > 0)
        {
            media.OnReorderNeeded();
        }
    }

    /// <inheritdoc/>
    protected override void OnBatchEnd() => media.OnBatchEnd();

    private void OnRtcp(ReadOnlySpan<byte> data, in PeerAddress from)
    {
        if (peers is not null)
        {
            if (!peers.IsExpected(from) && !peers.IsStandIn(from))
            {
                peers.Refuse(from);
                return;
            }

            // No server_port, or another host than it said: reports go to where the camera's reports come from, and while another one sends its
            // media, to that one.
            if ((Peer.IsEmpty || !from.SameAddress(Peer)) && (peers.StandIn.IsEmpty || peers.IsStandIn(from)))
            {
                Peer = from;
            }
        }

        tap?.OnDatagram(isSent: false, LocalPort, data);
        media.OnRtcp(track, data, isGroup: peers is null);
    }

    private bool Accepts(MediaPeers known, ReadOnlySpan<byte> data, in PeerAddress from)
    {
        if (known.IsExpected(from))
        {
            if (!known.HasExpected && Fits(data) && known.OnExpected())
            {
                track.RtcpSocket?.Unfollow();
            }

            return true;
        }

        return known.IsStandIn(from) ? RenewsStandIn(known, from) : IsNewStandIn(known, data, from);
    }

    private bool RenewsStandIn(MediaPeers known, in PeerAddress from)
    {
        known.OnStandIn(from, Shard.NowMicros);
        return true;
    }

    private bool IsNewStandIn(MediaPeers known, ReadOnlySpan<byte> data, in PeerAddress from)
    {
        if (!Fits(data) || !known.MayStandIn(from, Shard.NowMicros) || !owner.MayStandIn(track, from))
        {
            return false;
        }

        known.OnStandIn(from, Shard.NowMicros);
        track.RtcpSocket?.Follow(owner.ReportsTo(track, from));
        return true;
    }

    /// <summary>RTP of a payload type that the track has.</summary>
    private bool Fits(ReadOnlySpan<byte> data) => RtpPacketView.TryParse(data, out RtpPacketView view, out _) && track.Knows(view.PayloadType);
}
