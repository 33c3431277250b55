using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using FastRtspProxy.Net;
using FastRtspProxy.Protocol.Rtsp;

namespace FastRtspProxy.Engine.Backend;

/// <summary>
/// The UDP ports of a session's tracks: pairs of our own and multicast groups; where our packets go from them, as far as the policy lets us send
/// there; and who may stand in for the camera.
/// </summary>
internal sealed class MediaSockets(BackendContext context, ReceiveTracks tracks, CameraDialogue dialogue, MediaReceiver media)
{
    /// <summary>
    /// Addresses that would stand in for the camera and about which the policy is asked in a session: it costs system calls, and anybody can send.
    /// </summary>
    private const int StandInsAskedMax = 8;

    /// <summary>Datagrams from each port that open the way back: one may be lost.</summary>
    private const int Punches = 2;

    /// <summary>Calls of <see cref="MayStandIn"/>; those beyond <see cref="StandInsAskedMax"/> say no without asking the policy.</summary>
    private int _standInsAsked;

    private TargetPolicy Targets => context.Options.Targets;

    /// <summary>The camera's end of the connection. There are no sockets without a connection.</summary>
    private IPEndPoint Camera => dialogue.Remote!;

    /// <summary>Gives the track a pair of ports. False: none is free on this machine.</summary>
    public bool TryBind(BackendTrack track)
    {
        // Always a pair of our own choosing: two cameras that announce the same SDP port must not share a socket (live555 weakness 10).
        if (!UdpPorts.TryBindPair(null, PortRange.Ephemeral, out Socket? rtp, out Socket? rtcp))
        {
            return false;
        }

        Begin(track, rtp, rtcp, new MediaPeers(PeerAddress.From(Camera)));
        return true;
    }

    /// <summary>The SETUP of a track with a pair of ports was answered: where the media comes from, and where our packets go.</summary>
    public void TakePorts(BackendTrack track, TransportSpec spec)
    {
        PeerAddress sender = SenderOf(spec);
        track.RtpSocket!.Peers!.Name(sender);
        track.RtpSocket.Name(At(sender, AllowedPort(spec.ServerPort?.Rtp)));
        track.RtcpSocket!.Name(At(sender, AllowedPort(spec.ServerPort?.Rtcp)));
    }

    /// <summary>Where a back channel's RTP and RTCP go; empty: the camera did not say, or we must not send there.</summary>
    public (PeerAddress Rtp, PeerAddress Rtcp) TalkPeers(TransportSpec spec)
    {
        PeerAddress sender = SenderOf(spec);
        return (At(sender, AllowedPort(spec.ServerPort?.Rtp)), At(sender, AllowedPort(spec.ServerPort?.Rtcp)));
    }

    /// <summary>With one source in its filter a group's reports go to that source; one that must not be sent to is not one.</summary>
    public MulticastGroup? AllowedGroup(MulticastGroup? group) =>
        group is { Source: { } source } && !MaySendTo(source) ? group with { Source = null } : group;

    /// <summary>The group has ports, and we may send there.</summary>
    public bool IsUsable(MulticastGroup group) =>
        group.Ports.Rtp > 0 && !Targets.RefusesPort(group.Ports.Rtp) && !Targets.RefusesPort(group.Ports.Rtcp);

    /// <summary>
    /// Joins the groups of the tracks that have one (only while they are used: not before PLAY and not during PAUSE; ONVIF Streaming, multicast).
    /// Gives the first group that cannot be joined.
    /// </summary>
    public MulticastGroup? JoinGroups()
    {
        foreach (BackendTrack track in tracks)
        {
            if (track.Group is { } group && track.RtpSocket is null && !TryJoin(track, group))
            {
                return group;
            }
        }

        return null;
    }

    /// <summary>The camera is paused.</summary>
    public void LeaveGroups()
    {
        foreach (BackendTrack track in tracks)
        {
            if (track.Group is not null)
            {
                track.Close();
            }
        }
    }

