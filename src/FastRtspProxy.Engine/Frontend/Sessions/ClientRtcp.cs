using FastRtspProxy.Protocol.Rtcp;

namespace FastRtspProxy.Engine.Frontend;

/// <summary>Reads what clients report. Nothing of it goes to the camera but the wish for a key frame, and that a talker has ended.</summary>
internal static class ClientRtcp
{
    /// <summary>Reads a compound and notes its report blocks with the session's tracks. False: no RTCP.</summary>
    public static bool TryRead(ReadOnlySpan<byte> compound, Session session)
    {
        RtcpCompoundReader reader = new(compound);
        bool any = false;
        while (reader.MoveNext(out RtcpPacketView packet))
        {
            any = true;
            for (int i = 0; i < packet.ReportBlockCount; i++)
            {
                Note(packet.ReportBlock(i), session);
            }

            if (packet.Type == RtcpPacketType.PayloadFeedback)
            {
                PassOn(packet, session);
            }
            else if (packet.Type is RtcpPacketType.SenderReport or RtcpPacketType.Bye)
            {
                TellTalkers(packet, session);
            }
        }

        return any && !reader.Malformed;
    }

    /// <summary>True when the first packet is one that a client sends.</summary>
    /// <param name="compound">The datagram.</param>
    /// <param name="isOfSender">It is a sender report.</param>
    public static bool IsRtcp(ReadOnlySpan<byte> compound, out bool isOfSender)
    {
        RtcpCompoundReader reader = new(compound);
        bool isRtcp = reader.MoveNext(out RtcpPacketView first);
        isOfSender = isRtcp && first.Type == RtcpPacketType.SenderReport;
        return isRtcp;
    }

    /// <summary>True when a report block is about that source.</summary>
    public static bool Reports(ReadOnlySpan<byte> compound, uint ssrc)
    {
        RtcpCompoundReader reader = new(compound);
        while (reader.MoveNext(out RtcpPacketView packet))
        {
            for (int i = 0; i < packet.ReportBlockCount; i++)
            {
                if (packet.ReportBlock(i).Ssrc == ssrc)
                {
                    return true;
                }
            }
        }

        return false;
    }

    private static void PassOn(in RtcpPacketView request, Session session)
    {
        foreach (SessionTrack track in session.Tracks)
        {
            if (request.AsksForKeyFrame(track.Track.Ssrc))
            {
                session.Media.OnKeyFrameWanted();
                return;
            }
        }
    }

    private static void TellTalkers(in RtcpPacketView packet, Session session)
    {
        foreach (SessionTrack track in session.Tracks)
        {
            track.Talker?.OnRtcp(packet);
        }
    }

    private static void Note(in RtcpReportBlock block, Session session)
    {
        foreach (SessionTrack track in session.Tracks)
        {
            if (track.Track.Ssrc == block.Ssrc)
            {
                track.Report.Note(block);
                if (track.Report.LostOnTheWay > track.Report.Counted)
                {
                    session.Mount.Counters.On(session.Shard.Index).CountReportedLost(track.Report.LostOnTheWay - track.Report.Counted);
                    track.Report.Counted = track.Report.LostOnTheWay;
                }

                return;
            }
        }
    }
}
