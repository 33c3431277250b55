using System.Net;
using FastRtspProxy.Net;
using FastRtspProxy.Protocol.Rtsp;

namespace FastRtspProxy.Engine.Frontend;

/// <summary>What becomes of a transport that was chosen for a track: the track of the session, and the answer.</summary>
internal static class TrackSetup
{
    /// <summary>A transport stream over UDP without RTP, as set-top boxes ask for it.</summary>
    public static bool IsRaw(TransportSpec spec) => spec.Profile is "RAW/RAW/UDP" or "MP2T/H2221/UDP";

    /// <summary>The client would send, not receive.</summary>
    public static bool IsRecord(TransportSpec spec) => spec.Mode is { } mode && !mode.Equals("PLAY", StringComparison.OrdinalIgnoreCase);

    /// <summary>The track as the session will have it. Null: the group that the client was to be told of is not the stream's any more.</summary>
    public static SessionTrack? Make(
        FrontendServer frontend, Session session, MountTrack track, ClientConnection connection, TransportSpec spec)
    {
        SessionTrack? made = MakeWay(frontend, session, track, connection, spec);
        if (made?.Talker is { } talker)
        {
            talker.Grant = connection.Auth.Grant;
        }

        return made;
    }

    private static SessionTrack? MakeWay(FrontendServer frontend, Session session, MountTrack track, ClientConnection connection, TransportSpec spec)
    {
        if (spec.Multicast)
        {
            return frontend.ViewerGroups.SeatOf(session.Mount, spec, track) is { } seat ? new SessionTrack(session, track) { Group = seat } : null;
        }

        if (spec.Interleaved is { } channels)
        {
            return new SessionTrack(session, track) { IsInterleaved = true, RtpChannel = channels.Rtp, RtcpChannel = channels.Rtcp };
        }

        // Only ever to the peer itself: a destination in the request would let anybody aim our media at anybody.
        PortPair ports = spec.ClientPort!.Value;
        return new SessionTrack(session, track)
        {
            Rtp = PeerAddress.From(connection.RemoteAddress, ports.Rtp),
            Rtcp = PeerAddress.From(connection.RemoteAddress, IsRaw(spec) ? ports.Rtp : ports.Rtcp),
            HasOnePort = ports.Rtp == ports.Rtcp,
            IsRaw = IsRaw(spec),
            Source = SourceAddress.ToName(connection.Local.Address, connection.RemoteAddress, frontend.Options.BindAddress),
        };
    }

    /// <summary>What the client is told.</summary>
    public static TransportSpec Answer(ClientConnection connection, Session session, MountTrack track, TransportSpec spec)
    {
        if (spec.Multicast)
        {
            return spec with { Ssrc = track.Ssrc };
        }

        IPAddress local = connection.Local.Address;
        TransportSpec answer = spec with
        {
            Destination = AddressText.ForPeer(connection.RemoteAddress),
            Source = AddressText.ForPeer(local),
            Ssrc = IsRaw(spec) || track.IsBack || session.Replay is not null ? null : track.Ssrc,
        };
        int port = session.Home.Media?.RtpPort ?? 0;
        return spec.Tcp ? answer : answer with { ServerPort = new PortPair(port, IsRaw(spec) ? 0 : port + 1) };
    }
}
