using System.Net;
using FastRtspProxy.Net;

namespace FastRtspProxy.Engine.Frontend;

/// <summary>
/// A connection as its sessions know it: its stream, its channels, and who else lives with it. The connection asks and tells its sessions through
/// this, and hears of one thing only: that what they are to it has changed. On the connection's shard.
/// </summary>
internal sealed class SessionCarrier(ControlStream stream, Action changed)
{
    /// <summary>Those that were made on the connection and have not ended; at most <see cref="FrontendLimits.SessionsPerConnectionMax"/>.</summary>
    private readonly List<Session> _sessions = [];

    /// <summary>The id of the session that we ended last; null: its player has torn it down since, or we ended none.</summary>
    private string? _endedByUs;

    public ControlStream Stream => stream;

    /// <summary>A seat at a recorder that was taken by a DESCRIBE here, and by no SETUP so far; null: there is none.</summary>
    public ReplaySeat? Seat { get; private set; }

    /// <inheritdoc cref="ClientChannels"/>
    public ClientChannels Channels { get; } = new(stream);

    /// <summary>The client's address.</summary>
    public IPAddress RemoteAddress => stream.Remote.Address;

    /// <summary>How many sessions live with the connection.</summary>
    public int Count => _sessions.Count;

    /// <summary>What a request says in its body may be for a recorder.</summary>
    public bool KeepsBodies
    {
        get
        {
            foreach (Session session in _sessions)
            {
                if (session.Replay is not null)
                {
                    return true;
                }
            }

            return false;
        }
    }

    /// <summary>One of them was played at least once.</summary>
    public bool WasPlayed
    {
        get
        {
            foreach (Session session in _sessions)
            {
                if (session.WasPlayed)
                {
                    return true;
                }
            }

            return false;
        }
    }

    /// <summary>One of them plays now.</summary>
    public bool IsPlaying
    {
        get
        {
            foreach (Session session in _sessions)
            {
                if (session.State == SessionState.Playing)
                {
                    return true;
                }
            }

            return false;
        }
    }

    /// <summary>What its sessions weigh on a shard, those that pause included; 0: it has none.</summary>
    public long Weight
    {
        get
        {
            long weight = 0;
            foreach (Session session in _sessions)
            {
                weight += ShardPlacement.WeightOf(session.Mount.BitsPerSecond);
            }

            return weight;
        }
    }

    /// <summary>False: it has as many sessions as it may have, and <paramref name="makesRoom"/> is null or one that can go for another.</summary>
    public bool HasRoom(long nowMicros, out Session? makesRoom)
    {
        makesRoom = null;
        if (_sessions.Count < FrontendLimits.SessionsPerConnectionMax)
        {
            return true;
        }

        foreach (Session session in _sessions)
        {
            bool canGo = session.IsWaiting && nowMicros - session.BegunMicros >= (long)SessionPlaces.Grace.TotalMicroseconds;
            if (canGo && (makesRoom is null || session.BegunMicros < makesRoom.BegunMicros))
            {
                makesRoom = session;
            }
        }

        return false;
    }

    /// <summary>The session lives with this connection from now on: any request here is a sign of its life.</summary>
    public void Add(Session session) => _sessions.Add(session);

    /// <summary>A new seat is the connection's; one that was not used gives way to it.</summary>
    public void Keep(ReplaySeat? seat)
    {
        ReplaySeat? old = Seat;
        Seat = seat;
        old?.Shard.Run(old.Close); // the connection may have moved since
    }

    /// <summary>The seat is closed, or a session's.</summary>
    public void Forget(ReplaySeat seat) => Seat = Seat == seat ? null : Seat;

    /// <summary>A session was played for the first time.</summary>
    public void OnPlayed() => changed();

    /// <summary>A session has ended.</summary>
    public void Remove(Session session)
    {
        _sessions.Remove(session);
        if (session.EndCause is not (SessionEnd.Teardown or SessionEnd.ConnectionClosed))
        {
            _endedByUs = session.Id;
        }

        changed();
    }

    /// <summary>
    /// True once for the session that we ended last: a player that was told BYE tears down all the same, and has done nothing wrong.
    /// </summary>
    public bool TakeEnded(string id)
    {
        bool was = _endedByUs == id;
        _endedByUs = was ? null : _endedByUs;
        return was;
    }

    /// <summary>Any byte on the connection is a sign of life of what is interleaved in it.</summary>
    public void OnHeard()
    {
        foreach (Session session in _sessions)
        {
            if (session.IsInterleaved)
            {
                session.Touch();
            }
        }
    }

    /// <summary>Any request, with or without a Session header, is a sign of life of every session of the connection.</summary>
    public void OnRequest()
    {
        foreach (Session session in _sessions)
        {
            session.Touch();
        }
    }

    /// <summary>The connection was closed: its sessions end, or live on without it.</summary>
    public void OnClosed()
    {
        foreach (Session session in _sessions.ToArray())
        {
            session.OnConnectionClosed();
        }

        _sessions.Clear();
        Keep(null);
    }
}