    /// <summary>
    /// Opens NAT and firewall for the way back: two datagrams of four bytes from both ports, as LIVE555 does (its bytes CE FA ED FE). Not to a group:
    /// no NAT lies on that way, and all its other members would get them.
    /// </summary>
    public void Punch()
    {
        ReadOnlySpan<byte> dummy = [0xCE, 0xFA, 0xED, 0xFE];
        foreach (BackendTrack track in tracks)
        {
            for (int i = 0; i < Punches && track.Group is null; i++)
            {
                _ = track.RtpSocket?.TrySend(dummy);
                _ = track.RtcpSocket?.TrySend(dummy);
            }
        }
    }

    /// <summary>True where RTP of the track from an address that is not the camera's may be taken; says so.</summary>
    public bool MayStandIn(BackendTrack track, in PeerAddress from)
    {
        IPAddress address = from.ToEndPoint().Address;
        if (++_standInsAsked > StandInsAskedMax || !MaySendTo(address))
        {
            return false;
        }

        if (context.Options.StandIns.IsNew(address))
        {
            BackendLog.StandIn(context.Log, context.StreamName, track.Name, address, Camera.Address);
        }

        return true;
    }

    /// <summary>Where reports about a stand-in's RTP go: the second port of its pair (RFC 3550 section 11), as far as we may send there.</summary>
    public PeerAddress ReportsTo(BackendTrack track, in PeerAddress standIn)
    {
        bool isNamedPair = track.RtpSocket!.Named.Port == standIn.Port && track.RtcpSocket!.Named.Port > 0;
        return At(standIn, AllowedPort(isNamedPair ? track.RtcpSocket!.Named.Port : Math.Min(standIn.Port + 1, ushort.MaxValue)));
    }

    /// <summary>The host that an answer names, else the camera.</summary>
    private PeerAddress SenderOf(TransportSpec spec)
    {
        return spec.Source is { } source && IPAddress.TryParse(source, out IPAddress? address)
            && !address.Equals(IPAddress.Any) && !address.Equals(IPAddress.IPv6Any) && MaySendTo(address)
            ? PeerAddress.From(AddressText.OnLinkOf(address, Camera.Address), 0)
            : PeerAddress.From(Camera);
    }

    private static PeerAddress At(in PeerAddress host, int port) => port > 0 ? host.WithPort(port) : default;

    private bool TryJoin(BackendTrack track, MulticastGroup group)
    {
        IPAddress local = dialogue.Local!.Address;
        if (group.TryOpen(group.Ports.Rtp, local, sends: false) is not { } rtp)
        {
            return false;
        }

        if (group.TryOpen(group.Ports.Rtcp, local, sends: true) is not { } rtcp)
        {
            rtp.Dispose();
            return false;
        }

        // RTCP goes to the group, or with one source to that source (RFC 5760: others may not send to such a group).
        Begin(track, rtp, rtcp, null);
        track.RtcpSocket!.Name(PeerAddress.From(group.Source ?? group.Address, group.Ports.Rtcp));
        return true;
    }

    private void Begin(BackendTrack track, Socket rtp, Socket rtcp, MediaPeers? peers)
    {
        Debug.Assert(track.RtpSocket is null && track.RtcpSocket is null, "A track has one pair of ports.");
        SocketSetup.SetTrafficClass(rtp, context.Options.Dscp);
        SocketSetup.SetTrafficClass(rtcp, context.Options.Dscp);
        track.RtpSocket = new BackendMediaSocket(context.Shard, rtp, this, media, track, peers, isRtcp: false, context.Options.Tap);
        track.RtcpSocket = new BackendMediaSocket(context.Shard, rtcp, this, media, track, peers, isRtcp: true, context.Options.Tap);
        track.RtpSocket.Start();
        track.RtcpSocket.Start();
    }

    /// <summary>False for an address that the camera may not send us to: then it counts as not named.</summary>
    private bool MaySendTo(IPAddress address) => !Targets.Refuses(address, Camera.Address);

    /// <summary>0 for a port that the camera may not send us to: then reports go to where its own come from.</summary>
    private int AllowedPort(int? port) => port is not { } named || Targets.RefusesPort(named) ? 0 : named;
}
