using System.Runtime.InteropServices;
using FastRtspProxy.Engine.Relay;
using FastRtspProxy.Net;
using FastRtspProxy.Net.Linux;

namespace FastRtspProxy.Engine.Delivery;

/// <summary>UDP viewers on their way into step.</summary>
internal sealed unsafe partial class FanOut
{
    /// <summary>How long a joiner rests whose run found no room in the socket or its device; a gigabit device sends some 80 packets meanwhile.</summary>
    private const long FullSocketMicros = 1000;

    /// <summary>When the first of those that rest between two parts goes on.</summary>
    private long _nextPartMicros;

    private void ServeUdpJoiners()
    {
        _nextPartMicros = long.MaxValue;
        for (int i = _udpJoining.Count - 1; i >= 0 && !_isSuspended; i--)
        {
            UdpViewer viewer = _udpJoining[i];
            // A crowd that waits for a random access point does not take in one that lacks nothing.
            if (Serve(viewer) && (_udpCrowd.SkipVideoUntil == 0 || _udpInStep == 0))
            {
                _udpJoining.RemoveAt(i);
                EnterStep(viewer);
            }
        }

        if (_nextPartMicros != long.MaxValue)
        {
            _shard.EndOfTurnAt(this, _nextPartMicros);
        }
    }

    /// <summary>
    /// The past goes in parts, and what has come meanwhile after it: the squeezed times are spread over just that long, so that no picture is later than they say.
    /// The first picture goes as fast as a socket buffer allows; the others not faster than a player decodes that reads and decodes by turns, as ffmpeg does.
    /// Parts are larger for a stream that would not be caught up with otherwise.
    /// </summary>
    private void PlanParts(UdpViewer viewer)
    {
        FanOutLimits limits = _table.Limits;
        viewer.PartPackets = limits.CatchUpPartPackets;
        if (viewer.CatchUp is not { Map: { } map } catchUp)
        {
            return;
        }

        long pauseMicros = limits.CatchUpPauseMicros;
        long packets = catchUp.PastPackets;
        long spanMicros = Math.Max(1, map.SpanTicks * 1_000_000L / catchUp.ClockRateHz);
        long decodableMicros = Math.Min(spanMicros / limits.CatchUpSpeed, (long)limits.MaxCatchUp.TotalMicroseconds);
        long wantedMicros = Math.Max(1, Math.Max(packets / limits.CatchUpPartPackets * pauseMicros, decodableMicros));
        long part = Math.Max((packets * pauseMicros / wantedMicros) + 1, (2 * packets * pauseMicros / spanMicros) + 1);
        viewer.PartPackets = (int)Math.Min(UdpSendPlan.MaxPackets, part);
        viewer.FastPackets = catchUp.FirstPackets;
        long micros = ((viewer.FastPackets / Math.Max(viewer.PartPackets, limits.CatchUpPartPackets)) + ((packets - viewer.FastPackets) / viewer.PartPackets)) * pauseMicros;
        catchUp.SpreadOver(micros < spanMicros ? micros * spanMicros / (spanMicros - micros) : micros);
    }

    /// <summary>The other tracks do not wait for the past of this one.</summary>
    private void SendOthers(UdpViewer viewer, CatchUp catchUp)
    {
        using ReadScope scope = Ring.Read(_shard.Index, viewer.OthersFrom);
        long from = scope.From;
        PlanFilter filter = new(1u << catchUp.Track, WithoutRtcp: false, null);
        bool isFull = viewer.NextPartMicros > _shard.NowMicros && viewer.IsSocketFull;
        while (from < _udpNext && !isFull)
        {
            UdpSendPlan plan = _table.UdpPlan;
            long to = plan.Build(scope.Entries, from, _udpNext, _shard.Media!.HasSegmentation, filter);
            from = SendRunsTo(plan, viewer, to);
            isFull = from < to;
        }

        viewer.OthersFrom = from;
    }

    /// <summary>Sends what a joiner lacks, in parts if it is much; true when it is where the others are.</summary>
    private bool Serve(UdpViewer viewer)
    {
        if (viewer.CatchUp is { } catchUp)
        {
            SendOthers(viewer, catchUp);
        }

        while (viewer.Cursor <= _udpNext)
        {
            using ReadScope scope = Ring.Read(_shard.Index, viewer.Cursor);
            PacketRing.EntriesView entries = scope.Entries;
            long from = scope.From;
            if (from > viewer.Cursor)
            {
                viewer.DroppedPackets += Missed(viewer.Cursor, from);
                viewer.Cursor = from;
                Skip(viewer, Math.Max(from, _udpNext));
            }

            bool hasRange = TryNextRange(viewer, entries, Math.Max(from, _udpNext), out long limit, out PlanFilter filter, out bool isInStep);
            if (!hasRange || !ServePart(viewer, entries, limit, filter))
            {
                return isInStep;
            }
        }

        return false;
    }

