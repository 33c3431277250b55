using FastRtspProxy.Net;
using FastRtspProxy.Protocol.Rtp;

namespace FastRtspProxy.Engine.Frontend;

/// <summary>
/// Where RTP goes, on one shard, and what comes from there: by (address, port), which one session holds (<see cref="UdpAddresses"/>). Players send a
/// datagram to our RTP port, a punch, to open the way through a NAT or a firewall. A punch from an address that nobody announced comes through a NAT
/// that changes ports; RTP then goes there instead of the announced port, where nothing would ever arrive. That is decided once for each track, and
/// only where it cannot be anybody else's: the punch comes from the session's own host, exactly one session of that host has tracks that no punch has
/// come for, and no session uses the address. Once the session has played, its media may well arrive, so there it takes evidence of a NAT too
/// (<see cref="SessionPorts.IsBehindNat"/>). Punch and evidence come in any order, so the last punches of a host are remembered for a while
/// (<see cref="UnpunchedHost"/>). The same holds for what a talker sends (<see cref="SilentTalkers"/>), but for the remembering: its next packet
/// comes in a moment. What may be either is talk when the next one goes on from it, and a punch when none does for a second
/// (<see cref="RememberedPunch"/>).
/// </summary>
internal sealed class RtpDirectory(UdpAddresses addresses)
{
    private readonly Dictionary<PeerAddress, SessionTrack> _byAddress = [];

    /// <summary>By host (port 0): those that have tracks of which no punch has come.</summary>
    private readonly Dictionary<PeerAddress, UnpunchedHost> _unpunched = [];

    /// <inheritdoc cref="SilentTalkers"/>
    private readonly SilentTalkers _silent = new();

    public void Add(SessionTrack track)
    {
        _byAddress[track.Rtp] = track;
        if (track.Track.IsBack)
        {
            _silent.Add(track);
            return; // who may stay silent on it for ever is not waited for: the host's other sessions could not be told from it
        }

        PeerAddress host = track.Rtp.WithPort(0);
        if (!_unpunched.TryGetValue(host, out UnpunchedHost? unpunched))
        {
            _unpunched[host] = unpunched = new UnpunchedHost();
        }

        unpunched.Tracks.Add(track);
    }

    /// <summary>After the track was taken from the list of its session, or its session has ended.</summary>
    public void Remove(SessionTrack track)
    {
        _silent.Remove(track);
        if (_byAddress.TryGetValue(track.Rtp, out SessionTrack? owner) && owner == track)
        {
            _byAddress.Remove(track.Rtp);
            foreach (SessionTrack other in track.Session.Tracks)
            {
                if (other.IsListed && other.Rtp.Equals(track.Rtp))
                {
                    _byAddress[track.Rtp] = other;
                }
            }
        }

        if (!_unpunched.TryGetValue(track.Rtp.WithPort(0), out UnpunchedHost? host) || !host.Tracks.Contains(track))
        {
            return;
        }

        // While two sessions could have sent the remembered punches, nobody knew which one did. Now one of them goes, and the punches may have been
        // its own: they must not be taken for those of the other.
        if (host.OnlySession is null)
        {
            host.ForgetPunches();
        }

        StopWaiting(track);
    }

    /// <summary>A datagram on the shard's RTP port. Gives the talker whose media it may be; null: nothing that others send there is media.</summary>
    public Talker? OnPunch(ReadOnlySpan<byte> data, in PeerAddress from)
    {
        if (_byAddress.TryGetValue(from, out SessionTrack? track))
        {
            track.Session.Touch();
            if (!track.IsPunched)
            {
                OnAnnouncedPortPunched(track);
            }

            return track.Talker ?? TalkerAt(track, from) ?? OnTalk(data, from, track.Session);
        }
        else if (_silent.MayBeTalk(data, from, out RtpPacketView packet))
        {
            Talker? talker = OnTalk(data, from, null);
            if (talker is null)
            {
                Doubt(packet, from);
            }

            return talker;
        }
        else if (_unpunched.TryGetValue(from.WithPort(0), out UnpunchedHost? host) && !host.IsTalk(from))
        {
            // Behind one that may be a punch it waits: their order tells the tracks apart.
            long now = host.Tracks[0].Session.Shard.NowMicros;
            if (host.AreDoubtful(now) || !TryLatch(host, from))
            {
                host.Remember(from, now);
            }
        }

        return null;
    }

