using FastRtspProxy.Engine.Access;
using FastRtspProxy.Net;

namespace FastRtspProxy.Engine.Frontend;

/// <summary>
/// Ends sessions of a shard, some a turn: those that other rules do not let in, and those that wait for a stream that is gone; whoever plays is told
/// by the mount itself. The others notice nothing. A session that is opened meanwhile was held against the rules when it was opened. On the shard.
/// </summary>
/// <param name="shard">Where they are.</param>
/// <param name="frontend">Whose rules are in force.</param>
/// <param name="sessions">All of the shard's at each moment.</param>
internal sealed class SessionReview(Shard shard, FrontendServer frontend, IReadOnlyCollection<Session> sessions) : TurnWork
{
    /// <summary>A look at the rules costs a microsecond or two.</summary>
    private const int LooksPerTurn = 256;

    /// <summary>Those that were not held against the rules yet.</summary>
    private readonly Queue<Session> _unjudged = new();

    /// <summary>Streams that are gone, and whose sessions were not looked for yet.</summary>
    private readonly HashSet<IMount> _gone = [];

    /// <summary>Those that wait for a stream that is gone.</summary>
    private readonly Queue<Session> _waiting = new();

    /// <summary>Other rules are in force. Those of an earlier change that were not looked at are among these.</summary>
    public void OnRulesChanged()
    {
        _unjudged.Clear();
        foreach (Session session in sessions)
        {
            _unjudged.Enqueue(session);
        }

        QueueAgain();
    }

    /// <summary>A stream is gone; however many go at once, the sessions are looked through once a turn.</summary>
    public void OnMountRemoved(IMount mount)
    {
        _gone.Add(mount);
        QueueAgain();
    }

    /// <inheritdoc/>
    protected internal override void RunTurn()
    {
        try
        {
            FindWaiting();
            int ended = 0;
            while (ended < DueEndings.PerTurnMax && _waiting.TryDequeue(out Session? session))
            {
                if (session.State == SessionState.Ready)
                {
                    ended++;
                    session.End(SessionEnd.MountRemoved);
                }
            }

            EndRevoked(ended);
        }
        finally
        {
            QueueAgain(); // an end that fails must not be the last one
        }
    }

    private void FindWaiting()
    {
        if (_gone.Count == 0)
        {
            return;
        }

        foreach (Session session in sessions)
        {
            if (session.State == SessionState.Ready && _gone.Contains(session.Mount))
            {
                _waiting.Enqueue(session);
            }
        }

        _gone.Clear();
    }

    private void EndRevoked(int ended)
    {
        AccessPolicy policy = frontend.Access.Policy;
        for (int i = 0; i < LooksPerTurn && ended < DueEndings.PerTurnMax && _unjudged.TryDequeue(out Session? session); i++)
        {
            AccessQuestion question = new(AccessRights.Read, session.Mount.Name, IsKnown: true, session.ClientAddress)
            {
                IsSecure = session.IsSecure,
            };
            if (session.State != SessionState.Ended && !policy.Keeps(session.Grant, question))
            {
                ended++;
                session.End(SessionEnd.Revoked);
            }

            TalkCheck.Review(policy, session);
        }
    }

    private void QueueAgain()
    {
        if (_unjudged.Count + _gone.Count + _waiting.Count > 0)
        {
            shard.QueueAgain(this);
        }
    }
}
