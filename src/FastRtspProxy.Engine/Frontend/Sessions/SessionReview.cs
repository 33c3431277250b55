using FastRtspProxy.Engine.Access;
using FastRtspProxy.Net;

namespace FastRtspProxy.Engine.Frontend;

/// <summary>
/// Holds the sessions of a shard against what is in force now, some a turn: ends those that other rules do not let in, and those that wait for a
/// stream that is gone; whoever plays is told by the mount itself. The others notice nothing. A session that is opened meanwhile was held against
/// the rules when it was opened. On the shard.
/// </summary>
internal sealed class SessionReview(Shard shard, FrontendServer frontend) : TurnWork
{
    /// <summary>A look costs a microsecond or two.</summary>
    private const int LooksPerTurn = 256;

    private readonly Queue<Session> _sessions = new();

    /// <summary>Something is not as it was. Those of an earlier change that were not looked at are among these.</summary>
    public void Begin(IEnumerable<Session> sessions)
    {
        _sessions.Clear();
        foreach (Session session in sessions)
        {
            _sessions.Enqueue(session);
        }

        if (_sessions.Count > 0)
        {
            shard.QueueAgain(this);
        }
    }

    /// <inheritdoc/>
    protected internal override void RunTurn()
    {
        try
        {
            AccessPolicy policy = frontend.Access.Policy;
            int ended = 0;
            for (int i = 0; i < LooksPerTurn && ended < DueEndings.PerTurnMax && _sessions.TryDequeue(out Session? session); i++)
            {
                if (session.State != SessionState.Ended && CauseToEnd(session, policy) is not SessionEnd.None and var cause)
                {
                    ended++;
                    session.End(cause);
                }
            }
        }
        finally
        {
            // An end that fails must not be the last one.
            if (_sessions.Count > 0)
            {
                shard.QueueAgain(this);
            }
        }
    }

    private SessionEnd CauseToEnd(Session session, AccessPolicy policy)
    {
        if (session.State == SessionState.Ready && frontend.Mounts.Find(session.Mount.Name) != session.Mount)
        {
            return SessionEnd.MountRemoved;
        }

        AccessQuestion question = new(AccessRights.Read, session.Mount.Name, IsKnown: true, session.ClientAddress);
        return policy.Keeps(session.Grant, question) ? SessionEnd.None : SessionEnd.Revoked;
    }
}
