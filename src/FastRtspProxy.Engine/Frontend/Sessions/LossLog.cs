namespace FastRtspProxy.Engine.Frontend;

/// <summary>
/// What a session's client does not get, said at `-v` with the remedy: our own drops apart from what the client reports. On the session's shard.
/// </summary>
internal sealed class LossLog(Session session)
{
    private const long IntervalMicros = 10_000_000;

    /// <summary>When something was said last; 0: nothing was yet.</summary>
    private long _saidMicros;

    /// <summary>Of the packets that we dropped, those that were said.</summary>
    private long _saidDropped;

    /// <summary>Of the packets that the client reported as lost, those that were said.</summary>
    private long _saidReportedLost;

    /// <summary>Says what is new, at most once in ten seconds.</summary>
    public void Say(long nowMicros)
    {
        if (nowMicros - _saidMicros < IntervalMicros)
        {
            return;
        }

        long dropped = session.Media.PacketsDropped - _saidDropped;
        long lost = session.PacketsReportedLost - _saidReportedLost;
        if (dropped <= 0 && lost <= 0)
        {
            return;
        }

        _saidMicros = nowMicros;
        _saidDropped += Math.Max(0, dropped);
        _saidReportedLost += Math.Max(0, lost);
        if (dropped > 0 && !session.IsInterleaved)
        {
            FrontendLog.MachineTooSlow(session.Home.Log, session.Id, session.Mount.Name, session.ClientAddress, dropped);
        }
        else if (dropped > 0)
        {
            FrontendLog.ClientTooSlow(session.Home.Log, session.Id, session.Mount.Name, session.ClientAddress, dropped);
        }

        if (lost > 0)
        {
            FrontendLog.ClientReportsLoss(session.Home.Log, session.Id, session.Mount.Name, session.ClientAddress, lost);
        }
    }
}
