using FastRtspProxy.Net;

namespace FastRtspProxy.Engine.Frontend;

/// <summary>
/// Sessions and connections whose time is up, and sessions of what a stream was before, a few a turn: an end sends answers and reports, frees
/// sockets and writes a line, some 50 µs, and a crowd that went silent together has its ends together. Whoever was heard meanwhile stays. On the
/// shard.
/// </summary>
internal sealed class DueEndings(Shard shard, long sessionTimeoutMicros) : TurnWork
{
    /// <summary>A millisecond or so of a turn.</summary>
    public const int PerTurnMax = 16;

    private readonly Queue<Session> _sessions = new();
    private readonly Queue<ClientConnection> _connections = new();

    /// <summary>True when nobody waits for an end.</summary>
    public bool IsEmpty => _sessions.Count == 0 && _connections.Count == 0;

    public void Add(Session session)
    {
        _sessions.Enqueue(session);
        shard.QueueAgain(this);
    }

    public void Add(ClientConnection connection)
    {
        _connections.Enqueue(connection);
        shard.QueueAgain(this);
    }

    /// <inheritdoc/>
    protected internal override void RunTurn()
    {
        try
        {
            long now = shard.NowMicros;
            for (int i = 0; i < PerTurnMax && !IsEmpty; i++)
            {
                EndNext(now);
            }
        }
        finally
        {
            // When an end fails, the others still have theirs in the next turn.
            if (!IsEmpty)
            {
                shard.QueueAgain(this);
            }
        }
    }

    private void EndNext(long nowMicros)
    {
        if (_sessions.TryDequeue(out Session? session))
        {
            if (session.IsExpired(nowMicros, sessionTimeoutMicros))
            {
                session.End(SessionEnd.Expired);
            }
            else if (session.IsOutdated)
            {
                session.End(SessionEnd.MountChanged);
            }
        }
        else if (_connections.TryDequeue(out ClientConnection? connection) && connection.Home.Shard == shard && connection.IsOverdue(nowMicros))
        {
            connection.OnOverdue();
        }
    }
}
