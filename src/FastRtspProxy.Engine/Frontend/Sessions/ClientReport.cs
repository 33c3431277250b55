using FastRtspProxy.Protocol.Rtcp;

namespace FastRtspProxy.Engine.Frontend;

/// <summary>What a client last reported about one track (RFC 3550, 6.4.1): the worst we know about the path to it.</summary>
internal struct ClientReport
{
    // A mutable struct on purpose: one for each track of a session, overwritten in place by each report.

    /// <summary>Reception reports that named this track.</summary>
    public int Count;

    /// <summary>Of the packets since the report before, in 256ths.</summary>
    public byte FractionLost;

    /// <summary>Packets lost since the client began; may be negative with duplicates.</summary>
    public int Lost;

    /// <summary>The highest number that it had received, with its wraps.</summary>
    public uint ExtendedHighest;

    /// <summary>
    /// The media was stopped after the last report. The next report with a number above <see cref="ExtendedHighest"/> counts as lost what was sent to
    /// others meanwhile.
    /// </summary>
    public bool IsPaused;

    /// <summary>Of <see cref="Lost"/>, what the client could not get because it had paused.</summary>
    public int MissedWhilePaused;

    /// <summary>Of <see cref="LostOnTheWay"/>, the most that was counted; it never goes back.</summary>
    public int Counted;

    /// <summary>Packets that were lost on the way.</summary>
    public readonly int LostOnTheWay => Lost - MissedWhilePaused;

    /// <summary>Takes the client's last word.</summary>
    public void Note(in RtcpReportBlock block)
    {
        if (IsPaused && (Count == 0 || block.ExtendedHighest != ExtendedHighest))
        {
            MissedWhilePaused += block.CumulativeLost - Lost;
            IsPaused = false;
        }

        Count++;
        FractionLost = block.FractionLost;
        Lost = block.CumulativeLost;
        JitterTicks = block.Jitter;
        ExtendedHighest = block.ExtendedHighest;
    }

    /// <summary>Interarrival jitter in the track's clock ticks.</summary>
    public uint JitterTicks;
}