    /// <summary>One part; false when the rest has to wait.</summary>
    private bool ServePart(UdpViewer viewer, in PacketRing.EntriesView entries, long limit, in PlanFilter filter)
    {
        if (viewer.NextPartMicros > _shard.NowMicros)
        {
            _nextPartMicros = Math.Min(_nextPartMicros, viewer.NextPartMicros);
            return false;
        }

        UdpSendPlan plan = _table.UdpPlan;
        bool isPaced = viewer.CatchUp is not null;
        long from = viewer.Cursor;
        int packets = !isPaced ? UdpSendPlan.MaxPackets : viewer.FastPackets > viewer.PartPackets ? Math.Max(viewer.PartPackets, Math.Min(viewer.FastPackets, _table.Limits.CatchUpPartPackets)) : viewer.PartPackets;
        long to = plan.Build(entries, from, limit, _shard.Media!.HasSegmentation, filter, packets);
        viewer.FastPackets -= packets;
        viewer.Cursor = SendRunsTo(plan, viewer, to);
        if (viewer.SkipVideoUntil != 0 && viewer.SkipCounts)
        {
            viewer.DroppedPackets += CountWithout(viewer, entries, from, viewer.Cursor, filter);
        }

        if (isPaced && viewer.Cursor < limit && !viewer.IsSocketFull)
        {
            viewer.NextPartMicros = _shard.NowMicros + _table.Limits.CatchUpPauseMicros;
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
            int count = 0;
            AddReport(plan, run, viewer, _shard.NowMicros, ref count);
            SendReports(plan, count);
            return true;
        }

        PeerAddress address = viewer.Tracks[run.Track].Rtp.ForKernel();
        UdpRefusals refusals = default;
        while (!viewer.IsPlain && viewer.RestsUntilMicros == 0)
        {
            plan.Aim(run, 1);
            MultiMessage* message = plan.Address(&address, 1);
            plan.LeaveFrom(viewer.Tracks[run.Track].Source, run, 0);
            if (_shard.Media!.Send(message, 1) == 1)
            {
                viewer.SentPackets += run.PacketCount;
                return true;
            }

            int errno = Marshal.GetLastPInvokeError();
            UdpRefusalStep step = refusals.Next(errno, run.PacketCount > 1);
            if (step == UdpRefusalStep.Wait)
            {
                return false;
            }

            if (IsSentAgain(step))
            {
                continue;
            }

            if (step == UdpRefusalStep.TryPlain)
            {
                long dropped = viewer.DroppedPackets;
                viewer.SentPackets += run.PacketCount;
                SendPlain(plan, run, viewer);
                viewer.IsPlain = viewer.DroppedPackets - dropped < run.PacketCount;
                return true;
            }

            if (step != UdpRefusalStep.Plain)
            {
                viewer.DroppedPackets += run.PacketCount;
                if (step == UdpRefusalStep.AgainIfDrained && UdpRefusals.Lasts(errno))
                {
                    Rest(viewer);
                }

                return true;
            }

            viewer.IsPlain = true;
        }

        viewer.SentPackets += run.PacketCount;
        if (SendPlain(plan, run, viewer))
        {
            ComeBack(viewer);
        }

        return true;
    }

    /// <summary>Packets of the viewer's own tracks that a filter keeps from it.</summary>
    private static long CountWithout(UdpViewer viewer, in PacketRing.EntriesView entries, long from, long to, in PlanFilter filter)
    {
        long count = 0;
        for (long s = from; s < to; s++)
        {
            ref readonly RingEntry entry = ref entries[s];
            count += !entry.IsRtcp && !filter.Passes(entry) && entry.Track < viewer.Tracks.Length && !viewer.Tracks[entry.Track].Rtp.IsEmpty ? 1 : 0;
        }

        return count;
    }

    private void EnterStep(UdpViewer viewer)
    {
        viewer.IsInStep = true;
        if (_udpInStep++ == 0)
        {
            _udpCrowd.SkipVideoUntil = 0; // what a crowd that is gone lacked is not lacking here
        }

        if (viewer.Tracks.Length > _udpTracks.Length)
        {
            Array.Resize(ref _udpTracks, viewer.Tracks.Length);
            Array.Resize(ref _udpTrackSent, viewer.Tracks.Length);
            Array.Resize(ref _udpTrackDropped, viewer.Tracks.Length);
        }

        viewer.AddedAtDropped = CrowdDropped(viewer);

        viewer.AddedAtPackets = 0;
        for (int t = 0; t < viewer.Tracks.Length; t++)
        {
            if (viewer.Tracks[t].Rtp.IsEmpty)
            {
                continue;
            }

            viewer.AddedAtPackets += _udpTrackSent[t];
        }

        if (viewer.IsPlain || viewer.RestsUntilMicros != 0)
        {
            _udpPlain.Add(viewer);
        }
        else
        {
            EnterLists(viewer);
        }
    }

    /// <summary>Among those that get segments.</summary>
    private void EnterLists(UdpViewer viewer)
    {
        for (int t = 0; t < viewer.Tracks.Length; t++)
        {
            if (!viewer.Tracks[t].Rtp.IsEmpty)
            {
                (_udpTracks[t] ??= new UdpTrackList(t)).Add(viewer);
            }
        }
    }

    private void LeaveStep(UdpViewer viewer)
    {
        viewer.SentPackets = PacketsSent(viewer);
        viewer.DroppedPackets = PacketsDropped(viewer);
        viewer.IsInStep = false;
        _udpInStep--;
        foreach (UdpTrackList? list in _udpTracks)
        {
            list?.Remove(viewer);
        }
    }
}
