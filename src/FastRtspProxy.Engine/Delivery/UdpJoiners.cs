using System.Runtime.InteropServices;
using FastRtspProxy.Engine.Counters;
using FastRtspProxy.Engine.Relay;
using FastRtspProxy.Net;
using FastRtspProxy.Net.Linux;

namespace FastRtspProxy.Engine.Delivery;

/// <summary>UDP viewers on their way into step: each gets what it lacks, in parts if it is much. On the shard only.</summary>
internal sealed unsafe class UdpJoiners(FanOut fanOut, FanOutTable table, ViewerRanges ranges, UdpSingles singles, DeliveryCounters counters)
{
    /// <summary>
    /// How long a joiner rests whose run found no room in the socket or its device; a gigabit device sends some 80 packets meanwhile.
    /// </summary>
    private const long FullSocketMicros = 1000;

    /// <summary>When the first of those that rest between two parts goes on.</summary>
    private long _nextPartMicros;

    private readonly PacketRing _ring = fanOut.Ring;
    private readonly Shard _shard = table.Shard;
    private readonly List<UdpViewer> _viewers = [];

    /// <summary>The viewer gets packets from its join sequence on.</summary>
    public void Add(UdpViewer viewer)
    {
        ranges.Begin(viewer);
        SetPace(viewer);
        _viewers.Add(viewer);
    }

    /// <inheritdoc cref="UdpDelivery.LowestNeeded"/>
    public long LowestNeeded()
    {
        long lowest = long.MaxValue;
        foreach (UdpViewer viewer in _viewers)
        {
            lowest = Math.Min(lowest, viewer.Cursor);
        }

        return lowest;
    }

    /// <summary>False: it is not among them.</summary>
    public bool Remove(UdpViewer viewer) => _viewers.Remove(viewer);

    /// <summary>
    /// A pass: each joiner gets what was published before <paramref name="front"/>, as far as its pace allows; <paramref name="crowd"/> takes those
    /// that have had all of it.
    /// </summary>
    public void Serve(long front, UdpDelivery crowd)
    {
        _nextPartMicros = long.MaxValue;
        for (int i = _viewers.Count - 1; i >= 0 && !crowd.IsSuspended; i--)
        {
            UdpViewer viewer = _viewers[i];
            if (Serve(viewer, front) && crowd.TakesJoiners)
            {
                _viewers.RemoveAt(i);
                crowd.EnterStep(viewer);
            }
        }

        if (_nextPartMicros != long.MaxValue)
        {
            _shard.EndOfTurnAt(fanOut, _nextPartMicros);
        }
    }

    private void SetPace(UdpViewer viewer)
    {
        viewer.PartPackets = table.Limits.CatchUpPartPackets;
        if (viewer.CatchUp is { SpanMicros: > 0 } catchUp)
        {
            CatchUpPace pace = CatchUpPace.For(catchUp, table.Limits);
            viewer.PartPackets = pace.PartPackets;
            viewer.FastPartPackets = pace.FastPartPackets;
            viewer.FastPackets = catchUp.FirstPackets;
            viewer.PacedBefore = catchUp.LiveSequence;
            viewer.PacedSinceMicros = _shard.NowMicros;
            catchUp.SpreadOver(pace.SpreadMicros);
        }
    }

    /// <summary>Sends the tracks that have no past up to the front: sound does not wait until the past of the video is sent.</summary>
    private void SendOthers(UdpViewer viewer, CatchUp catchUp, long front)
    {
        using ReadScope scope = _ring.Read(_shard.Index, viewer.OthersFrom);
        long from = scope.From;
        PlanFilter filter = new(~catchUp.OtherTracks, WithoutRtcp: false, null);
        bool isFull = viewer.NextPartMicros > _shard.NowMicros && viewer.IsSocketFull;
        while (from < front && !isFull)
        {
            UdpSendPlan plan = table.UdpPlan;
            long to = plan.Build(scope.Entries, from, front, table.Media!.HasSegmentation, filter);
            from = SendRunsTo(plan, viewer, to);
            isFull = from < to;
        }

        viewer.OthersFrom = from;
    }

    /// <summary>Sends what a joiner lacks, in parts if it is much; true when it is where the others are.</summary>
    private bool Serve(UdpViewer viewer, long front)
    {
        if (viewer.CatchUp is { OtherTracks: not 0 } catchUp)
        {
            SendOthers(viewer, catchUp, front);
        }

        while (viewer.Cursor <= front)
        {
            using ReadScope scope = _ring.Read(_shard.Index, viewer.Cursor);
            RingEntries entries = scope.Entries;
            long from = scope.From;
            if (from > viewer.Cursor)
            {
                long missed = ranges.Missed(viewer.Cursor, from);
                viewer.DroppedPackets += missed;
                counters.CountDropped(DropCause.SlowClient, missed);
                viewer.Cursor = from;
                ranges.Skip(viewer, Math.Max(from, front));
            }

            bool hasRange = ranges.TryNext(viewer, entries, Math.Max(from, front), out long limit, out PlanFilter filter, out bool isInStep);
            if (!hasRange)
            {
                viewer.PacedBefore = 0;
                return isInStep;
            }

            if (!ServePart(viewer, entries, limit, filter))
            {
                return isInStep;
            }
        }

        return false;
    }

