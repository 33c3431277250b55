namespace FastRtspProxy.Engine.Frontend;

/// <summary>
/// Of whom a session has asked its media, and whom it therefore has to leave: of its mount, or of the sender of the mount's multicast group. How its
/// tracks are set up may change between the two. On the session's shard.
/// </summary>
internal sealed class SessionSource(Session session)
{
    /// <summary>The group that it asked to hear; null: it asked the mount, or has not asked yet.</summary>
    private GroupSeat? _group;

    /// <summary>Asks; what it asked for before another way it leaves.</summary>
    public async Task<PlayGrant> JoinAsync(GroupSeat? group, PlayWish wish)
    {
        if (session.Replay is { } seat)
        {
            return await seat.PlayAsync();
        }

        if (_group != group)
        {
            Leave();
            _group = group;
        }

        PlayGrant grant = await (group is null ? session.Mount.JoinAsync(session, wish) : group.Sender.JoinAsync(session, group.Address));
        if (grant.Outcome == PlayOutcome.Outdated)
        {
            session.End(SessionEnd.MountChanged); // what it has set up comes no more
        }

        return grant;
    }

    /// <summary>It plays no longer. Idempotent.</summary>
    public void Leave()
    {
        if (session.Replay is not null)
        {
            return; // it leaves with its seat
        }

        if (_group is { } group)
        {
            group.Sender.Leave(session, isOver: session.State == SessionState.Ended);
        }
        else
        {
            session.Mount.Leave(session);
        }
    }
}
