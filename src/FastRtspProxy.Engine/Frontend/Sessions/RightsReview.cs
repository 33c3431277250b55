using FastRtspProxy.Engine.Access;
using FastRtspProxy.Net;

namespace FastRtspProxy.Engine.Frontend;

/// <summary>
/// Holds other rules against the sessions of a shard, some a turn, and ends those that the rules do not let in. The others notice nothing. A session
/// that is opened meanwhile was held against them when it was opened. On the shard.
/// </summary>
internal sealed class RightsReview(Shard shard, FrontendServer frontend) : TurnWork
{
    /// <summary>A look costs a microsecond or two.</summary>
    private const int LooksPerTurn = 256;

    private readonly Queue<Session> _sessions = new();

    /// <summary>Other rules are in force. Those of an earlier change that were not looked at are among these.</summary>
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
                AccessQuestion question = new(AccessRights.Read, session.Mount.Name, IsKnown: true, session.ClientAddress);
                if (session.State != SessionState.Ended && !policy.Keeps(session.Grant, question))
                {
                    ended++;
                    session.End(SessionEnd.Revoked);
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
}
