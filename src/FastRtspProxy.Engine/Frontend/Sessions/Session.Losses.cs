namespace FastRtspProxy.Engine.Frontend;

/// <summary>What a client does not get, said at `-v` with the remedy: our own drops apart from what the client reports.</summary>
internal sealed partial class Session
{
    private const long LossIntervalMicros = 10_000_000;

    private long _saidLossMicros;
    private long _saidDropped;
    private long _saidReportedLost;

    /// <summary>Says what is new, at most once in ten seconds.</summary>
    public void SayLosses(long nowMicros)
    {
        if (nowMicros - _saidLossMicros < LossIntervalMicros)
        {
            return;
        }

        long dropped = PacketsDropped - _saidDropped;
        long lost = PacketsReportedLost - _saidReportedLost;
        if (dropped <= 0 && lost <= 0)
        {
            return;
        }

        _saidLossMicros = nowMicros;
        _saidDropped += Math.Max(0, dropped);
        _saidReportedLost += Math.Max(0, lost);
        if (dropped > 0 && !IsInterleaved)
        {
            FrontendLog.MachineTooSlow(_home.Log, Id, Mount.Name, ClientAddress, dropped);
        }
        else if (dropped > 0)
        {
            FrontendLog.ClientTooSlow(_home.Log, Id, Mount.Name, ClientAddress, dropped);
        }

        if (lost > 0)
        {
            FrontendLog.ClientReportsLoss(_home.Log, Id, Mount.Name, ClientAddress, lost);
        }
    }
}
