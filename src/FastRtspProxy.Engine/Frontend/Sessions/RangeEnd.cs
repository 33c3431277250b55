using FastRtspProxy.Engine.Delivery;
using FastRtspProxy.Net;

namespace FastRtspProxy.Engine.Frontend;

/// <summary>
/// Ends what a PLAY has started at the end of the range that it asked for: with a BYE, and what it started is as after a PAUSE (RFC 2326 section
/// 10.5). Other tracks of the session, which another PLAY has started, have their own end, or none. On the session's shard.
/// </summary>
internal sealed class RangeEnd
{
    /// <summary>How often it is looked whether a viewer has got what of its range lies in the past.</summary>
    private static readonly TimeSpan s_look = TimeSpan.FromMilliseconds(100);

    private readonly Session _session;
    private readonly ShardTimer _timer;

    /// <param name="session">Whose.</param>
    /// <param name="viewer">What the PLAY has started.</param>
    /// <param name="tracks">The same, as tracks.</param>
    /// <param name="endMicros">The end, on the shards' clock; it may lie in the past.</param>
    /// <param name="to">The same as the client said it.</param>
    public RangeEnd(Session session, Viewer viewer, IReadOnlyList<SessionTrack> tracks, long endMicros, DateTimeOffset? to)
    {
        _session = session;
        Viewer = viewer;
        Tracks = tracks;
        To = to;
        _timer = session.Shard.CreateTimer(OnDue);
        TimeSpan rest = TimeSpan.FromMicroseconds(endMicros - session.Shard.NowMicros);
        _timer.Start(rest > s_look ? rest : s_look);
    }

    /// <summary>Who gets no more then.</summary>
    public Viewer Viewer { get; }

    /// <summary>What is not sent any more then.</summary>
    public IReadOnlyList<SessionTrack> Tracks { get; }

    /// <summary>The end, for answers.</summary>
    public DateTimeOffset? To { get; }

    /// <summary>The session plays no longer, or something else.</summary>
    public void Stop() => _timer.Stop();

    private void OnDue()
    {
        if (_session.State is not (SessionState.Playing or SessionState.Starting))
        {
            return;
        }

        if (_session.State == SessionState.Starting || !_session.Media.IsOver(Viewer))
        {
            _timer.Start(s_look);
            return;
        }

        _session.Media.End(this);
    }
}