    /// <summary>
    /// The client's host says that nobody listens where RTP goes: the client has gone, or a NAT has another port for it. A packet that is quoted must
    /// be ours: whoever made the answer up does not know its SSRC.
    /// </summary>
    public void OnPortClosed(in PeerAddress port, uint? ssrc)
    {
        if (_byAddress.TryGetValue(port, out SessionTrack? track) && SessionRtcp.IsOurs(track.Session, ssrc))
        {
            track.Session.OnRtpPortClosed(port);
            OnEvidence(track.Session);
        }
    }

    /// <summary>
    /// Something has shown that the session's client is behind a NAT: the punches that its host has sent lately may be its own, so they are looked at
    /// again.
    /// </summary>
    public void OnEvidence(Session session)
    {
        foreach (SessionTrack track in session.Tracks)
        {
            if (track.IsListed && _unpunched.TryGetValue(track.Rtp.WithPort(0), out UnpunchedHost? host))
            {
                TryRemembered(host);
                return; // all of a session are of one host
            }
        }
    }

    /// <summary>
    /// Which of a session's tracks a punch is for: the one whose RTCP comes from the next port, else the first that was set up, for players punch in
    /// that order. GStreamer's punch in any order: of several tracks of theirs none is, or sound and pictures would change places. Nothing comes
    /// then, and they take TCP.
    /// </summary>
    private static SessionTrack? Choose(UnpunchedHost host, Session session, in PeerAddress from)
    {
        bool isInOrder = session.Player != PlayerKind.GStreamer || host.Tracks.Count == 1;
        SessionTrack? first = null;
        foreach (SessionTrack track in host.Tracks)
        {
            if (track.IsLatched && track.Rtcp.Port == from.Port + 1)
            {
                first = track;
                break;
            }

            first ??= isInOrder ? track : null;
        }

        foreach (SessionTrack track in session.Tracks)
        {
            // The session's own RTCP port, unless the player has but one port for both.
            if (track.IsListed && track.Rtcp.Equals(from))
            {
                return track.HasOnePort && host.Tracks.Contains(track) ? track : null;
            }
        }

        return first;
    }

    /// <summary>A player with one port for several tracks talks from there too.</summary>
    private static Talker? TalkerAt(SessionTrack track, in PeerAddress from)
    {
        for (int i = 0; i < track.Session.Tracks.Count; i++)
        {
            SessionTrack other = track.Session.Tracks[i];
            if (other.Talker is { } talker && other.Rtp.Equals(from))
            {
                return talker;
            }
        }

        return null;
    }

    /// <summary>What a talker sends from a port that it did not announce: its own from now on, where it can be nobody else's.</summary>
    /// <param name="data">What it sent.</param>
    /// <param name="from">The port.</param>
    /// <param name="holder">The session that has the port for something else; null: nobody has it.</param>
    private Talker? OnTalk(ReadOnlySpan<byte> data, in PeerAddress from, Session? holder)
    {
        if (_silent.Choose(data, from, holder) is not { } chosen || !addresses.TryHold(from, chosen.Session))
        {
            return null;
        }

        MoveAll(chosen.Session, chosen.Rtp, from);
        return chosen.Talker;
    }

