using System.Net;
using FastRtspProxy.Engine.Access;
using FastRtspProxy.Net;
using FastRtspProxy.Protocol.Rtcp;
using FastRtspProxy.Protocol.Rtp;

namespace FastRtspProxy.Engine.Frontend;

/// <summary>
/// A back channel that a session has set up. It talks as soon as RTP comes while the session plays: players that set it up in every session and stay
/// silent take nobody's place. On the session's shard.
/// </summary>
internal sealed class Talker
{
    private readonly Session _session;
    private readonly ITalkDesk _desk;
    private readonly MountTrack _track;

    /// <summary>Mutable struct, never copied.</summary>
    private TalkRate _rate;

    /// <summary>Its session or its right has ended. Never false again.</summary>
    private bool _isOver;

    /// <summary>A packet of it went to the desk, and it has not said that it ended.</summary>
    private bool _hasSent;

    /// <summary>The newest packet from a port that it did not announce.</summary>
    private (PeerAddress From, TalkTrace Trace) _elsewhere;

    /// <summary>What it is told; null: it has never talked, or was told that it is over.</summary>
    private TalkReports? _reports;

    /// <param name="session">Whose.</param>
    /// <param name="desk">The mount's; it hears which back channel is set up.</param>
    /// <param name="track">The back channel.</param>
    public Talker(Session session, ITalkDesk desk, MountTrack track)
    {
        _session = session;
        _desk = desk;
        _track = track;
        Grant = session.Grant;
        desk.Prefer(Section);
    }

    /// <summary>Which of the camera's back channels, from 0.</summary>
    public int Section => _track.Index - _session.Description.Tracks.Length;

    public Shard Shard => _session.Shard;

    /// <summary>Who it is, for messages.</summary>
    public IPAddress Address => _session.ClientAddress;

    /// <summary>The id that the API has for its session.</summary>
    public string ViewerId => _session.Watcher.Id;

    /// <summary>Who logged in; null: nobody.</summary>
    public string? User => Grant.User;

    /// <summary>What it may talk by: of the connection that set the channel up, which may know more than the session's first SETUP.</summary>
    public SessionGrant Grant { get; set; }

    /// <summary>A packet came from a port that it did not announce. True: it goes on from the one before.</summary>
    public bool GoesOn(in RtpPacketView packet, in PeerAddress from)
    {
        TalkTrace next = TalkTrace.Of(packet);
        bool goesOn = _elsewhere.From.Equals(from) && _elsewhere.Trace.IsContinuedBy(next);
        _elsewhere = (from, next);
        return goesOn;
    }

    /// <summary>A packet came on its channel, or from its port.</summary>
    public void OnRtp(ReadOnlySpan<byte> packet)
    {
        if (_isOver || _session.State != SessionState.Playing)
        {
            return;
        }

        if (!_rate.TryTake(packet.Length, _session.Shard.NowMicros))
        {
            _desk.CountDropped(this);
            return;
        }

        _hasSent = true;
        if (RtpPacketView.TryParse(packet, out RtpPacketView view, out _))
        {
            (_reports ??= new TalkReports(_session, _track.Index, _track.ClockRate, view.Ssrc)).OnRtp(view);
        }

        _desk.Send(this, packet);
    }

    /// <summary>It reports of what it sends; where it says that it has ended, its place is free at once.</summary>
    public void OnRtcp(in RtcpPacketView packet)
    {
        if (_reports is { } reports && reports.OnRtcp(packet) && _hasSent)
        {
            _hasSent = false;
            _desk.Leave(this);
        }
    }

    /// <summary>Its back channel ends, and not by its own wish: if it ever talked, it is told.</summary>
    public void SayBye(string reason)
    {
        _reports?.SayBye(reason);
        _reports = null;
    }

    /// <summary>It sends no more: its session has ended, or its right.</summary>
    public void End()
    {
        if (!_isOver && _hasSent)
        {
            _desk.Leave(this);
        }

        _isOver = true;
        _reports?.Stop();
        _reports = null;
    }
}
