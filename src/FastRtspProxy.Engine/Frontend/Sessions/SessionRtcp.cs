using FastRtspProxy.Protocol.Rtcp;

namespace FastRtspProxy.Engine.Frontend;

/// <summary>RTCP that a session sends of its own, apart from the reports in its media: the way each track has settled on.</summary>
internal static class SessionRtcp
{
    /// <summary>CNAME of the packets that we send in our own name.</summary>
    private const string Cname = "FastRtspProxy";

    /// <summary>A report without blocks, the name and the BYE.</summary>
    public const int ByeBytesMax = 128;

    /// <summary>True when a packet with that SSRC may be one that was sent to this client; null: not known, so it may.</summary>
    public static bool IsOurs(Session session, uint? ssrc)
    {
        for (int i = 0; i < session.Tracks.Count; i++)
        {
            if (ssrc is null || session.Replay is not null || session.Tracks[i].Track.Ssrc == ssrc)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Tells the client that every track of the session has ended (RFC 3550, 6.6), with the reason in words.</summary>
    public static void SendBye(Session session, SessionEnd cause) => SendBye(session, session.Tracks, ReasonOf(cause));

    /// <summary>The reason in words.</summary>
    public static string ReasonOf(SessionEnd cause) => cause switch
    {
        SessionEnd.Expired => "session timed out",
        SessionEnd.Stopping => "server is stopping",
        SessionEnd.Revoked => "access was revoked",
        SessionEnd.Kicked => "ended by the operator",
        _ => "stream ended",
    };

    /// <summary>The same of some of its tracks, for a reason of its own.</summary>
    public static void SendBye(Session session, IReadOnlyList<SessionTrack> tracks, string reason)
    {
        Span<byte> compound = stackalloc byte[ByeBytesMax];
        foreach (SessionTrack track in tracks)
        {
            uint? source = session.Replay is { } seat ? seat.SourceOf(track.Track.Index) : track.Track.Ssrc;
            if (track.Track.IsBack)
            {
                track.Talker?.SayBye(reason);
            }
            else if (source is { } ssrc)
            {
                Send(track, compound[..WriteBye(compound, ssrc, reason)]);
            }
        }
    }

    /// <summary>Says what came of a source, with our name; how many bytes it takes.</summary>
    public static int WriteReport(Span<byte> compound, uint ssrc, RtcpReportBlock block)
    {
        int bytes = RtcpWriter.WriteReceiverReport(compound, ssrc, [block]);
        return bytes + RtcpWriter.WriteSdesCname(compound[bytes..], ssrc, Cname);
    }

    /// <summary>Says that a source has ended; how many bytes it takes.</summary>
    public static int WriteBye(Span<byte> compound, uint ssrc, string reason)
    {
        int bytes = RtcpWriter.WriteReceiverReport(compound, ssrc);
        bytes += RtcpWriter.WriteSdesCname(compound[bytes..], ssrc, Cname);
        return bytes + RtcpWriter.WriteBye(compound[bytes..], ssrc, reason);
    }

    /// <summary>
    /// Sends a compound packet; nothing goes to a client that takes the payload alone, whose connection is gone, or who listens to a group with
    /// others.
    /// </summary>
    public static void Send(SessionTrack track, ReadOnlySpan<byte> compound)
    {
        if (track.IsRaw || track.Group is not null)
        {
            return;
        }

        if (track.IsInterleaved)
        {
            track.Session.Carrier?.Channels.Send(track.RtcpChannel, compound);
        }
        else
        {
            _ = track.Session.Home.Media?.SendRtcp(compound, track.Rtcp, track.Source);
        }
    }
}
