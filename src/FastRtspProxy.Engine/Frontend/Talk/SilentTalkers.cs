using FastRtspProxy.Net;
using FastRtspProxy.Protocol.Rtp;

namespace FastRtspProxy.Engine.Frontend;

/// <summary>
/// On one shard, the back channels over UDP that nothing has come for from the port that was announced, by host. What a talker behind a NAT sends
/// comes from another one, and is taken for its session's by the rules of a punch (<see cref="RtpDirectory"/>): the session's own host, exactly one
/// session there has such a back channel, and, once it has played, there is evidence of a NAT.
/// </summary>
internal sealed class SilentTalkers
{
    private readonly WaitingTracks _tracks = new();

    public void Add(SessionTrack track) => _tracks.Add(track.Rtp, track);

    /// <summary>Idempotent; also for tracks that are no back channels.</summary>
    public void Remove(SessionTrack track)
    {
        if (track.Track.IsBack)
        {
            _tracks.Remove(track.Rtp, track);
        }
    }

    /// <summary>True for what may be a talker's: RTP with something in it, from a host that has a silent back channel.</summary>
    public bool MayBeTalk(ReadOnlySpan<byte> data, in PeerAddress from, out RtpPacketView packet)
    {
        packet = default;
        return _tracks.OfHost(from) is not null && TryRead(data, out packet);
    }

    /// <summary>True where no other session of that host has a silent back channel.</summary>
    public bool AreOf(Session session, in PeerAddress from) =>
        _tracks.OfHost(from) is null || _tracks.OfOneSession(from) is [{ Session: var only }, ..] && only == session;

    /// <summary>The back channel that it is for; null: that cannot be told, or there is no evidence of a NAT.</summary>
    /// <param name="data">As it came.</param>
    /// <param name="from">From there.</param>
    /// <param name="holder">The session that has that port for something else, which is evidence enough; null: nobody has it.</param>
    public SessionTrack? Choose(ReadOnlySpan<byte> data, in PeerAddress from, Session? holder)
    {
        List<SessionTrack>? tracks = holder is null ? _tracks.OfOneSession(from) : _tracks.OfHost(from);
        if (tracks is null || !TryRead(data, out RtpPacketView packet))
        {
            return null;
        }

        SessionTrack? chosen = null;
        foreach (SessionTrack track in tracks)
        {
            if (holder is null || track.Session == holder)
            {
                chosen = chosen is null || track.Track.PayloadType == packet.PayloadType ? track : chosen;
            }
        }

        return chosen is { Session: var session, Talker: { } talker } && talker.GoesOn(packet, from)
            && (holder == session || !session.WasPlayed || session.Ports.SendsThroughNat)
            ? chosen
            : null;
    }

    /// <summary>Players punch with RTP that has nothing in it; the types of RTCP that shares a port are no media (RFC 5761 section 4).</summary>
    private static bool TryRead(ReadOnlySpan<byte> data, out RtpPacketView packet) =>
        RtpPacketView.TryParse(data, out packet, out _) && !packet.Payload.IsEmpty && packet.PayloadType is < 64 or > 95;
}