    /// <summary>
    /// A punch, or talk: at once it is neither, for a punch would take a track's media to where somebody talks from, and without one a track behind
    /// a NAT never comes.
    /// </summary>
    private void Doubt(in RtpPacketView packet, in PeerAddress from)
    {
        if (!_unpunched.TryGetValue(from.WithPort(0), out UnpunchedHost? host))
        {
            return;
        }

        Shard shard = host.Tracks[0].Session.Shard;
        host.RememberDoubtful(from, TalkTrace.Of(packet), shard.NowMicros);
        host.Doubts ??= shard.CreateTimer(() => OnDoubtOver(host, shard));
        if (!host.Doubts.IsRunning)
        {
            host.Doubts.Start(RememberedPunch.Patience);
        }
    }

    private void OnDoubtOver(UnpunchedHost host, Shard shard)
    {
        TryRemembered(host);
        if (host.Tracks.Count > 0 && host.AreDoubtful(shard.NowMicros))
        {
            host.Doubts!.Start(RememberedPunch.Patience);
        }
    }

    /// <summary>RTP of all tracks that the player wants at an announced port goes elsewhere from now on, and is expected from there.</summary>
    private void MoveAll(Session session, PeerAddress announced, in PeerAddress from)
    {
        _byAddress.Remove(announced);
        foreach (SessionTrack track in session.Tracks)
        {
            if (track.IsListed && track.Rtp.Equals(announced))
            {
                track.IsPunched = true;
                StopWaiting(track);
                session.Media.MoveRtp(track, from);
                _byAddress[from] = track;
            }
        }

        session.Touch();
    }

    private void OnAnnouncedPortPunched(SessionTrack punched)
    {
        foreach (SessionTrack track in punched.Session.Tracks)
        {
            if (track.IsListed && track.Rtp.Equals(punched.Rtp))
            {
                track.IsPunched = true;
                StopWaiting(track);
            }
        }

        if (!_unpunched.TryGetValue(punched.Rtp.WithPort(0), out UnpunchedHost? host))
        {
            return;
        }

        TryRemembered(host); // one session less waits for a punch: perhaps just one is left that the remembered punches can be of
    }

    private void TryRemembered(UnpunchedHost host)
    {
        if (host.OnlySession is not { } session)
        {
            return;
        }

        host.ForgetOld(session.Shard.NowMicros);
        for (int i = 0; i < host.PunchCount && host.Tracks.Count > 0;)
        {
            RememberedPunch punch = host.PunchAt(i);
            if (punch.IsDoubtful(session.Shard.NowMicros) && !_byAddress.ContainsKey(punch.From))
            {
                return; // those behind it wait with it
            }

            bool mayBe = punch.IsPunch(session.Shard.NowMicros) && (punch.Doubt == PunchDoubt.None || _silent.AreOf(session, punch.From));
            if (_byAddress.ContainsKey(punch.From) || (mayBe && TryLatch(host, punch.From, isBeforePlay: punch.BeforePlay == session)))
            {
                host.RemovePunch(i);
            }
            else
            {
                i++;
            }
        }
    }

    /// <param name="host">Its own.</param>
    /// <param name="from">Where a punch came from.</param>
    /// <param name="isBeforePlay">It came before the session first played, for which it takes no evidence.</param>
    private bool TryLatch(UnpunchedHost host, in PeerAddress from, bool isBeforePlay = false)
    {
        if (host.OnlySession is not { } session || (session.WasPlayed && !isBeforePlay && !session.Ports.IsBehindNat)
            || Choose(host, session, from) is not { } chosen || !addresses.TryHold(from, session))
        {
            return false;
        }

        MoveAll(session, chosen.Rtp, from);
        return true;
    }

    private void StopWaiting(SessionTrack track)
    {
        _silent.Remove(track);
        PeerAddress at = track.Rtp.WithPort(0);
        if (_unpunched.TryGetValue(at, out UnpunchedHost? host) && host.Tracks.Remove(track) && host.Tracks.Count == 0)
        {
            _unpunched.Remove(at);
        }
    }
}
