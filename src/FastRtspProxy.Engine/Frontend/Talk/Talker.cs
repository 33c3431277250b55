using System.Net;
using FastRtspProxy.Engine.Access;
using FastRtspProxy.Net;

namespace FastRtspProxy.Engine.Frontend;

/// <summary>
/// A back channel that a session has set up. It talks as soon as RTP comes while the session plays: players that set it up in every session and stay
/// silent take nobody's place. On the session's shard.
/// </summary>
internal sealed class Talker
{
    private readonly Session _session;
    private readonly ITalkDesk _desk;

    /// <summary>Mutable struct, never copied.</summary>
    private TalkRate _rate;

    /// <summary>Its session or its right has ended. Never false again.</summary>
    private bool _isOver;

    /// <summary>A packet of it went to the desk.</summary>
    private bool _hasSent;

    /// <param name="session">Whose.</param>
    /// <param name="desk">The mount's; it hears which back channel is set up.</param>
    /// <param name="section">Which of the camera's back channels, from 0.</param>
    public Talker(Session session, ITalkDesk desk, int section)
    {
        _session = session;
        _desk = desk;
        Section = section;
        Grant = session.Grant;
        desk.Prefer(section);
    }

    /// <summary>Which of the camera's back channels.</summary>
    public int Section { get; }

    public Shard Shard => _session.Shard;

    /// <summary>Who it is, for messages.</summary>
    public IPAddress Address => _session.ClientAddress;

    /// <summary>The id that the API has for its session.</summary>
    public string ViewerId => _session.Watcher.Id;

    /// <summary>Who logged in; null: nobody.</summary>
    public string? User => Grant.User;

    /// <summary>What it may talk by: of the connection that set the channel up, which may know more than the session's first SETUP.</summary>
    public SessionGrant Grant { get; set; }

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
        _desk.Send(this, packet);
    }

    /// <summary>It sends no more: its session has ended, or its right.</summary>
    public void End()
    {
        if (!_isOver && _hasSent)
        {
            _desk.Leave(this);
        }

        _isOver = true;
    }
}