    /// <summary>One part; false when the rest has to wait.</summary>
    private bool ServePart(UdpViewer viewer, in RingEntries entries, long limit, in PlanFilter filter)
    {
        if (viewer.NextPartMicros > _shard.NowMicros)
        {
            _nextPartMicros = Math.Min(_nextPartMicros, viewer.NextPartMicros);
            return false;
        }

        if (viewer.PacedBefore > 0 && viewer.Cursor >= viewer.PacedBefore)
        {
            long tookMicros = _shard.NowMicros - viewer.PacedSinceMicros;
            viewer.PartPackets = CatchUpPace.NextPart(viewer.PartPackets, limit - viewer.Cursor, tookMicros, table.Limits);
            viewer.PacedBefore = limit;
            viewer.PacedSinceMicros = _shard.NowMicros;
        }

        UdpSendPlan plan = table.UdpPlan;
        bool isPaced = viewer.PacedBefore > 0 || viewer.CatchUp is not null;
        long from = viewer.Cursor;
        int packets = !isPaced ? UdpSendPlan.PacketsMax
            : viewer.FastPackets > viewer.PartPackets ? Math.Max(viewer.PartPackets, Math.Min(viewer.FastPackets, viewer.FastPartPackets))
            : viewer.PartPackets;
        long to = plan.Build(entries, from, limit, table.Media!.HasSegmentation, filter, packets);
        viewer.FastPackets -= packets;
        long sentBefore = viewer.SentPackets;
        viewer.Cursor = SendRunsTo(plan, viewer, to);
        if (viewer.SentPackets > sentBefore && !viewer.VideoSkip.IsOn)
        {
            table.NoteFirst(viewer);
        }

        if (viewer.VideoSkip is { IsOn: true, Counts: true })
        {
            long without = CountWithout(viewer, entries, from, viewer.Cursor, filter);
            viewer.DroppedPackets += without;
            counters.CountDropped(DropCause.NotKeyFrame, without);
        }

        if (isPaced && viewer.Cursor < limit && !viewer.IsSocketFull)
        {
            viewer.NextPartMicros = _shard.NowMicros + table.Limits.CatchUpPauseMicros;
        }

        return true;
    }

    /// <summary>Sends a plan to one viewer; returns how far it came. It rests for a moment when the socket takes nothing.</summary>
    private long SendRunsTo(UdpSendPlan plan, UdpViewer viewer, long to)
    {
        viewer.IsSocketFull = false;
        foreach (ref readonly UdpRun run in plan.Runs)
        {
            if (!SendRunTo(plan, run, viewer))
            {
                viewer.IsSocketFull = true;
                viewer.NextPartMicros = _shard.NowMicros + FullSocketMicros;
                _nextPartMicros = Math.Min(_nextPartMicros, viewer.NextPartMicros);
                return run.FirstSequence;
            }
        }

        return to;
    }

    /// <summary>False: the socket, or its device, has no room; nothing of the run went out.</summary>
    private bool SendRunTo(UdpSendPlan plan, in UdpRun run, UdpViewer viewer)
    {
        if (run.Track >= viewer.Tracks.Length || viewer.Tracks[run.Track].Rtp.IsEmpty)
        {
            return true;
        }

        if (run.IsRtcp)
        {
            singles.SendReport(plan, run, viewer);
            return true;
        }

        PeerAddress address = viewer.Tracks[run.Track].Rtp.ForKernel();
        UdpRefusals refusals = default;
        while (!viewer.IsPlain && viewer.RestsUntilMicros == 0)
        {
            plan.Aim(run, 1);
            MultiMessage* message = plan.Address(&address, 1);
            plan.LeaveFrom(viewer.Tracks[run.Track].Source, run, 0);
            if (table.Media!.Send(message, 1) == 1)
            {
                CountSent(viewer, run);
                counters.CountSent(ViewerWay.Udp, run.TotalBytes, run.PacketCount);
                return true;
            }

            int errno = Marshal.GetLastPInvokeError();
            table.Counters.CountRefused(errno);
            UdpRefusalStep step = refusals.Next(errno, run.PacketCount > 1);
            if (step == UdpRefusalStep.Wait)
            {
                return false;
            }

            if (singles.IsSentAgain(step))
            {
                continue;
            }

            if (step == UdpRefusalStep.TryPlain)
            {
                long dropped = viewer.DroppedPackets;
                CountSent(viewer, run);
                _ = singles.Send(plan, run, viewer);
                viewer.IsPlain = viewer.DroppedPackets - dropped < run.PacketCount;
                return true;
            }

            if (step != UdpRefusalStep.Plain)
            {
                singles.CountDropped(viewer, run.PacketCount);
                if (step == UdpRefusalStep.AgainIfDrained && UdpRefusals.Lasts(errno))
                {
                    singles.Rest(viewer);
                }

                return true;
            }

            viewer.IsPlain = true;
        }

        CountSent(viewer, run);
        _ = singles.Send(plan, run, viewer);
        return true;
    }

    private static void CountSent(UdpViewer viewer, in UdpRun run)
    {
        viewer.SentPackets += run.PacketCount;
        viewer.SentBytes += run.TotalBytes;
    }

    /// <summary>Packets of the viewer's own tracks that a filter keeps from it.</summary>
    private static long CountWithout(UdpViewer viewer, in RingEntries entries, long from, long to, in PlanFilter filter)
    {
        long count = 0;
        for (long s = from; s < to; s++)
        {
            ref readonly RingEntry entry = ref entries[s];
            count += !entry.IsRtcp && !filter.Passes(entry) && entry.Track < viewer.Tracks.Length && !viewer.Tracks[entry.Track].Rtp.IsEmpty ? 1 : 0;
        }

        return count;
    }
}
